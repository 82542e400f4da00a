"""Numbers as values of options: written as the language writes them, `1/3`, `½`, `1e−1` with the minus of print."""

from __future__ import annotations

from math import isfinite
from typing import Any

import click


class _Read(click.ParamType):  # type: ignore[type-arg]  # Of click before 8.3 it takes no arguments.
    """What reads a value in click's way first, and else as the language does."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value of the option. Raises BadParameter, in click's words, where it is no such number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            number = _number(value) if isinstance(value, str) else None
            if number is None:
                raise
            # Once more, for its range.
            return super().convert(self.taken(number, value), param, ctx)

    def taken(self, number: float, _written: str) -> Any:
        """The number as click is to have it."""
        return number


class Real(_Read, click.types.FloatParamType):
    """A number, with the way to write one where it is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value of the option. Raises BadParameter that says how one is written."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            self.fail(f"{error.message.rstrip('.')}: a number is written 0.1 or 1e-3", param, ctx)


class RealRange(_Read, click.FloatRange):
    """A number in a range."""


class WholeRange(_Read, click.IntRange):
    """A whole number in a range."""

    def taken(self, number: float, written: str) -> Any:
        """The whole number; what is none as it is written, for click to refuse."""
        return int(number) if number.is_integer() else written


def _number(text: str) -> float | None:
    from backcalc.calculus.point import read_number  # Nearly all numbers are click's own.

    found = read_number(text)
    return found if found is not None and isfinite(found) else None
