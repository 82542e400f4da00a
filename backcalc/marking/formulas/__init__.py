"""Formulas as answers: read as people write them, held against the derivative at random points of the inputs.

Doors: judge, marks, meant, names, reading.
"""
