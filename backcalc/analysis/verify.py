"""A claim put to the test: tried at samples, and where that is asked, proved."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from backcalc import progress
from backcalc.analysis.claims import GraphClaim
from backcalc.analysis.proof import proved, within
from backcalc.analysis.trial import Finding, Trial, tried

SHARE = 3  # Of the time for a proof the samples have one such part at most.


def verified(claim: GraphClaim, at: Mapping[str, Any], samples: int, seed: int, seconds: float | None) -> Finding:
    """What samples find of a claim; with `seconds` for all of it, the verdict of a proof where they do not refute it.

    Raises BackcalcError where values are missing, or where a proof has no box.
    """
    if seconds is None:
        return tried(claim, at, samples, seed)
    if not claim.is_written:
        return Finding(claim, "open", why=f"its derivatives are not written in {seconds:g} s")
    # A proof looks everywhere: samples only spare it what is plainly false.
    return within(claim, seconds, partial(_tried_and_proved, claim, at, min(samples, 20_000), seed))


def _tried_and_proved(claim: GraphClaim, at: Mapping[str, Any], samples: int, seed: int, seconds: float) -> Finding:
    end = monotonic() + seconds / SHARE
    trial = Trial(claim, at)
    # What is an identity needs no box.
    if trial.is_identity():
        where = "wherever both have a value" if trial.may_be_undefined else "for all values"
        return Finding(claim, "proved", why=f"both sides are the same formula, {where}")
    with suppress(progress.OverdueError), progress.until(end):
        found = tried(claim, at, samples, seed)
        if found.verdict == "refuted":
            return found
    return proved(claim, at, seconds)
