"""The tables: what each function is, its slope, shape and spelling, and which formulas are equal.

Doors: functions/arrays, functions/series, functions/stacks, ndarray, power_series, primitives, row, shapes, simplify,
values.
"""
