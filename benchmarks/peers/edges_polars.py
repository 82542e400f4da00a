"""The adjoints of an edge list: polars reads it, SciPy orders it and solves (I − P) a = e.

P[tail, head] is the local partial, and e the seed at the output. In a DAG every node is a strong component of its own,
and SciPy numbers these from the sinks up; in that order I − P is lower triangular, so that the solution is one sweep.
"""

import sys

import numpy as np
import polars as pl
from scipy.sparse import coo_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve_triangular

edges = pl.read_csv("edges.csv")
names = pl.concat([edges["source"], edges["target"]]).unique()
places = pl.DataFrame({"name": names, "place": np.arange(len(names))})
tails = edges.join(places, left_on="source", right_on="name", how="left", maintain_order="left")["place"].to_numpy()
heads = edges.join(places, left_on="target", right_on="name", how="left", maintain_order="left")["place"].to_numpy()
shape = (len(names), len(names))
count, order = connected_components(coo_array((np.ones(len(tails)), (tails, heads)), shape), connection="strong")
assert count == len(names)
assert (order[tails] > order[heads]).all()
partials = coo_array((edges["partial"].to_numpy(), (order[tails], order[heads])), shape)
seed = np.zeros(len(names))
seed[order[(names == "n0").arg_true()[0]]] = 1.0
adjoints = spsolve_triangular((eye_array(len(names)) - partials).tocsr(), seed, lower=True, unit_diagonal=True)[order]
sys.stdout.write(pl.DataFrame({"node": names, "value": None, "adjoint": adjoints}).write_csv())
