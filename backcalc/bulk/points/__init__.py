"""One graph at a million points by arrays.

Doors: reader, run, single.
"""
