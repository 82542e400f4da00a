"""A tape at a point: values, local partials, sweeps; formulas where values are missing.

Doors: columns, constant, derive, digits, evaluate, exact, grad, linearize, load, missing, point, primes, pullbacks,
question, result, run, sweep.
"""
