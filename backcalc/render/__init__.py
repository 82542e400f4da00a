"""What is shown (`reports`) and how (`formats`). No arithmetic happens here.

Doors: document, formats/html, formats/latex, formats/markdown, formats/plain, formats/terminal, hand, pictures/plot,
reports/descend, reports/exercise, reports/grades, reports/gradescope, reports/marks, reports/paths, reports/points,
reports/run, reports/run_csv, reports/run_json, reports/scan, reports/steps, reports/steps_latex,
reports/steps_terminal, reports/taylor, values, warnings.
"""
