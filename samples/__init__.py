"""The sample graphs, packaged as data."""
