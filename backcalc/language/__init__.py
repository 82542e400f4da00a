"""The language: expressions and statements, read by the grammar and written again."""
