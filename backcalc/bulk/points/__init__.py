"""One graph at a million points by arrays.

Doors: boxes, enclosures, holes, jacobian, reader, run, single.
"""
