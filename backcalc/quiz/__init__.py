"""Exercises with their key.

Doors: chance, exercise, hints.
"""
