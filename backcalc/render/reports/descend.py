"""A descent as its update rule and a table of steps, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backcalc.analysis.descend import Descent, Settings, Step
from backcalc.render.document import Grid, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import exact, value_text
from backcalc.text.numerals import DIGITS, rounded
from backcalc.text.wording import shorten


def descend_report(
    found: Descent,
    settings: Settings,
    rules: Mapping[str, str],
    shown: Sequence[Step],
    *,
    has_rows: bool,
    digits: int = DIGITS,
    limit: int = 0,
) -> list[Grid]:
    """The update rule in symbols, then the steps `shown`, at most `limit` of them, and why it ended."""
    output = shorten(found.output)
    grids: list[Grid] = []
    if rules and settings.method == "sgd" and not settings.momentum:
        sign = "+" if settings.maximise else "−"
        rows = [(name, _update(name, rule, sign, has_rows=has_rows)) for name, rule in rules.items()]
        title = f"η = {rounded(settings.rate, digits)}" + ("; the mean is over the rows of data" if has_rows else "")
        grids.append(Grid(("parameter", "becomes"), rows, frozenset(), title=title, whole=frozenset({1})))
    header = ("step", *found.wrt, output, f"‖∇{output}‖")
    kept = shown if not limit or len(shown) <= limit else [*shown[: limit - 1], shown[-1]]
    table = [(str(step.number), *_cells(step, digits)) for step in kept]
    is_plain = not any(hasattr(value, "shape") for value in shown[-1].at.values())
    numbers = frozenset(range(len(header))) if is_plain else frozenset({0, len(header) - 2, len(header) - 1})
    whole = frozenset(range(len(header))) - numbers
    grids += cut(Grid(header, table, numbers, whole=whole), len(shown))
    return [*grids, Grid((), (), frozenset(), title=ending(found, settings))]


def ending(found: Descent, settings: Settings) -> str:
    """Why the descent ended, as a sentence."""
    last, output = found.steps[-1], shorten(found.output)
    if found.status == "diverged":
        return (
            f"Step {last.number} is no longer finite: `{shorten(found.culprit)}` went first. A smaller --rate may help."
        )
    if found.status == "target":
        return f"{output} has reached {rounded(settings.until)} after {last.number} steps."
    if found.status == "converged":
        return f"Converged after {last.number} steps: ‖∇{output}‖ is {rounded(last.gradient_norm)}."
    return f"Ended after {last.number} steps, at {output} = {rounded(last.value)}."


def _update(name: str, rule: str, sign: str, *, has_rows: bool) -> str:
    """`w − η·(y − z)·y`, as one writes it."""
    text = rule.replace("*", "·").replace(" - ", " − ")
    if has_rows:
        return f"{name} {sign} η·mean({text})"
    return f"{name} {sign} η·" + (text if _is_product(rule) else f"({text})")


def _is_product(rule: str) -> bool:
    """Whether no sum stands outside all parentheses, nor a sign in front."""
    depth = 0
    for i, letter in enumerate(rule):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and (rule[i : i + 3] in (" + ", " - ") or (i == 0 and letter == "-")):
            return False
    return True


def _cells(step: Step, digits: int) -> list[str]:
    return [value_text(value, digits) for value in (*step.at.values(), step.value, step.gradient_norm)]


def render_descend_json(found: Descent, shown: Sequence[Step]) -> Iterator[str]:
    """The object that the contract fixes."""
    steps = [
        {
            "step": step.number,
            "at": {name: exact(value) for name, value in step.at.items()},
            "value": exact(step.value),
            "gradient_norm": exact(step.gradient_norm),
        }
        for step in shown
    ]
    yield dump({"steps": steps, "status": found.status}, indented=True)


def render_descend_csv(found: Descent, shown: Sequence[Step]) -> Iterator[str]:
    """The lines `step,w,b,J,gradient_norm`, an array as JSON has it."""
    yield from csv_lines([("step", *found.wrt, found.output, "gradient_norm")])
    for step in shown:
        values = (*step.at.values(), step.value, step.gradient_norm)
        yield from csv_lines([(str(step.number), *(str(exact(value)) for value in values))])
