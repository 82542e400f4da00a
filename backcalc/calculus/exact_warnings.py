"""What a run on exact numbers warns of; kinks by these, which rounded ones may miss: 0.1 + 0.2 − 0.3 is 0."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from backcalc.calculus.exact import exact_kinks
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.warnings import Remarks
from backcalc.rules.row import Bound
from backcalc.text.errors import Code, Diagnostic

_TOLD = (Code.KINK, Code.RANGE, Code.CONTRADICTION)


class ExactRemarks(Remarks):
    """What there is to say of a graph whose slots have the exact `values`.

    `linear` is of the floats next to these; where a value is lost, of the float of the rounded run.
    """

    def __init__(self, linear: Linearization, values: Sequence[Any], system: ModuleType) -> None:
        super().__init__(linear.evaluation, linear.slot_edges.__getitem__)
        self.values, self.system = values, system

    @property
    def told(self) -> tuple[Diagnostic, ...]:
        """The warnings of kinks and of given values; what is not finite is no matter of exact numbers."""
        return tuple(warning for warning in self.warnings if warning.code in _TOLD)

    def _bent(self, slot: int, bound: Bound, operands: Sequence[Any]) -> Any:
        found = exact_kinks(self.evaluation, self.values, slot, self.system)
        # What the system has no value of goes by floats, as its warnings in a plain run do.
        return super()._bent(slot, bound, operands) if found is None else found
