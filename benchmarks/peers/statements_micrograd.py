"""A program of statements in micrograd: each line is read by Python itself."""

import sys

from micrograd.engine import Value

sys.setrecursionlimit(10**6)  # Its backward pass calls itself as deep as the graph is.
nodes = {"relu": Value.relu}
with open("statements.bg", encoding="utf-8") as file:
    for line in file:
        if line.startswith("input"):
            name, value = line.removeprefix("input ").split(" = ")
            nodes[name] = Value(float(value))
        elif not line.startswith("output"):
            name, formula = line.split(" = ")
            nodes[name] = eval(formula.replace("^", "**"), {}, nodes)
nodes["J"].backward()
print("node,value,adjoint")
sys.stdout.writelines(f"{name},{node.data!r},{float(node.grad)!r}\n" for name, node in nodes.items() if name != "relu")
