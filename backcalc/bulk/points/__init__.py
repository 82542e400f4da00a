"""One graph at a million points by arrays.

Doors: batch, reader, run, single.
"""
