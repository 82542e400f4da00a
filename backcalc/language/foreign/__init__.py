"""Texts of other programs (tables of edges, DOT, Mermaid) as text of the language, line for line.

Doors: translate, translated.
"""
