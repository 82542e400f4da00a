"""The tables: what each function is, its slope, shape and spelling, and which formulas are equal.

Doors: functions/arrays, functions/stacks, ndarray, primitives, row, shapes, simplify, values.
"""
