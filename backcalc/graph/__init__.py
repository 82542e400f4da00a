"""Statements to a graph of nodes, its shapes, and its operations as a tape.

Doors: any_graph, build, differentiated, dots, expand, functions, loops, model, one_name, order, refusals, resolve,
shapes, taken, tape, whole_numbers, written_out.
"""
