"""How near a right answer is: the options of the commands that mark answers."""

from __future__ import annotations

import math

import click

from backcalc.calculus.digits import Tolerance
from backcalc.render.values import MAX_DIGITS

tol_option = click.option(
    "--tol", type=click.FloatRange(0, 1), metavar="REL", help="Right, too, within this relative error: 0.01."
)
sig_option = click.option(
    "--sig",
    type=click.IntRange(1, MAX_DIGITS),
    metavar="N",
    help="Right to N significant digits, however many are written.",
)


def read_tolerance(tol: float | None, sig: int | None) -> Tolerance:
    """What the two options say together. Raises UsageError for both."""
    if tol is not None and sig is not None:
        raise click.UsageError("--tol loosens what the digits written claim, --sig takes their place: drop one of them")
    if tol is not None and math.isnan(tol):  # Which is in every range by click.
        raise click.BadParameter("nan is no relative error", param_hint="--tol")
    return Tolerance(tol or 0.0, sig)
