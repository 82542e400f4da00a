"""Where the boxes and lines of a picture go: layers, their order, coordinates, and routes. Nothing of texts or pixels.

Doors: channel, coordinates, layered, layout, order.
"""
