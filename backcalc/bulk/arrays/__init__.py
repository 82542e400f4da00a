"""The array tools that large graphs and many points share."""
