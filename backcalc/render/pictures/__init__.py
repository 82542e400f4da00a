"""Pictures: a file a kind.

Doors: picture, placed, plot, plot_svg, scene, svg, targets, terminal.
"""
