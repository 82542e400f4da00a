"""The adjoints of an edge list: networkx for the graph and its order, a loop for the sweep."""

import csv
import sys

import networkx as nx

graph = nx.DiGraph()
with open("edges.csv", encoding="utf-8", newline="") as file:
    rows = csv.reader(file)
    next(rows)
    graph.add_weighted_edges_from((tail, head, float(partial)) for tail, head, partial in rows)
adjoint = dict.fromkeys(graph, 0.0)
adjoint["n0"] = 1.0
order = list(nx.topological_sort(graph))
for head in reversed(order):
    ct = adjoint[head]
    for tail, _, partial in graph.in_edges(head, data="weight"):
        adjoint[tail] += partial * ct
print("node,value,adjoint")
sys.stdout.writelines(f"{node},,{adjoint[node]!r}\n" for node in order)
