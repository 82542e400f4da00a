"""The command line: one file a command, loaded when it is called.

Doors: process.
"""

from __future__ import annotations

import sys

# In the order in which `--help` lists them, with the line that it shows, so that help loads no command.
COMMANDS = {
    "run": "Forward and reverse pass: the adjoint table.",
    "check": "Mark answers, and the results that a file states.",
    "explain": "The derivation, step by step, as one writes it by hand.",
    "grade": "Mark many submissions, and show what the class got wrong.",
    "paths": "Path aggregation: every path, its product, their sum.",
    "derive": "Print the gradient as a graph in the same language.",
    "quiz": "Make an exercise with its key, or play one.",
    "draw": "The graph as a picture, in the terminal or as a file.",
    "report": "One page to step through, which marks answers too.",
    "descend": "Gradient descent: the update rule, and the iterations.",
    "sweep": "Value and derivative over a range, as a table and a plot.",
    "taylor": "Taylor coefficients around a point, and one-sided slopes at a kink.",
    "verify": "Try to refute a file's claims, or prove them; check its gradients.",
    "export": "The graph and its gradient as a NumPy, JAX or PyTorch program.",
    "fmt": "Print the file, formatted.",
    "samples": "List the samples, or print one.",
}


def main() -> None:
    """Run the command line, and exit with its status."""
    from backcalc.cli.process import run  # To look up COMMANDS loads none of it.

    sys.exit(run())
