"""Texts as they come and as people are told of them: bytes, sources, spans, diagnostics, wording.

Doors: csv_records, errors, files, numerals, source, suggest, wording, written.
"""
