"""Pictures: a file a kind.

Doors: plot, plot_svg, scene, targets.
"""
