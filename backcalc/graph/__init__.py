"""Statements to a graph of nodes, its shapes, and its operations as a tape."""
