"""A claim put to the test: tried at samples, and where that is asked, proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backcalc.analysis.claims import GraphClaim
from backcalc.analysis.proof import proved
from backcalc.analysis.trial import Finding, Trial, tried


def verified(claim: GraphClaim, at: Mapping[str, Any], samples: int, seed: int, seconds: float | None) -> Finding:
    """What samples find of a claim; with `seconds` for it, the verdict of a proof where they do not refute it.

    Raises BackcalcError where values are missing, or where a proof has no box.
    """
    if seconds is None:
        return tried(claim, at, samples, seed)
    trial = Trial(claim, at)
    # What is an identity needs no box.
    if trial.is_identity():
        where = "wherever both have a value" if trial.may_be_undefined else "for all values"
        return Finding(claim, "proved", why=f"both sides are the same formula, {where}")
    # A proof looks everywhere: samples only spare it what is plainly false.
    found = tried(claim, at, min(samples, 20_000), seed)
    return found if found.verdict == "refuted" else proved(claim, at, seconds)
