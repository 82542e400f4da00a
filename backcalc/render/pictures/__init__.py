"""Pictures: a file a kind.

Doors: drawing, mermaid, picture, placed, plot, plot_svg, scene, svg, targets, terminal.
"""
