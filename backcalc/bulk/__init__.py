"""The same answers by arrays: one graph of a million edges, or one graph at a million points.

Doors: arrays/decimals, arrays/memory, arrays/words, graph/model, graph/run, points/reader, points/run, points/single.
"""
