"""Answers against the truth: a verdict each.

Doors: class_summary, computed, diagnosis/diagnose, diagnosis/telling, exact_truth, foreseen, grade, key, large, mark,
marker, missing, notation, rework, rounding, sheet, subject, submissions, truth, workers.
"""
