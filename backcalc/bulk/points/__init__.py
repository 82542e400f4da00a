"""One graph at a million points by arrays.

Doors: boxes, enclosures, jacobian, reader, run, single.
"""
