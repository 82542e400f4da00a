"""One input run in this process, and what is wrong with the way in which the program took it.

Whatever comes in, the program ends with status 0, 1 or 2 within a time, without an internal error, without a warning of
NumPy's; an error names its place, which is one of its text. The same as a large text it says the same.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import NamedTuple
from unittest import mock

import click
from fuzz.cases import Case

from backcalc.cli import process
from backcalc.cli.group import cli
from backcalc.text.errors import BackcalcError, ParseError

LIMITS = {
    "graph.loops.MAX_STATEMENTS": 10_000,
    "graph.functions.MAX_FUNCTION": 1_000,
    "graph.functions.MAX_OPERATIONS": 20_000,
    "calculus.grad.MOST_OPERATIONS": 1_000,
    "calculus.pairs.MOST_NUMBERS": 10_000,
}
SECONDS = 10.0  # Of work, not of the clock, lest a busy machine is found to be a slow program.
_EXACT = re.compile(r"\d\.?\d{9,}(?:e[+-]?\d+)?|\d+\.\d{9,}(?:e[+-]?\d+)?")
_RUN = re.compile(r"[=@\t\r]|[-+](?=.*[^-+*/^().\d\seE…])(?!inf$|nan$)")  # Numbers, and products of them, do no harm.
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Outcome(NamedTuple):
    """What a run came to; `failure` is empty where nothing is wrong, else it names the kind of what is."""

    status: int
    out: str
    err: str
    failure: str = ""
    detail: str = ""


class _TooSlowError(BaseException):
    """Raised by the alarm; no `except Exception` of the program takes it for its own."""


def judged(case: Case) -> Outcome:
    """The outcome of `case` in the current folder, which is for such files alone; also that of it as a large text."""
    _lay_out(case)
    with _limits():
        found = _run(case)
        if found.failure or case.args[0] != "run":
            return found
        with _all_are_large():
            large = _run(case)
    if large.failure:
        return large._replace(failure=f"as a large text: {large.failure}")
    if _rounded(large) != _rounded(found):
        detail = f"--- plain\n{found.status}\n{found.out}{found.err}\n--- large\n{large.status}\n{large.out}{large.err}"
        return found._replace(failure="a large text is treated otherwise", detail=detail)
    return found


def outcome(case: Case) -> Outcome:
    """The outcome of `case` in the current folder as its text is read by now, numbers rounded."""
    return _rounded(exact_outcome(case))


def exact_outcome(case: Case) -> Outcome:
    """The outcome of `case` in the current folder to the last digit."""
    _lay_out(case)
    with _limits():
        return _run(case)


def _rounded(found: Outcome) -> Outcome:
    """The outcome with its numbers to twelve digits: NumPy's functions and those of `math` differ in the last place."""
    return found._replace(out=_EXACT.sub(lambda number: f"{float(number[0]):.11g}", found.out))


def _lay_out(case: Case) -> None:
    for name, text in case.files.items():
        with open(name, "w", encoding="utf-8", errors="surrogatepass") as file:  # noqa: PTH123  a third of the time
            file.write(text)


@contextmanager
def _limits() -> Iterator[None]:
    """What takes seconds because it is large is refused a hundred times sooner: it would fail small, too."""
    with ExitStack() as stack:
        for name, most in LIMITS.items():
            stack.enter_context(mock.patch(f"backcalc.{name}", most))
        yield


@contextmanager
def _all_are_large() -> Iterator[None]:
    """Each text goes to the engine of large ones, and each of its lines to a block."""
    with mock.patch("backcalc.analysis.run.LARGE", 0), mock.patch("backcalc.bulk.graph.reader.FEWEST", 1):
        yield


def _run(case: Case) -> Outcome:
    out, err, noticed = io.StringIO(), io.StringIO(), []
    stdin = io.TextIOWrapper(io.BytesIO(case.stdin.encode("utf-8", "surrogatepass")), "utf-8")
    status, failure, detail = 2, "", ""
    streams = sys.stdin, sys.stdout, sys.stderr
    before = signal.signal(signal.SIGPROF, _too_slow)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, *rest, **_: noticed.append(f"{message} {rest[1:3]}")
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            sys.stdin, sys.stdout, sys.stderr = stdin, out, err
            result = cli.main(list(case.args), prog_name="backcalc", standalone_mode=False)
            status = result if isinstance(result, int) else 0
        except BackcalcError as error:
            err.write(f"{error}\n")
            failure = _misplaced(error)
        except click.ClickException as error:
            err.write(f"{process._usage_message(error)}\n")
        except (click.Abort, SystemExit):
            status = 130
        except MemoryError:
            err.write("error: this needs more memory than there is\n")  # As `process` tells it.
        except _TooSlowError:
            failure, detail = f"{case.args[0]} takes longer than {SECONDS:.0f} s", traceback.format_exc()
        except Exception as error:  # noqa: BLE001  This is what is looked for.
            failure, detail = _signature(error), traceback.format_exc()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
            sys.stdin, sys.stdout, sys.stderr = streams
            process._kept.clear()  # A process of its own would have ended here.
    found = Outcome(status, out.getvalue(), err.getvalue(), failure, detail)
    return found if failure else found._replace(failure=_wrong(case, found, noticed))


def _too_slow(_signal: int, _frame: object) -> None:
    raise _TooSlowError


def _signature(error: Exception) -> str:
    """The kind of an internal error: what, and where in the package."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}backcalc{os.sep}" in f.filename]
    last = frames[-1] if frames else None
    where = f"{last.filename.rpartition(f'{os.sep}backcalc{os.sep}')[2]}:{last.name}" if last else "?"
    return f"internal error {type(error).__name__} in {where}"


def _misplaced(error: BackcalcError) -> str:
    """What is wrong with the places of an error; empty where nothing is."""
    size = len(error.source.text) + 1  # What is missing at the end of the text stands behind it.
    for found in error.diagnostics:
        places = [*([found.span] if found.span else []), *(note.span for note in found.notes)]
        if any(not 0 <= place.start <= place.end <= size for place in places):
            return f"a place outside the text, of {found.code}"
        if found.span is None and isinstance(error, ParseError):
            return f"no place, of {found.code}"
    return "" if error.diagnostics else "an error of nothing"


def _wrong(case: Case, found: Outcome, noticed: list[str]) -> str:
    """The kind of what is wrong with a run that ended; empty where nothing is."""
    if noticed:
        return f"a warning of Python: {noticed[0]}"
    if found.status not in (0, 1, 2) and case.args[0] != "quiz":
        return f"status {found.status}"
    if found.status == 2 and not found.err.strip():
        return "an error without a word"
    if "Traceback" in found.err or "This is a bug" in found.err:
        return "a traceback is shown"
    if "always" not in case.args and (raw := _RAW.search(found.out + found.err)):
        return f"a control character goes out raw: {raw.group()!r}"
    formats = [word for option, word in pairwise(case.args) if option == "--format"]
    if formats[-1:] == ["csv"] and found.status != 2 and (unfit := unfit_csv(found.out)):
        return unfit
    if found.out and case.args[-2:] == ("--format", "json"):
        try:
            json.loads(found.out, parse_constant=_refused)
        except ValueError:
            return "JSON that is none"
    return ""


def unfit_csv(text: str) -> str:
    """What is wrong with a table of CSV; empty where nothing is."""
    rows = list(csv.reader(io.StringIO(text)))
    if any(len(row) != len(rows[0]) for row in rows):
        return "CSV with rows of several lengths"
    run = next((cell for row in rows for cell in row if _RUN.match(cell)), None)
    return "" if run is None else f"a cell that a spreadsheet runs, of {run[0]}"


def _refused(word: str) -> None:
    raise ValueError(word)


def clear() -> None:
    """Take away what runs have written to the current folder."""
    for entry in os.scandir():
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)  # noqa: PTH108
