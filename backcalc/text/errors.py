"""What can go wrong, as data, and the one place that renders it with a caret.

BackcalcError                bad input; exit status 2; carries a `Source` and its `Diagnostic`s
├── ReadError                a file that cannot be read or is not UTF-8      (stage "read")
├── ParseError               text that the grammar does not know             (stage "parse")
├── BuildError               statements that do not make a graph             (stage "build")
├── EvaluateError            a graph that has no value at the point given    (stage "evaluate")
└── UsageError               options that do not fit the graph               (stage "usage")
"""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from backcalc.text.source import Source, Span
from backcalc.text.wording import display_width, plural, visible

MAX_ERRORS = 20  # More would scroll the first, which often explains the others, off the screen.
FEWEST_ALIKE = 3  # Errors that say the same are told as one, with the lines of the others,
LINES_SHOWN = 8  # of which so many are named.
LINE_SHOWN = 76  # of a line, which with its number still fits a terminal of 80 columns.


class Note(NamedTuple):
    """A second place that an error speaks of, with the words that stand under its caret."""

    message: str
    span: Span


class Code(StrEnum):
    """What is wrong, by a stable name that programs may go by: the sentences may change."""

    AMBIGUOUS = "ambiguous"
    ANSWERED_TWICE = "answered-twice"
    ARITY = "arity"
    BAD_CELL = "bad-cell"
    BAD_COLUMN = "bad-column"
    BAD_INDEX = "bad-index"
    BAD_JSON = "bad-json"
    BAD_RANGE = "bad-range"
    BAD_SHAPE = "bad-shape"
    COLUMN_SHAPE = "column-shape"
    CONTRADICTED_KEY = "contradicted-key"
    CONTRADICTION = "contradiction"  # A warning: a value may be given on purpose that its formula does not give.
    CYCLE = "cycle"
    DEF_IN_LOOP = "def-in-loop"
    DERIVATIVE_AXES = "derivative-axes"
    DERIVATIVE_ROWS = "derivative-rows"
    DOMAIN = "domain"  # A warning: nan is a result too, and the run goes on.
    DUPLICATE_COLUMN = "duplicate-column"
    DUPLICATE_EDGE = "duplicate-edge"  # A warning: parallel edges add up, but are often a slip.
    DUPLICATE_FUNCTION = "duplicate-function"
    DUPLICATE_NODE = "duplicate-node"
    DUPLICATE_PARAMETER = "duplicate-parameter"
    DUPLICATE_STATEMENT = "duplicate-statement"
    EDGE = "edge"
    EMPTY = "empty"
    FORMAT = "format"
    FORMULA_WITH_EDGES = "formula-with-edges"
    FUNCTION_AS_NODE = "function-as-node"
    GIVEN_TWICE = "given-twice"
    GRAD_BY_CONSTANT = "grad-by-constant"
    GRAD_BY_MATRIX = "grad-by-matrix"
    GRAD_OF_FORMULA = "grad-of-formula"
    GRAD_OF_ITSELF = "grad-of-itself"
    GRAD_OF_VECTOR = "grad-of-vector"
    GRAD_TOO_LARGE = "grad-too-large"
    HEADER = "header"
    HESSIAN_SIZE = "hessian-size"
    INDEX_OUT_OF_RANGE = "index-out-of-range"
    INDEX_TOO_LARGE = "index-too-large"
    INPUT_WITH_EDGES = "input-with-edges"
    INTEGER_TOO_LARGE = "integer-too-large"
    JACOBIAN_LEFT_OUT = "jacobian-left-out"  # A warning: of what nobody has asked for.
    JACOBIAN_TOO_LARGE = "jacobian-too-large"
    KEYWORD = "keyword"
    KINK = "kink"  # A warning: the slope is one of several that could be taken.
    LOSS_TAKEN = "loss-taken"  # By a node L, where `adjoint` speaks of a loss outside.
    COMPREHENSION = "comprehension"
    LOOP_TOO_LONG = "loop-too-long"
    LOOP_VARIABLE = "loop-variable"
    MISSING_COLUMN = "missing-column"
    MISSING_VALUE = "missing-value"
    NAMES_AS_PARTIALS = "names-as-partials"
    NEGATIVE_INDEX = "negative-index"
    NOTHING_HANDED_IN = "nothing-handed-in"
    NOTHING_AS_NUMBER = "nothing-as-number"
    NOT_AN_ANSWER = "not-an-answer"
    NOT_AN_INPUT = "not-an-input"
    NOT_A_NUMBER = "not-a-number"
    NOT_CERTAIN = "not-certain"
    NOT_CONSTANT = "not-constant"
    NOT_FINITE = "not-finite"  # A warning: of a result that no DOMAIN or SLOPE explains, or of a cell of points.
    NOT_LOOP_VARIABLE = "not-loop-variable"
    NOT_TEXT = "not-text"
    NOT_UTF8 = "not-utf8"
    NOT_WHOLE = "not-whole"
    NO_ANSWERS = "no-answers"
    NO_CLAIM = "no-claim"
    NO_CLAIMS = "no-claims"
    NO_RANGE = "no-range"
    NO_FRACTION = "no-fraction"
    NO_COLUMNS = "no-columns"
    NO_DIRECTION = "no-direction"
    NO_ELEMENT = "no-element"
    NO_EXERCISE = "no-exercise"
    NO_FORMULA = "no-formula"
    NO_INPUT = "no-input"
    NO_INPUTS = "no-inputs"
    NO_OUTPUT = "no-output"
    NO_PARTIAL = "no-partial"
    NO_POINTS = "no-points"
    NO_STUDENT = "no-student"
    NUMBER_TOO_LARGE = "number-too-large"
    POWER_OF_T = "power-of-t"
    ONE_NAME = "one-name"
    OWN_PARTIALS = "own-partials"
    OUTPUT_NO_NUMBER = "output-no-number"
    POINT_COUNTS = "point-counts"
    QUIZ_TOO_DEEP = "quiz-too-deep"
    QUIZ_TOO_LARGE = "quiz-too-large"
    RANGE = "range"  # A warning: a given value that its function never has.
    RECURSIVE_FUNCTION = "recursive-function"
    ROW_LENGTH = "row-length"
    SECOND_OUTPUT = "second-output"
    SEPARATOR = "separator"
    SHAPE_MISMATCH = "shape-mismatch"
    SHAPE_UNKNOWN = "shape-unknown"
    SLOPE = "slope"  # A warning: infinite or nan, where the value is finite.
    STRAY_BRACE = "stray-brace"
    SYNTAX = "syntax"
    TAKEN_FOR_NUMBER = "taken-for-number"  # A warning: an array would fit as well.
    DOT_BY_ELEMENTS = "dot-by-elements"
    TOO_MANY_OPERATIONS = "too-many-operations"
    TOO_MANY_NODES = "too-many-nodes"
    TOO_MANY_PAIRS = "too-many-pairs"
    TOO_MANY_PATHS = "too-many-paths"
    TWO_OUTPUTS = "two-outputs"
    UNCLOSED_LOOP = "unclosed-loop"
    UNKNOWN_FUNCTION = "unknown-function"
    UNKNOWN_INPUT = "unknown-input"
    UNKNOWN_MODE = "unknown-mode"
    UNKNOWN_NODE = "unknown-node"
    UNKNOWN_SAMPLE = "unknown-sample"
    UNKNOWN_VALUE = "unknown-value"
    UNKNOWN_VALUES = "unknown-values"
    UNREADABLE = "unreadable"


class Diagnostic(NamedTuple):
    """One error or warning: a stable code, a sentence, where it is, further places, and remedies."""

    code: Code
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    hints: tuple[str, ...] = ()


def counted(first: Diagnostic, count: int) -> Diagnostic:
    """The first fault of a cause, with how many more there are."""
    more = f", and so in {plural(count - 1, 'more line')}" if count > 1 else ""
    return first._replace(message=f"{first.message}{more}")


Paint = Callable[[str, str], str]
"""Gives a text the look of a role: error, warning, note, hint or caret."""


def _plain(text: str, _role: str) -> str:
    return text


class BackcalcError(Exception):
    """Bad input: one or more diagnostics about one source. `str()` is the message that users see.

    `warnings` are what was noticed of the same source before; they often tell why there is an error at all.
    """

    stage: ClassVar[str] = ""
    exit_code: ClassVar[int] = 2

    def __init__(self, source: Source, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(source, tuple(diagnostics))  # Both, so that a copy sent from another process is whole.
        self.source = source
        self.diagnostics = tuple(diagnostics)
        self.warnings: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        return self.shown(_plain)

    def shown(self, paint: Paint) -> str:
        """The message that users see, its roles painted."""
        blocks = [_told(self.source, alike, paint) for alike in _grouped(self.diagnostics[:MAX_ERRORS])]
        if len(self.diagnostics) > MAX_ERRORS:
            blocks.append(f"… and more; these are the first {MAX_ERRORS} errors")
        return "\n\n".join(blocks)

    def _render_traceback_(self) -> list[str]:
        """What a notebook (IPython) shows in place of a traceback: it is the text that is at fault, not who read it."""
        return str(self).split("\n")


class ReadError(BackcalcError):
    """The input cannot be read as text."""

    stage = "read"


class ParseError(BackcalcError):
    """The text is not in the language; `read` is what could be read of it, a Program where it is a whole file's."""

    stage = "parse"

    def __init__(self, source: Source, diagnostics: Sequence[Diagnostic], read: Any = None) -> None:
        super().__init__(source, diagnostics)
        self.read = read  # The statements stand on a floor above this one, so nothing is said of it here.


class BuildError(BackcalcError):
    """The statements do not make a graph."""

    stage = "build"


class EvaluateError(BackcalcError):
    """The graph has no value at the point given."""

    stage = "evaluate"


class UsageError(BackcalcError):
    """The options or arguments do not fit the graph."""

    stage = "usage"


def excerpt(found: Sequence[tuple[Source, Diagnostic]]) -> tuple[Source, list[Diagnostic]]:
    """Diagnostics about parts of one file as ones about one text, which has the lines that they speak of."""
    text, lines, moved = "", [], []
    for source, diagnostic in found:
        assert diagnostic.span is not None
        start, end = diagnostic.span
        begin, newline = source.line_start(start), source.text.find("\n", end)
        part = source.text[begin : newline if newline >= 0 else None] + "\n"
        lines += [source.line_number(start) + i for i in range(part.count("\n"))]
        by = len(text) - begin  # How far what is said of this part moves in the text made of all parts.
        moved.append(diagnostic._replace(span=Span(start + by, end + by)))
        text += part
    return Source(found[0][0].name, text, tuple(lines)), moved


def _grouped(diagnostics: Sequence[Diagnostic]) -> Iterator[list[Diagnostic]]:
    """The diagnostics, those together that say the same of several places; each where the first of them stands."""
    groups: dict[Any, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        # All but the place must agree: the code, the words, notes and hints.
        groups.setdefault(diagnostic._replace(span=None), []).append(diagnostic)
    for group in groups.values():
        # Two are read as quickly as one that speaks of two.
        yield from [group] if len(group) >= FEWEST_ALIKE else ([each] for each in group)


def _told(source: Source, alike: Sequence[Diagnostic], paint: Paint) -> str:
    """The first of diagnostics that say the same, and where the others are."""
    first, *others = alike
    text = render(source, first, paint=paint)
    if not others:
        return text
    places = (source.origin(each.span) for each in others if each.span is not None)
    lines = dict.fromkeys(origin.line_number(span.start) for origin, span in places)  # Two on one line are told as one.
    shown = ", ".join(map(str, list(lines)[:LINES_SHOWN])) + ", …" * (len(lines) > LINES_SHOWN)
    where = f", in {'line' if len(lines) == 1 else 'lines'} {shown}" if lines else ""
    return f"{text}\n  {paint('note:', 'note')} and {len(others)} more like it{where}"


def render(source: Source, diagnostic: Diagnostic, severity: str = "error", paint: Paint = _plain) -> str:
    """The text that a user reads: place and cause, the line with a caret under it, notes, hints."""
    lines = [f"{_place(source, diagnostic.span)}: {paint(f'{severity}:', severity)} {visible(diagnostic.message)}"]
    if diagnostic.span is not None:
        lines += _excerpt(source, diagnostic.span, paint)
    for note in diagnostic.notes:
        lines.append(f"{_place(source, note.span)}: {paint('note:', 'note')} {visible(note.message)}")
        lines += _excerpt(source, note.span, paint)
    lines += [f"  {paint('hint:', 'hint')} {visible(hint)}" for hint in diagnostic.hints]
    return "\n".join(lines)


def _place(source: Source, span: Span | None) -> str:
    name = visible(source.name)
    if span is None:
        return name
    source, span = source.origin(span)
    column = span.start - source.line_start(span.start) + 1
    return f"{name}:{source.line_number(span.start)}:{column}"


def _excerpt(source: Source, span: Span, paint: Paint) -> Iterator[str]:
    """The line of `span`, cut to a window where it is long, and the caret line under it."""
    source, span = source.origin(span)
    start = source.line_start(span.start)
    line, column = source.line_text(span.start), span.start - start
    # At least one caret: what is missing is told of a place without width. A span over lines is shown on its first.
    length = max(1, min(span.end - span.start, len(line) - column))
    first = max(0, column - LINE_SHOWN // 2) if len(line) > LINE_SHOWN else 0  # With the caret in the middle.
    shown = line[first : first + LINE_SHOWN]
    left, right = "…" if first else "", "…" if first + LINE_SHOWN < len(line) else ""
    number = f"{source.line_number(span.start)}"
    yield f"  {number} | {left}{visible(shown)}{right}"
    # As wide as it is shown, for a wide letter takes two columns.
    before = display_width(left + visible(line[first:column]))
    carets = max(1, display_width(visible(line[column : min(column + length, first + LINE_SHOWN)])))
    yield f"  {' ' * len(number)} | {' ' * before}{paint('^' * carets, 'caret')}"
