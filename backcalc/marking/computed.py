"""What a program computed, arrays by name from a JSON or NumPy file, marked against the truth to float precision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, isfinite, isnan, nan
from pathlib import Path
from typing import Any

from backcalc.calculus.result import AnyRun
from backcalc.language.expr import NOWHERE, Number
from backcalc.language.statements import Answer
from backcalc.language.unparse import unparse
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.mark import Attempt, Mark
from backcalc.marking.marker import Marker
from backcalc.marking.notation import read_subject
from backcalc.marking.subject import refusals, settle_answers, unknown
from backcalc.rules.values import flat, is_known, literal, quietly, shape_of
from backcalc.text.errors import Code, Diagnostic, ReadError
from backcalc.text.files import MOST
from backcalc.text.numerals import DIGITS
from backcalc.text.source import Source
from backcalc.text.wording import shorten

ENDINGS = (".json", ".npz")
"""What the name of a file ends with that a program has written."""

DOUBLE, SINGLE = 1e-9, 1e-4
"""How far off, of each element, arrays of float64 and of float32 may be."""

OF_LARGEST = 0.01
"""Of that, what cancellation may leave in an element, as a share of the largest one."""

MOST_ANSWERED = 4  # Of a Jacobian of matrices.
SHOWN = 16  # Elements of an array that are written out, to some digits: what is off is told beside them.
SINGLE_NOTE = "only the last digits of float32 differ: --tol 1e-4 takes that for right"


@dataclass(frozen=True, eq=False)
class Computed(Attempt):
    """An answer that is an array; right where each element is off by at most `relative`."""

    array: Any = None
    relative: float = DOUBLE
    is_single: bool = False
    """Whether its elements are numbers of float32, whatever they came in."""

    @cached_property
    def value(self) -> Any:
        """The array, a float where it is one number."""
        return self.array

    def matches(self, value: Any) -> bool:
        """Whether the array is `value`, as far as its precision goes."""
        return value is not None and is_known(value) and self.is_near(value, self.relative)

    def is_near(self, value: Any, relative: float) -> bool:
        """Whether every element is within `relative` of that of `value`."""
        # An array without elements has no offset, and is near.
        return shape_of(value) == shape_of(self.array) and max(self.offsets(value), default=0.0) <= relative

    def offsets(self, value: Any) -> list[float]:
        """How far each element is off, relative to that of `value`, or to a share of the largest; inf at no number."""
        # A share of the largest: cancellation leaves in a small element what a large one has in its last digits.
        largest = max((abs(x) for x in flat(value) if isfinite(x)), default=0.0)
        return [_offset(a, b, OF_LARGEST * largest) for a, b in zip(flat(self.array), flat(value), strict=True)]

    @cached_property
    def text(self) -> str:
        """The numbers, where they are few; else how many there are."""
        shape = shape_of(self.array)
        if not shape:
            return unparse(literal(self.array))
        if len(flat(self.array)) <= SHOWN:
            from backcalc.rules.ndarray import each

            return unparse(literal(each(lambda x: float(f"{x:.{DIGITS}g}"), self.array)))
        return "×".join(map(str, shape_of(self.array))) + " numbers"

    @property
    def has_digits(self) -> bool:
        """Something may be told from any number of a program's."""
        return True

    @property
    def half(self) -> float:
        """It claims no interval of digits."""
        return 0.0

    @property
    def units(self) -> list[float]:
        """The last digits of what was written: none."""
        return []

    @property
    def decimals(self) -> int:
        """No decimals were written."""
        return 0

    @cached_property
    def slack(self) -> float:
        """How far a number may be from this one that it is still taken for."""
        # Relative to what was given, for the truth is what is looked for.
        return inf if shape_of(self.array) else self.relative * abs(self.array)

    def missed(self, diagnosis: Diagnosis | None) -> Mark:
        """The array as a wrong one, with the elements that are."""
        shape, expected = shape_of(self.array), shape_of(self.expected)
        note = self.worst
        if shape != expected:
            return replace(self.marked("wrong", diagnosis), misshapen=shape)
        far = [i for i, off in enumerate(self.offsets(self.expected)) if off > self.relative]
        # A number has no places.
        places = tuple(_place(i, shape) for i in far) if shape else ()
        return replace(self.marked("wrong", diagnosis, note), places=places)

    @property
    def worst(self) -> str:
        """Which element is furthest off, and how far; empty where the shape is another."""
        if shape_of(self.array) != shape_of(self.expected):
            return ""
        offsets = self.offsets(self.expected)
        i = max(range(len(offsets)), key=lambda i: offsets[i]) if offsets else 0
        off = f"off by {f'{offsets[i]:.1e}' if offsets[i] else '0'}" if offsets else "empty"
        place = _place(i, shape_of(self.array))
        return f"the worst element is [{','.join(map(str, place))}], {off}" if place else off


def read_computed(path: str) -> dict[str, Any]:
    """The arrays in the file at `path`, by name: of `.npz`, or of a JSON object. Raises ReadError."""
    from zipfile import BadZipFile  # With it come all kinds of compression.

    try:
        return _from_numpy(path) if path.lower().endswith(".npz") else _from_json(path)
    except OSError as error:
        raise _refusal(path, f"cannot read the file: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, TypeError, EOFError, BadZipFile, RecursionError) as error:
        words = str(error)  # Of ours or Python's own, which begin with a capital: names keep theirs.
        raise _refusal(path, f"these are no arrays of numbers by name: {words[:1].lower()}{words[1:]}") from None


def _from_numpy(path: str) -> dict[str, Any]:
    import numpy as np

    # Opened here, for NumPy leaves open what it cannot read.
    with Path(path).open("rb") as file:
        found = np.load(file, allow_pickle=False)  # A pickle may run anything.
        if not isinstance(found, np.lib.npyio.NpzFile):
            raise TypeError("it has one array and no names")
        return {name: _real(name, found[name]) for name in found.files}


def _from_json(path: str) -> dict[str, Any]:
    with Path(path).open("rb") as file:
        data = file.read(MOST + 1)  # Behind the name may be a link to what never ends.
    if len(data) > MOST:
        raise ValueError(f"this is more than is read: {MOST >> 20} MiB")
    # With a byte order mark, as Windows writes one.
    found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_pairs)
    if not isinstance(found, dict):
        raise TypeError("it is no object")
    return {name: _real(name, _array(name, value)) for name, value in found.items()}


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError where a name has two values, of which the last would be marked."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"`{shorten(name)}` is given twice")
        found[name] = value
    return found


def _array(name: str, value: Any) -> Any:
    import numpy as np

    try:
        return np.asarray(value)
    except ValueError:  # Whose words are NumPy's own.
        raise ValueError(f"the rows of `{shorten(name)}` are not of one length") from None


def _real(name: str, array: Any) -> Any:
    if array.dtype.kind not in "fiub" or array.ndim > MOST_ANSWERED:  # Floats, integers, booleans; no objects.
        raise ValueError(f"`{shorten(name)}` is none")
    return array


def _refusal(path: str, message: str) -> ReadError:
    return ReadError(Source(path, ""), [Diagnostic(Code.UNREADABLE, message)])


def mark_computed(
    key: Marker, path: str, arrays: Mapping[str, Any], relative: float | None
) -> tuple[list[Mark], list[Answer], list[Diagnostic]]:
    """The marks of arrays by name, each ∂output/∂name or spelt as an answer, what each is about, and other names.

    `relative` is how far off they may be, where somebody says so. The value of the output goes by its name alone.
    """
    sheet: list[Computed] = []
    errors: list[Diagnostic] = []
    source = Source(path, "")
    for name, array in arrays.items():
        answer = _question(key.run, name)
        settled, refused = settle_answers(key.run, [answer])
        refused += [each for answer in settled for each in refusals(key.run, answer)]
        expected = None if refused else key.truth.expected(settled[0])
        if expected is not None and is_known(expected):
            sheet.append(_computed(settled[0], expected, source, array, relative))
        else:
            found = refused or [unknown(key.run, settled[0])]
            errors += [each._replace(message=f"`{shorten(name)}`: {each.message}", span=None) for each in found]
    with quietly(True):
        return list(_marks(key, sheet)), [given.answer for given in sheet], errors


def _question(run: AnyRun, name: str) -> Answer:
    """What a name in a program's file is about: the derivative by a node, else what it is spelt as."""
    found = read_subject(name)
    if name == run.output and name in run.graph.index:
        return Answer(name, None, Number(nan, ""), NOWHERE, NOWHERE)  # nan claims nothing: it is never looked at.
    # `dx` is what programs call the derivative by x.
    wrt = name if name in run.graph.index else name[1:] if name[:1] == "d" and name[1:] in run.graph.index else None
    if found is None or found.wrt is None:
        of_place = found.of_place if found else ()
        node = found.of if found and wrt is None else wrt
        return Answer("", node or name, Number(nan, ""), NOWHERE, NOWHERE, (), of_place)
    about = found.of, found.wrt, Number(nan, ""), NOWHERE, NOWHERE, found.of_place, found.wrt_place, found.then
    return Answer(*about, found.then_place)


def _computed(answer: Answer, expected: Any, source: Source, array: Any, relative: float | None) -> Computed:
    import numpy as np

    # What the file says of its precision; a JSON file says nothing.
    bound = SINGLE if array.dtype in (np.float32, np.float16) else DOUBLE
    value = np.asarray(array, dtype=np.float64)
    # A number may come as an array of one, a vector as a row or a column.
    squeezed = tuple(n for n in value.shape if n != 1)
    if squeezed == tuple(n for n in shape_of(expected) if n != 1):
        value = value.reshape(shape_of(expected))
    # Numbers of float32 that were saved as float64, or as JSON.
    is_single = bool((value == value.astype(np.float32)).all())
    found = value if value.ndim else float(value)
    return Computed(
        answer, expected, source, array=found, relative=bound if relative is None else relative, is_single=is_single
    )


def _marks(key: Marker, sheet: list[Computed]) -> Iterable[Mark]:
    right = [given for given in sheet if given.matches(given.expected)]
    # By identity: arrays have no hash, and equality is element by element.
    is_right = set(map(id, right))
    wrong = [given for given in sheet if id(given) not in is_right]
    single = {id(given) for given in wrong if given.is_single and given.is_near(given.expected, SINGLE)}
    # float32 alone is no mistake that others follow from.
    follows_from = key.following([given for given in wrong if id(given) not in single])
    for given in sheet:
        if id(given) in is_right:
            yield given.marked("right", note=given.worst)
        elif id(given) in single:
            yield given.marked("rounding", note=f"{SINGLE_NOTE} ({given.worst})")
        elif follows := follows_from(given):
            yield given.marked("follows", note=_joined(follows, given.worst))
        else:
            yield given.missed(key.diagnosis(given))


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _offset(given: float, true: float, floor: float) -> float:
    if given == true or (isnan(given) and isnan(true)):  # inf − inf would be nan.
        return 0.0
    size = max(abs(true), floor)
    off = abs(given - true)
    return off / size if size and isfinite(off) else inf  # Beside a true 0 in an array of zeros any number is far off.


def _place(i: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The index of the i-th element of an array."""
    place: tuple[int, ...] = ()
    # The last axis runs fastest.
    for size in reversed(shape):
        i, at = divmod(i, size)
        place = (at, *place)
    return place
