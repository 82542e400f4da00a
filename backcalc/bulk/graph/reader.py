"""A large text read by arrays: the lines of a form as one block of names and numbers.

A line's **form** is the line with its names and numbers blanked out. The grammar reads one line of each form; what it
says of that line holds for all lines of the form, for they have the same tokens in the same order. Nothing here knows
how an edge or an expression is written. A line whose form is not an edge or a definition made of such blanks, and a
line with a word that is not what it looks like, are the ordinary reader's, in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from backcalc import progress
from backcalc.bulk.arrays.background import ahead
from backcalc.bulk.arrays.words import LONGEST, AnyArray
from backcalc.bulk.graph.blocks import LineBlock, OpenBlock, without
from backcalc.bulk.graph.symbols import CollisionError, Names, NameTable
from backcalc.bulk.graph.tokens import BlankedLines
from backcalc.language.expr import Call, Name, Number
from backcalc.language.foreign.translate import as_language
from backcalc.language.forms import leaves_of, word
from backcalc.language.lexis import DIGITS, WORDS, letters
from backcalc.language.parser import Reading, parse_line
from backcalc.language.statements import Definition, Edge, Function, Input, Loop, Program, Statement
from backcalc.text.source import Source

if TYPE_CHECKING:
    from typing_extensions import TypeIs

PIECE = 1 << 20  # Characters at a time: small enough for the caches, large enough for what each array operation costs.
LONGEST_LINE = 1 << 24
FEWEST = 16  # Lines of a piece that are worth a block; fewer are read in the ordinary way.
MOST_ODD = 10_000  # Where there are more lines than this in no block, and more than in blocks, blocks are of no use.

INPUT = b"input"

# `n` of `n1024`; for the whole word, or it is a part of another name.
_SERIAL = re.compile(rf"\b[{letters()}]+(?=[{DIGITS}]+\b)")
_CALL_WITH_SPACE = re.compile(rb"n[ \t]+\(")  # What begins `d (v)/d (u)` is not said by its tokens alone.


class Lines(NamedTuple):
    """A text as blocks, and `rest`, the statements that are in none of them, in the order of the text."""

    source: Source
    blocks: tuple[LineBlock, ...]
    rest: Program
    names: Names  # By their numbers.


def read_lines(source: Source) -> Lines | None:
    """The text of `source` as blocks, or None where blocks are of no use for it. Raises ParseError."""
    try:
        return _TextReader(as_language(source)).lines()
    except (_UnfitError, CollisionError):
        return None


class _UnfitError(Exception):
    """A text that is better read in the ordinary way."""


class _TextReader:
    """The state of reading one text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._place = np.int32 if len(source.text) < 1 << 31 else np.int64
        self._reading = Reading(source)
        self._forms: dict[bytes, OpenBlock | None] = {}
        self._odd: list[AnyArray] = []  # Pairs (start, end) of lines that are no block's.
        self._table = NameTable(_prefix(source.text))
        self._keywords = _numbered_words(self._table)
        self._odd_count = self._even_count = 0

    def lines(self) -> Lines:
        """The whole text. Raises ParseError."""
        size = len(self._source.text)
        # One piece is blanked while another is read; for a short text a thread costs more than it saves.
        for at, piece, lines, groups in (ahead if size > PIECE else map)(_blanked, self._pieces()):
            progress.at("reading", at / size)
            self._read_piece(piece, lines, groups, at)
        taken = self._read_odd()
        # The words of the language have the first numbers, and are no names.
        blocks = [form.block(len(WORDS)) for form in self._forms.values() if form is not None]
        columns = [column[len(WORDS) :] for column in (self._table.heads, *self._table.places())]
        program = self._reading.program()
        if any(isinstance(statement, Loop | Function) for statement in program.statements):
            raise _UnfitError
        # What a statement has swallowed, as of an open bracket, is no line of a block.
        left = (without(block, taken) for block in blocks if block is not None)
        kept = tuple(block for block in left if len(block.starts))
        return Lines(self._source, kept, program, Names(self._source.text, columns))

    def _pieces(self) -> Iterator[tuple[int, bytes]]:
        """Where each piece begins, and its bytes; one at a time, so that the text is not held twice."""
        at, text = self._first(), self._source.text
        while at < len(text):
            end = self._piece_end(at)
            yield at, text[at:end].encode()
            at = end

    def _first(self) -> int:
        """Where the line ends that has the first statement, which may be a header."""
        at, text = 0, self._source.text  # A statement may take several lines, so only where it ends is a line's end.
        while at < len(text) and not self._reading.has_begun:
            at = self._reading.read(at, at + 1)
        return self._to_line_end(at)

    def _to_line_end(self, at: int) -> int:
        """Where the last statement ends of the line that `at` is inside of; `at` itself where a line starts there."""
        text = self._source.text
        while 0 < at < len(text) and text[at - 1] != "\n" and not self._reading.is_refused:
            at = self._reading.read(at, text.find("\n", at) + 1 or len(text))
        return at

    def _piece_end(self, at: int) -> int:
        """The end of the last line that ends within a piece from `at` on, or else of the first."""
        text = self._source.text
        if at + PIECE >= len(text):
            return len(text)
        # From the right: the piece is to be as long as can be.
        end = text.rfind("\n", at, at + PIECE) + 1 or text.find("\n", at) + 1 or len(text)
        if end - at > LONGEST_LINE:
            raise _UnfitError
        return end

    def _read_piece(self, piece: bytes, lines: BlankedLines, groups: list[AnyArray], at: int) -> None:
        """Take in the lines of a piece that begins at the character `at` of the text, `groups` of them by form."""
        if (b"{" in piece or b"}" in piece) and lines.has_braces:  # The quick look first: most texts have no brace.
            raise _UnfitError
        chars = _Characters(piece, at, self._place)
        is_odd = np.zeros(len(lines.starts), bool)
        parts = []
        for group in groups:
            key = lines.form(group[0])
            form = self._form(key, lines, group, chars) if len(group) >= FEWEST else None
            if form is not None:
                parts.append((form, group))
            elif key.strip():  # Of an empty line there is nothing to read.
                is_odd[group] = True
        # Of bytes by characters: no more than a guess of how much is still to come.
        share = min(1.0, (at + len(piece)) / len(self._source.text))
        for group, are_fit in self._fill(parts, lines, chars, share):
            is_odd[group[~are_fit]] = True
        starts, ends = chars.places(lines.starts[is_odd]), chars.places(lines.ends[is_odd])
        self._odd.append(np.stack([starts, ends], axis=1))
        self._count(is_odd)

    def _count(self, is_odd: AnyArray) -> None:
        """Give up where the text turns out to be of no use."""
        self._odd_count += int(is_odd.sum())
        self._even_count += int(len(is_odd) - is_odd.sum())
        if self._odd_count > max(MOST_ODD, self._even_count):
            raise _UnfitError

    def _form(self, key: bytes, lines: BlankedLines, group: AnyArray, chars: _Characters) -> OpenBlock | None:
        """The form, read by the grammar where it is new; None where it makes no block."""
        if key not in self._forms:
            # One of the lines may have a mistake in a word, so three of them are tried.
            tried = (self._read_form(lines, int(group[i]), chars) for i in (0, len(group) // 2, -1))
            is_plain = not _CALL_WITH_SPACE.search(key)
            self._forms[key] = next((form for form in tried if form), None) if is_plain else None
        return self._forms[key]

    def _read_form(self, lines: BlankedLines, line: int, chars: _Characters) -> OpenBlock | None:
        """What the grammar makes of a line; None where that is not its blanks one to one."""
        start, end = chars.places(np.array([lines.starts[line], lines.ends[line]])).tolist()
        statement = parse_line(self._source, start, min(end, len(self._source.text)))
        if not isinstance(statement, Edge | Definition) and not _is_plain_input(statement):
            return None
        if statement.span.start != chars.places(lines.statements(np.array([line])))[0]:
            return None  # There is white space before it that is none of ASCII.
        leaves = leaves_of(statement)
        keyword = [INPUT] if isinstance(statement, Input) else []
        # Word by word: what the grammar reads must be the form's own blanks.
        if keyword + [word(leaf).encode() for leaf in leaves] != lines.words_of(line):
            return None
        # In the form the minus is a part of the number.
        if lines.has_own_minus(line):
            statement = _without_minus(statement)
        is_name, blanks = np.array([isinstance(leaf, Name) for leaf in leaves], bool), lines.blanks(line)
        blanks = blanks[len(keyword) :]
        return OpenBlock(statement, blanks[is_name], blanks[~is_name])

    def _fill(
        self, parts: list[tuple[OpenBlock, AnyArray]], lines: BlankedLines, chars: _Characters, share: float
    ) -> Iterator[tuple[AnyArray, AnyArray]]:
        """Put the words of these lines to their forms; each part's lines and which of them are fit for it."""
        firsts = [lines.firsts(group) for _, group in parts]
        names = [form.names[:, None] + first for (form, _), first in zip(parts, firsts, strict=True)]
        values = [form.numbers[:, None] + first for (form, _), first in zip(parts, firsts, strict=True)]
        # All forms of the piece together: an array operation costs the same for one.
        ids, are_names = self._names(lines, _joined(names), chars)
        floats, are_numbers = lines.numbers(_joined(values))
        i = j = 0
        for (form, group), name, value in zip(parts, names, values, strict=True):
            i, j, a, b = i + name.size, j + value.size, i, j
            are_fit = np.logical_and.reduce(
                # One word that does not fit makes its line an odd one.
                [*are_names[a:i].reshape(name.shape), *are_numbers[b:j].reshape(value.shape)]
            )
            if isinstance(form.statement, Input):  # `given x = 3` is of the same form.
                are_fit &= self._begin_with_input(lines, group, chars)
            starts = chars.places(lines.statements(group))
            columns = starts, ids[a:i].reshape(name.shape), floats[b:j].reshape(value.shape)
            form.add(columns if are_fit.all() else tuple(column[..., are_fit] for column in columns), share)
            yield group, are_fit

    def _begin_with_input(self, lines: BlankedLines, group: AnyArray, chars: _Characters) -> AnyArray:
        """Which of these lines, each of which begins with a word, begin with the word `input`."""
        words = lines.words[lines.firsts(group)]
        found: AnyArray = words.lengths == len(INPUT)  # By length first, for most names have another.
        found[found] = self._table.ids(words[found], chars.places) == self._keywords[INPUT]
        return found

    def _names(self, lines: BlankedLines, tokens: AnyArray, chars: _Characters) -> tuple[AnyArray, AnyArray]:
        """The numbers of the names of tokens, and which are names: no words of the language, no mixtures."""
        words = lines.words[tokens]
        if words.longest > LONGEST:
            return self._names_of(words.lengths <= LONGEST, lines, tokens, chars)
        # Edge lists that programs write have nothing but such names, so this is tried first.
        ids = self._table.ids_of_serials(words, chars.places)
        if ids is not None:  # Of these nothing else needs a look.
            return ids, ids >= len(WORDS)
        is_whole = lines.are_numbers(tokens)
        are_fit = is_whole | ~words.have_dots  # A number that is a name has digits alone: 1.5 is none.
        if is_whole.any():
            are_fit[is_whole] = words[is_whole].are_digits
        if not are_fit.all():
            return self._names_of(are_fit, lines, tokens, chars)
        ids = self._table.ids(words, chars.places)
        return ids, ids >= len(WORDS)

    def _names_of(
        self, are_fit: AnyArray, lines: BlankedLines, tokens: AnyArray, chars: _Characters
    ) -> tuple[AnyArray, AnyArray]:
        """The ids of the tokens that `are_fit`, and which are names; others get none, lest names stand nowhere."""
        ids = np.zeros(len(tokens), np.int32)
        ids[are_fit], are_names = self._names(lines, tokens[are_fit], chars)
        are_fit[are_fit] = are_names
        return ids, are_fit

    def _read_odd(self) -> list[tuple[int, int]]:
        """Have the ordinary reader read the lines of no block; where it went on from these into lines of some."""
        odd, at, taken = np.concatenate([*self._odd, np.empty((0, 2), np.int64)]), 0, []
        # Lines that follow each other are read as one, for a statement may go on over the next.
        breaks = np.flatnonzero(odd[1:, 0] != odd[:-1, 1])
        starts, ends = odd[:, 0][np.r_[0, breaks + 1][: len(odd)]], odd[:, 1][np.r_[breaks, -1][: len(odd)]]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if end <= at or self._reading.is_refused:  # It has been read with one before.
                continue
            at = self._to_line_end(self._reading.read(max(start, at), min(end, len(self._source.text))))
            if at > end:
                taken.append((end, at))
        return taken


class _Characters:
    """The characters of the text that the bytes of a piece are."""

    def __init__(self, piece: bytes, at: int, kind: type[np.signedinteger[Any]]) -> None:
        """`kind` has room for the number of any character of the text."""
        self._at, self._kind = at, kind
        self._inner: AnyArray | None = None
        if not piece.isascii():
            is_inner = (np.frombuffer(piece, np.uint8) & 0xC0) == 0x80  # Bytes of a character behind its first.
            # A running count, so that each place is put right in one step.
            self._inner = np.concatenate(([0], np.cumsum(is_inner), [is_inner.sum()]))

    def places(self, bytes_: AnyArray) -> AnyArray:
        """The place of the characters that begin at these bytes of the piece."""
        characters = bytes_ if self._inner is None else bytes_ - self._inner[bytes_]
        return (characters + self._at).astype(self._kind)


def _blanked(place: tuple[int, bytes]) -> tuple[int, bytes, BlankedLines, list[AnyArray]]:
    """A piece with its lines, and these by their forms."""
    at, piece = place
    # The grammar's last line may have no end; here every line has one.
    lines = BlankedLines(piece if piece.endswith(b"\n") else piece + b"\n")
    lines.words.heads  # noqa: B018  Gathered here, in the thread that has less to do.
    return at, piece, lines, list(lines.groups())


def _is_plain_input(statement: Statement | None) -> TypeIs[Input]:
    """Whether a statement declares one input, a number with no more than a number for its default."""
    return (
        isinstance(statement, Input)
        and isinstance(statement.target, Name)
        and statement.shape is statement.bounds is None
        and isinstance(statement.default, Number | None)
    )


def _without_minus(statement: Edge | Definition | Input) -> Edge | Definition | Input:
    """An edge with its partial's number in place of the number's negative; what each line has is in its number."""
    assert isinstance(statement, Edge)
    assert isinstance(statement.partial, Call)
    return statement._replace(partial=statement.partial.args[0])


def _prefix(text: str) -> str:
    """The letters before the number of a name in the middle of the text; most names may be of this kind."""
    # In the middle, for a file may begin with names of other kinds.
    found = _SERIAL.search(text, len(text) // 2, len(text) // 2 + PIECE // 16)
    return found.group() if found else ""


def _joined(indices: list[AnyArray]) -> AnyArray:
    return np.concatenate([np.empty(0, np.int64), *(each.ravel() for each in indices)])


def _numbered_words(table: NameTable) -> dict[bytes, int]:
    """The words of the language with their numbers, the first ones, so that a name that is one is known by that."""
    text = " ".join(sorted(WORDS)).encode()
    lines = BlankedLines(text + b"\n")
    words = lines.words[lines.blanks(0)]
    return dict(zip(words.texts(), table.ids(words, np.asarray).tolist(), strict=True))
