"""What is shown of a result, a file a result."""
