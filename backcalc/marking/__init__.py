"""Answers against the truth: a verdict each.

Doors: class_summary, grade, key, mark, missing, sheet, subject, submissions, workers.
"""
