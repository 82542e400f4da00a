"""A tape at a point: values, local partials, sweeps; formulas where values are missing.

Doors: adjoints, columns, constant, derive, digits, doubts, evaluate, exact, exact_warnings, grad, jacobians,
linearize, load, local_partials, lost, matrix_forms, missing, pairs, point, primes, pullbacks, question, result, rows,
run, sweep.
"""
