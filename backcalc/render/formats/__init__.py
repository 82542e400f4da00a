"""How a report is shown, a file a format.

Doors: csv, html, json, terminal.
"""
