"""The tables: what each function is, its slope, shape and spelling, and which formulas are equal.

Doors: against, broadcast, choices, exactly, factor_order, functions/arrays, functions/ball, functions/balls,
functions/exact, functions/floats, functions/interval, functions/intervals, functions/objects, functions/polynomials,
functions/power_series, functions/series, functions/stacks, gates, indices, lower, ndarray, own, primitives, ranges,
row, shapes, shortest, simplify, terms, tidy, values, vanishing, window_rows, window_shapes, written.
"""
