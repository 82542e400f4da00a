"""Values and adjoints by arrays: one graph of a million edges, or one graph at a million points.

Doors: arrays/memory, arrays/sorting, graph/excerpt, graph/model, graph/run, graph/tape, points/boxes,
points/enclosures, points/holes, points/jacobian, points/reader, points/run, points/single.
"""
