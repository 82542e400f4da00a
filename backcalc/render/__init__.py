"""Outputs, one file each: what a run found, as text in some format. No arithmetic happens here."""
