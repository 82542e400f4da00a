"""Why a wrong answer is wrong: the mistake that leads to it.

Doors: candidates, diagnose, of_formula, steps, suspects, telling.
"""
