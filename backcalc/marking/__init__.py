"""Answers against the truth: a verdict each.

Doors: class_summary, grade, key, large, mark, missing, sheet, subject, submissions, workers.
"""
