"""The language: expressions and statements, read by the grammar and written again.

Doors: elsewhere, expr, foreign/translate, foreign/translated, format, forms, lexis, parser, scanner, spelling,
statements, unparse.
"""
