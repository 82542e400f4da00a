"""The tables: what each function is, its slope, shape and spelling, and which formulas are equal.

Doors: functions/arrays, functions/floats, functions/power_series, functions/series, functions/stacks, ndarray,
primitives, row, shapes, simplify, values.
Doors: functions/arrays, functions/power_series, functions/series, functions/stacks, ndarray, primitives, row, shapes,
simplify, values.
Doors: functions/arrays, functions/stacks, gates, ndarray, primitives, row, shapes, simplify, values.
Doors: functions/arrays, functions/power_series, functions/series, functions/stacks, gates, ndarray, primitives, row,
shapes, simplify, values.
"""
