"""The adjoints of an edge list: networkx reads it and orders it, a loop sweeps it."""

import sys

import networkx as nx

with open("edges.csv", "rb") as file:
    next(file)
    graph = nx.read_weighted_edgelist(file, delimiter=",", create_using=nx.DiGraph)
adjoint = dict.fromkeys(graph, 0.0)
adjoint["n0"] = 1.0
order = list(nx.topological_sort(graph))
for head in reversed(order):
    ct = adjoint[head]
    for tail, _, partial in graph.in_edges(head, data="weight"):
        adjoint[tail] += partial * ct
print("node,value,adjoint")
sys.stdout.writelines(f"{node},,{adjoint[node]!r}\n" for node in order)
