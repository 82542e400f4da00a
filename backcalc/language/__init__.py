"""The language: expressions and statements, read by the grammar and written again.

Doors: expr, format, forms, lexis, parser, scanner, statements, unparse.
"""
