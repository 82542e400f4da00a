"""One graph at a million points by arrays.

Doors: boxes, jacobian, reader, run, single.
"""
