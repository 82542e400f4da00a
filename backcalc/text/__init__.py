"""Texts as they come and as people are told of them: bytes, sources, spans, diagnostics, wording."""
