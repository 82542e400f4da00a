"""The same answers by arrays: one graph of a million edges, or one graph at a million points."""
