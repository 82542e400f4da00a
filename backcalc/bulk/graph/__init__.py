"""One graph of a million edges by arrays; files are named as those of `graph` and `calculus`.

Doors: excerpt, model, run, tape.
"""
