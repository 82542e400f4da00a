"""Answers against the truth: a verdict each.

Doors: class_summary, computed, grade, key, large, mark, missing, sheet, subject, submissions, truth, workers.
"""
