"""What is shown of a result, a file a result.

Doors: descend, exercise, grades, gradescope, marks, paths, points, run, run_csv, run_json, scan, steps, steps_latex,
steps_terminal, taylor.
"""
