"""The page that steps through both passes and marks answers.

Doors: page.
"""
