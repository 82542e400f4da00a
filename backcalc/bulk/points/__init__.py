"""One graph at a million points by arrays.

Doors: boxes, reader, run, single.
"""
