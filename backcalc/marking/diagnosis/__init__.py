"""Why a wrong answer is wrong: the mistake that leads to it.

Doors: candidates, counted, diagnose, in_sweep, in_values, mistakes, of_formula, one_step, steps, suspects, telling.
"""
