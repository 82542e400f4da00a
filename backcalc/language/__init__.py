"""The language: expressions and statements, read by the grammar and written again.

Doors: expr, foreign/translate, foreign/translated, format, forms, habits, lexis, parser, scanner, spelling,
statements, unparse.
"""
