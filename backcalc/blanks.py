"""Lines with their names and numbers blanked out, found by array operations on a piece of a text that ends with a line.

A blank is a word, a run of letters, digits, `_` and `.`; one that begins with a digit or a point is a number and goes
on behind its exponent's sign. A word right before `(` is a function's and stays. Spaces in a row are one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from backcalc.words import PAD, AnyArray, Bytes

NAME, NUMBER = b"n0"  # What stands in a line's form for a blank. The only other words there are functions' names.

_NEWLINE, _SPACE, _TAB, _HASH, _OPEN, _PLUS, _MINUS, _E, _OPENING, _CLOSING = b"\n \t#(+-e{}"
_LOWER = 0x20  # The bit that makes a letter small.
_DIGITS = b"0123456789"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_FORMS_BY_TURNS = 8


def _table(members: bytes) -> bytes:
    return bytes(code in members for code in range(256))


_IN_WORD, _IN_NUMBER, _IS_DIGIT = _table(_LETTERS + _DIGITS + b"."), _table(_DIGITS + b"."), _table(_DIGITS)


def _are_in(table: bytes, codes: AnyArray) -> AnyArray:
    """Whether each byte is in a table; what bytes can do is several times as fast as an array with indices."""
    return np.frombuffer(codes.tobytes().translate(table), bool)


class BlankedLines:
    """The lines of a piece of text: where they start, their blanks, and their forms as bytes."""

    def __init__(self, piece: bytes) -> None:
        """`piece` ends with a newline."""
        codes = np.full(len(piece) + PAD, _NEWLINE, np.uint8)
        codes[: len(piece)] = np.frombuffer(piece, np.uint8)
        self.text, self._codes = Bytes(codes), codes[: len(piece)]
        self.ends = np.flatnonzero(self._codes == _NEWLINE) + 1
        self.starts = np.concatenate(([0], self.ends[:-1]))
        if b"#" in piece:
            self._blank_comments()
        self._signs = np.empty(0, np.int64)  # Of exponents.
        in_word = _are_in(_IN_WORD, self._codes)
        starts, ends = self._words(in_word)
        is_number = _are_in(_IN_NUMBER, self._codes[starts])
        is_blank = is_number | (self._codes[ends] != _OPEN)
        self.words, self.lengths, self.are_numbers = starts[is_blank], (ends - starts)[is_blank], is_number[is_blank]
        self.firsts = np.searchsorted(self.words, self.starts)  # Each line's first blank.
        # Of a blank its first character stays, as its mark; functions' names stay as a whole.
        is_kept = ~in_word
        is_kept[_ranges(starts[~is_blank], (ends - starts)[~is_blank])] = True
        is_kept[self.words] = True
        is_kept[self._signs] = False
        self._blank(is_kept)

    def _blank(self, is_kept: AnyArray) -> None:
        """Write the forms, one behind the other, each with the newline that ends it."""
        marked = self._codes.copy()
        marked[self.words] = np.where(self.are_numbers, NUMBER, NAME)
        self._forms = _without_spaces(marked[is_kept])
        self._form_ends = np.flatnonzero(self._forms == _NEWLINE) + 1
        self._form_starts = np.concatenate(([0], self._form_ends[:-1]))

    def form(self, line: int) -> bytes:
        """The form of a line."""
        return self._forms[self._form_starts[line] : self._form_ends[line]].tobytes()

    def places(self, words: AnyArray) -> tuple[AnyArray, AnyArray]:
        """The starts and lengths of words."""
        return self.words[words], self.lengths[words]

    def words_of(self, line: int) -> list[bytes]:
        """The blanks of a line as they stand."""
        first, last = np.searchsorted(self.words, [self.starts[line], self.ends[line]])
        places = zip(*(column.tolist() for column in self.places(np.arange(first, last))), strict=True)
        return [self._codes[start : start + length].tobytes() for start, length in places]

    @property
    def has_braces(self) -> bool:
        """Whether there is a brace anywhere but in a comment."""
        return bool(((self._forms == _OPENING) | (self._forms == _CLOSING)).any())

    def groups(self) -> Iterator[AnyArray]:
        """The lines of each form, in their order."""
        for lines in _equal(self._hashes()):
            are_equal = self._are_like(lines)
            yield lines[are_equal]
            if not are_equal.all():  # Other forms with the same hash.
                yield from lines[~are_equal][:, None]

    def statements(self, lines: AnyArray) -> AnyArray:
        """Where the lines' statements start: behind the space at their beginning."""
        starts = self.starts[lines]
        if not self._is_space(starts).any():
            return starts
        others = np.flatnonzero(~self._is_space(slice(None)))
        return others[np.searchsorted(others, starts)]

    def _is_space(self, places: AnyArray | slice) -> AnyArray:
        codes = self._codes[places]
        return np.asarray((codes == _SPACE) | (codes == _TAB))

    def _blank_comments(self) -> None:
        hashes = np.flatnonzero(self._codes == _HASH)
        lines = np.searchsorted(self.ends, hashes, "right")
        is_first = np.diff(lines, prepend=-1) > 0
        hashes, ends = hashes[is_first], self.ends[lines[is_first]]
        self._codes[_ranges(hashes, ends - 1 - hashes)] = _SPACE

    def _words(self, in_word: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Where words start and end."""
        changes = np.flatnonzero(in_word[1:] != in_word[:-1]) + 1
        if in_word[0]:
            changes = np.concatenate(([0], changes))
        starts, ends = changes[::2], changes[1::2]
        halves = np.flatnonzero((self._codes[ends - 1] | _LOWER) == _E)
        return self._with_exponents(starts, ends, halves) if len(halves) else (starts, ends)

    def _with_exponents(self, starts: AnyArray, ends: AnyArray, halves: AnyArray) -> tuple[AnyArray, AnyArray]:
        """The words, numbers of those that are `halves` joined to the next where a sign stands between the two."""
        signs, behind = self._codes[ends[halves]], self.text.codes[ends[halves] + 1]
        is_half = _are_in(_IN_NUMBER, self._codes[starts[halves]]) & _are_in(_IS_DIGIT, behind)
        halves = halves[((signs == _PLUS) | (signs == _MINUS)) & is_half]
        self._signs = ends[halves]
        return np.delete(starts, halves + 1), np.delete(ends, halves)

    def _hashes(self) -> AnyArray:
        """A hash of each line's form: a polynomial of its bytes, each as a random integer."""
        weights, powers, inverses = _weights(len(self._codes).bit_length())
        terms = weights[self._forms] * powers[: len(self._forms)]
        return np.asarray(np.add.reduceat(terms, self._form_starts) * inverses[self._form_starts])

    def _are_like(self, lines: AnyArray) -> AnyArray:
        """Whether each line's form is that of the first one."""
        model = np.frombuffer(self.form(lines[0]), np.uint8)
        starts = self._form_starts[lines]
        has_length = self._form_ends[lines] - starts == len(model)
        if len(lines) * len(model) == len(self._forms) and has_length.all():
            return all_of(self._forms.reshape(-1, len(model)) == model)
        has_length[has_length] = all_of(self._forms[starts[has_length, None] + np.arange(len(model))] == model)
        return np.asarray(has_length)


def _without_spaces(codes: AnyArray) -> AnyArray:
    """Lines without the space at their start, nor more than one space or tab in a row; a tab behind a space stays."""
    before = np.concatenate(([np.uint8(_NEWLINE)], codes[:-1]))
    is_more = (codes == _SPACE) & (before <= _SPACE)
    is_more |= (codes == _TAB) & ((before == _TAB) | (before == _NEWLINE))
    return codes[~is_more] if is_more.any() else codes


def all_of(table: AnyArray) -> AnyArray:
    """Whether all is true in each row; of a whole table that is, without looking at each of its short rows."""
    return np.ones(len(table), bool) if table.all() else np.asarray(table.all(axis=1))


def _ranges(starts: AnyArray, lengths: AnyArray) -> AnyArray:
    """The whole numbers of all ranges, one range behind the other."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def _equal(hashes: AnyArray) -> Iterator[AnyArray]:
    """The indices of equal hashes, each group in order; without sorting as long as there are few groups."""
    left = np.arange(len(hashes))
    for _ in range(_FORMS_BY_TURNS):
        if not len(left):
            return
        is_like = hashes == hashes[0]
        yield left[is_like]
        left, hashes = left[~is_like], hashes[~is_like]
    order = np.argsort(hashes, kind="stable")
    changes = np.flatnonzero(np.diff(hashes[order])) + 1
    yield from (lines for lines in np.split(left[order], changes) if len(lines))


@lru_cache(2)
def _weights(bits: int) -> tuple[AnyArray, AnyArray, AnyArray]:
    """An integer a byte, the powers of another up to 2^bits, and their inverses, of this process."""
    # Odd, so that it has an inverse modulo 2^64; drawn, so that no file can be made whose lines all collide.
    base = secrets.randbits(64) | 1
    powers, inverses = (np.cumprod(np.full(1 << bits, factor, np.uint64)) for factor in (base, pow(base, -1, 1 << 64)))
    return np.frombuffer(secrets.token_bytes(256 * 8), np.uint64), powers, inverses
