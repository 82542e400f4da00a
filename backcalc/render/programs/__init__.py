"""A graph and its gradient as a program: a file a library.

Doors: program, targets.
"""
