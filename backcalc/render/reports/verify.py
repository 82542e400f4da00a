"""What a verification found, as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

from backcalc.analysis.gradient_check import ALLOWED, Slope
from backcalc.analysis.trial import Finding
from backcalc.language.unparse import unparse
from backcalc.render.cells import NONE, Cell, CellValue, Derivative, Formula, Phrase
from backcalc.render.document import Block, Document, Grid, Sentence, Tone
from backcalc.render.formats.json import dump
from backcalc.render.values import exact
from backcalc.rules.values import literal, shape_of
from backcalc.text.numerals import DIGITS, rounded
from backcalc.text.wording import typed

if TYPE_CHECKING:
    from backcalc.marking.mark import Mark

TONES: dict[str, Tone] = {"holds": "good", "proved": "good", "refuted": "bad", "undefined": "bad", "open": "fair"}
MOST_AGREEING = 9  # Digits; what differences have beyond is luck.
SIGNS = {"holds": "✓", "proved": "✓", "refuted": "✗", "undefined": "✗", "open": "?"}


@dataclass(frozen=True)
class VerifyReport:
    """What was found of claims, of the results that the file states, and of the gradient."""

    found: Sequence[Finding]
    marked: Sequence[Mark]
    slope: Slope | None
    digits: int = DIGITS

    def document(self) -> Document:
        """A row a claim, below it where; then the marks, and the check of the gradient."""
        blocks: list[Block] = []
        if self.found:
            blocks.append(_claims(self.found, self.digits))
        if self.marked:  # Marking is loaded for files that state results.
            from backcalc.render.reports.marks import marks_blocks

            blocks += marks_blocks(self.marked, self.digits)
        if self.slope is not None:
            blocks.append(Sentence(_gradient(self.slope)))
        return Document(blocks)

    def json(self) -> Iterator[str]:
        """The object that the contract fixes."""
        slope = self.slope
        yield dump(
            {
                "claims": [_claim(each) for each in self.found],
                "expected": list(map(_mark, self.marked)),
                "gradient": slope  # None where there are no formulas to differ from.
                and {
                    "verdict": "holds" if slope.error <= ALLOWED else "refuted",
                    "worst": {"node": slope.node, "wrt": slope.wrt, "error": exact(slope.error)},
                },
            },
            indented=True,
        )


def _claims(found: Sequence[Finding], digits: int) -> Grid:
    rows: list[Sequence[Cell]] = [
        (
            SIGNS[each.verdict],
            str(each.claim.line),
            Formula(each.claim.stated.value),
            each.verdict,
            _margin(each, digits),
        )
        for each in found
    ]
    # Below its row: a sentence beside it would widen every row.
    notes = {i: told for i, each in enumerate(found) if (told := _notes(each, digits))}
    tones = {i: TONES[each.verdict] for i, each in enumerate(found)}
    header = ("", "line", "claim", "verdict", "margin")
    # A claim that is cut would be another.
    return Grid(header, rows, frozenset((1, 4)), whole=frozenset((2,)), notes=notes, tones=tones)


def _margin(found: Finding, digits: int) -> Cell:
    return NONE if found.margin is None else CellValue(found.margin, digits)


def _notes(found: Finding, digits: int) -> list[str]:
    """What a verdict rests on."""
    told = []
    if found.verdict == "holds":
        # What was tried may yet fail: so it says in how many samples, and how near it came.
        told.append(f"holds in {_samples(found)}; the margin is least at {_at(found.at, digits)}")
    elif found.verdict == "refuted":
        # To be typed again: 17 digits are enough for any float64 to come back as it was.
        told.append(f"false at --at {typed(_at(found.counterexample, 17))}")
    elif found.verdict == "undefined":
        # Of a proof one point is enough, to be typed again as what refutes is.
        nowhere = f"at any of {_samples(found)}" if found.at is None else f"at --at {typed(_at(found.at, 17))}"
        told.append(f"a side has no value {nowhere}")
    # A claim without inputs has no box.
    elif found.verdict == "proved" and found.box:
        told.append(f"for {_box(found, digits)}, by {found.why}")
    else:
        told.append(found.why if not found.box else f"{found.why}, within {_box(found, digits)}")
    # It may hold where it has a value, and have none at some of the points.
    if found.undefined and found.verdict != "undefined":
        told.append(f"a side has no value at {found.undefined:,} of them")
    return told


def _samples(found: Finding) -> str:
    return f"{found.samples:,} sample{'' if found.samples == 1 else 's'}"


def _box(found: Finding, digits: int) -> str:
    return ", ".join(f"{name} in {_range(ends, digits)}" for name, ends in (found.box or {}).items())


def _range(ends: tuple[Any, Any], digits: int) -> str:
    # Of an array the range of all its elements: each of its own would fill the line.
    low, high = (float(min(map(float, _flat(ends[0])))), float(max(map(float, _flat(ends[1])))))
    return f"[{rounded(low, digits)}, {rounded(high, digits)}]"


def _flat(value: Any) -> list[Any]:
    return [item for row in value for item in _flat(row)] if shape_of(value) else [value]


def _at(point: Mapping[str, Any] | None, digits: int) -> str:
    """A point as one types it behind `--at`: every digit of what refutes a claim, fewer of where it is least."""
    # So many digits tell any two floats apart.
    exactly = digits >= len("12345678901234567")
    return ",".join(f"{name}={_typed(value, None if exactly else digits)}" for name, value in (point or {}).items())


def _typed(value: Any, digits: int | None) -> str:
    if shape_of(value):
        return "[" + ",".join(_typed(item if shape_of(item) else float(item), digits) for item in value) + "]"
    return unparse(literal(float(value))) if digits is None else rounded(float(value), digits)


def _mark(mark: Mark) -> dict[str, Any]:
    from backcalc.render.reports.marks import mark_object

    return mark_object(mark)


def _gradient(slope: Slope) -> Phrase | str:
    """What the check of local partials and the gradient found, with the worst of them."""
    if slope.error <= ALLOWED:
        # An error of 0 has no logarithm.
        digits = MOST_AGREEING if slope.error <= 0 else min(MOST_AGREEING, int(-log10(slope.error)))
        return f"gradient: agrees with differences, node by node, to {digits} digits"
    worst = Derivative(slope.node, slope.wrt)
    return Phrase(["gradient: ", worst, f" differs from differences by {rounded(slope.error, 3)}"])


def _claim(found: Finding) -> dict[str, Any]:
    box = {name: [exact(_plain(end)) for end in ends] for name, ends in (found.box or {}).items()}
    return {
        "line": found.claim.line,
        "claim": found.claim.text,
        "verdict": found.verdict,
        "samples": found.samples,
        "margin": None if found.margin is None else exact(float(found.margin)),
        # Every digit: it is to be run.
        "counterexample": found.counterexample
        and {name: exact(_plain(value)) for name, value in found.counterexample.items()},
        "box": box or None,
    }


def _plain(value: Any) -> Any:
    return value if shape_of(value) else float(value)
