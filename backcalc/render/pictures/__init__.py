"""Pictures: a file a kind.

Doors: plot.
"""
