"""Answers against the truth: a verdict each."""
