"""The commands, a file each; no arithmetic.

Doors: none.
"""
