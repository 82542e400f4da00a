"""What is shown of a result, a file a result.

Doors: descend, exercise, grades, gradescope, marks, paths, points, run, samples, scan, steps, taylor, verify.
"""
