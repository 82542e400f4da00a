"""Lines with their names and numbers blanked out, found by array operations on a piece of a text that ends with a line.

A blank is a word, a run of letters, digits, `_` and `.`; one that begins with a digit or a point is a number and goes
on behind its exponent's sign. A word right before `(` is a function's and stays. Space in a row is one. A minus between
a comma or colon and a number that ends its line is the number's own: `u,v,-3` is of the form of `u,v,3`.

A `;` ends a line as a newline does, for either ends a statement. All bytes that are in no word are separators. A
**token** is a separator with the word behind it, if there is one; so a line is a newline's token, that of the line
before, and those up to the next. Its **form** is what its tokens are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from backcalc.bulk.arrays.sorting import gathered, kept, ranges
from backcalc.bulk.arrays.words import LONGEST, PAD, AnyArray, Bytes, Words, numbers
from backcalc.bulk.graph.symbols import NameTable, random_odd
from backcalc.language.lexis import DIGITS, letters

NAME, NUMBER = b"n", b"0"  # What stands in a line's form for a blank. The only other words there are functions' names.

_NOTHING, _IS_NAME, _IS_NUMBER, _FUNCTIONS = range(4)  # What is behind a separator; from _FUNCTIONS on which function.
_KIND = 8  # The bits of a token below this are the separator's, those from it on say what is behind.

_NEWLINE, _SPACE, _TAB, _HASH, _OPEN, _PLUS, _MINUS, _OPENING, _CLOSING = b"\n \t#(+-{}"
_LOWER = np.uint8(0x20)  # The bit that makes a letter small.
_A, _E, _Z, _ZERO, _NINE, _POINT, _LINE = (np.uint8(code) for code in b"aez09._")
_DIGITS, _LETTERS = DIGITS.encode(), letters().encode()
_FORMS_BY_TURNS = 8  # Forms taken out one by one before the rest is sorted: most files have fewer.

_IS_MARK = bytes(code in b",:" for code in range(256))  # Behind these the rest of a line is one expression.
_IS_DIGIT = bytes(code in _DIGITS for code in range(256))
_KINDS = bytes(  # Of a word by its first byte.
    _IS_NUMBER if code in _DIGITS + b"." else _IS_NAME if code in _LETTERS else _NOTHING for code in range(256)
)


def _looked_up(table: bytes, codes: AnyArray, kind: type[np.generic] = np.bool_) -> AnyArray:
    """What a table says of each byte; what bytes can do is several times as fast as an array with indices."""
    return np.frombuffer(codes.tobytes().translate(table), kind)


def _are_separators(codes: AnyArray) -> AnyArray:
    """Whether each byte is in no word; compared many at a time, as no table is. What is too small wraps round."""
    found = (codes | _LOWER) - _A > _Z - _A
    found &= codes - _ZERO > _NINE - _ZERO
    found &= codes != _POINT
    found &= codes != _LINE
    return np.asarray(found)


class BlankedLines:
    """The lines of a piece of text: where they start and end, their tokens, and their forms."""

    def __init__(self, piece: bytes) -> None:
        """`piece` ends with a newline or a semicolon."""
        # With a newline in front, the place of a separator is that of what is behind it in the piece.
        data = b"".join((b"\n", piece, b"\n" * PAD))
        if b"#" in piece:
            data = _without_comments(data)  # Only then is a copy made.
        data = data.replace(b";", b"\n")  # Those of comments are gone by now.
        codes = np.frombuffer(data, np.uint8)
        text = Bytes(codes[1:])
        behind = np.flatnonzero(_are_separators(codes[: len(piece) + 1]))
        behind = _without_signs(text.codes, behind, codes[behind])
        lengths, behind, separators = np.diff(behind) - 1, behind[:-1], codes[behind[:-1]]
        begins = text.codes[behind]
        self._is_negative = (begins == _MINUS) & (lengths > 0)
        negatives = np.flatnonzero(self._is_negative)
        if len(negatives):  # Their words begin behind the sign.
            behind[negatives] += 1
            lengths[negatives] -= 1
            begins[negatives] = text.codes[behind[negatives]]
        kinds = _looked_up(_KINDS, begins, np.uint8)
        newlines = np.flatnonzero(separators == _NEWLINE)
        self.starts = behind[newlines]
        self.ends = np.append(self.starts[1:], len(piece))
        is_kept = _ends_of_runs(separators, kinds)
        if not is_kept.all():
            separators = separators[np.append(True, is_kept[:-1])]  # Where a run begins: a line's start is a newline.
            lengths, behind, kinds = lengths[is_kept], behind[is_kept], kinds[is_kept]
            self._is_negative = self._is_negative[is_kept]
            newlines = np.flatnonzero(separators == _NEWLINE)
        self.words = Words(text, behind, lengths)
        self._separators, self._kinds = separators, kinds
        self._firsts = np.append(newlines, len(separators))
        self._tokens = self._with_functions(np.left_shift(kinds, _KIND, dtype=np.uint32) | separators)

    def _with_functions(self, tokens: AnyArray) -> AnyArray:
        """The tokens, in which words before `(` are functions."""
        self._functions = NameTable()
        # Between name and bracket there is no space: `f (x)` is two tokens.
        found = np.flatnonzero((self._separators[1:] == _OPEN) & (self._kinds[:-1] == _IS_NAME))
        found = found[self.words.lengths[found] <= LONGEST]
        if len(found):
            ids = self._functions.ids(self.words[found], np.asarray)
            tokens[found] = (ids.astype(np.uint32) + _FUNCTIONS) << _KIND | self._separators[found]
        return tokens

    def form(self, line: int) -> bytes:
        """The form of a line."""
        tokens = self._line(line)
        words = [b"", NAME, NUMBER, *self._function_names(int(tokens.max(initial=0)) >> _KIND)]
        parts = (bytes([token & 0xFF]) + words[token >> _KIND] for token in tokens.tolist())
        return b"".join(parts)[1:]  # The first separator is the newline before.

    def _function_names(self, last: int) -> list[bytes]:
        """The names of the functions up to the one that tokens call `last`."""
        starts, lengths = (column[: max(0, last + 1 - _FUNCTIONS)] for column in self._functions.places())
        return Words(self.words.text, starts, lengths).texts()

    def _line(self, line: int) -> AnyArray:
        """The tokens of a line."""
        return self._tokens[self._firsts[line] : self._firsts[line + 1]]

    def firsts(self, lines: AnyArray) -> AnyArray:
        """The number of the first token of each of these lines."""
        return np.asarray(self._firsts[lines])

    def blanks(self, line: int) -> AnyArray:
        """Which of a line's tokens, from its first one on, have blanks."""
        kinds = self._line(line) >> _KIND
        return np.flatnonzero((kinds == _IS_NAME) | (kinds == _IS_NUMBER))

    def are_numbers(self, tokens: AnyArray) -> AnyArray:
        """Whether the words of tokens begin as numbers do."""
        return np.asarray(self._kinds[tokens] == _IS_NUMBER)

    def numbers(self, tokens: AnyArray) -> tuple[AnyArray, AnyArray]:
        """The numbers of tokens with the minus that is their own, and which are numbers of the language."""
        # Negated here: the sign is none of the word's digits.
        values, are_valid = numbers(self.words[tokens])
        return np.where(gathered(self._is_negative, tokens), -values, values), are_valid

    def has_own_minus(self, line: int) -> bool:
        """Whether a minus of its own stands before the number that ends a line."""
        return bool(self._is_negative[self._firsts[line + 1] - 1])

    def words_of(self, line: int) -> list[bytes]:
        """The blanks of a line as they stand."""
        return self.words[self._firsts[line] + self.blanks(line)].texts()

    @property
    def has_braces(self) -> bool:
        """Whether there is a brace anywhere but in a comment."""
        return bool(((self._separators == _OPENING) | (self._separators == _CLOSING)).any())

    def groups(self) -> Iterator[AnyArray]:
        """The lines of each form, in their order; a line that is like many may stand alone."""
        # Turn by turn the form of the first line left: in a file of one form one look is enough.
        left = np.arange(len(self.starts))
        for _ in range(_FORMS_BY_TURNS):
            if not len(left):
                return
            are_equal = self._are_like(left)
            yield left[are_equal]
            left = left[~are_equal]
        # What is left are many forms of few lines.
        for places in _equal(self._hashes(left)):
            lines = left[places]
            are_equal = self._are_like(lines)
            yield lines[are_equal]
            if not are_equal.all():  # Other forms with the same hash.
                yield from lines[~are_equal][:, None]

    def statements(self, lines: AnyArray) -> AnyArray:
        """Where the lines' statements start: behind the space at their beginning."""
        return np.asarray(self.words.starts[self._firsts[lines]])

    def _hashes(self, lines: AnyArray) -> AnyArray:
        """A hash of each of these lines' forms: a polynomial of its tokens."""
        powers, inverses = _powers(len(self._tokens).bit_length())
        firsts = self._firsts[:-1]
        # Σ tᵢ bᶦ over a line, shifted to its begin by b⁻ᶦ: equal forms have equal hashes wherever they stand.
        sums = np.add.reduceat(self._tokens * powers[: len(self._tokens)], firsts) * inverses[firsts]
        return np.asarray(sums[lines])

    def _are_like(self, lines: AnyArray) -> AnyArray:
        """Whether each line's form is that of the first one."""
        model = self._line(lines[0])
        if len(lines) * len(model) == len(self._tokens) and all(
            (self._tokens[place :: len(model)] == token).all() for place, token in enumerate(model)
        ):  # Often all of a piece are, which is seen with less work.
            return np.ones(len(lines), bool)
        firsts = self._firsts[lines]
        are_like = self._firsts[lines + 1] - firsts == len(model)
        like = np.flatnonzero(are_like)
        firsts = firsts[like]
        # A few lines are compared at once, many column by column.
        if len(like) < len(model):
            are_like[like] = (self._tokens[firsts[:, None] + np.arange(len(model))] == model).all(axis=1)
            return np.asarray(are_like)
        has_model = np.ones(len(like), bool)
        for place, token in enumerate(model):  # A column at a time, for rows of a few tokens take longer each.
            has_model &= self._tokens.take(firsts + place) == token
        are_like[like] = has_model
        return np.asarray(are_like)


def _without_signs(codes: AnyArray, behind: AnyArray, separators: AnyArray) -> AnyArray:
    """What is behind separators, but for the signs that are a number's own."""
    signs = np.flatnonzero((separators == _PLUS) | (separators == _MINUS))
    # Seldom: so few are looked at more closely.
    exponents = _of_exponents(codes, behind, signs[codes[gathered(behind, signs) - 2] | _LOWER == _E])
    if len(exponents):
        behind, separators = _without(exponents, behind), _without(exponents, separators)
    own = _of_last_numbers(codes, behind, np.flatnonzero(separators == _MINUS))
    return _without(own, behind) if len(own) else behind


def _without(places: AnyArray, column: AnyArray) -> AnyArray:
    """The column without what it has at these places."""
    is_left = np.ones(len(column), bool)
    is_left[places] = False
    return kept(column, is_left)


def _of_exponents(codes: AnyArray, behind: AnyArray, signs: AnyArray) -> AnyArray:
    """Which signs behind an e stand between a number's e and a digit."""
    is_number = _looked_up(_KINDS, codes[behind[signs - 1]], np.uint8) == _IS_NUMBER
    return np.asarray(signs[is_number & _looked_up(_IS_DIGIT, codes[behind[signs]])])


def _of_last_numbers(codes: AnyArray, behind: AnyArray, signs: AnyArray) -> AnyArray:
    """Which minuses stand between a mark, or a mark and a space, and a number that ends its line."""
    # The number must end its line: `u,v,-3*x` is no number.
    signs = signs[codes[gathered(behind, signs + 1) - 1] == _NEWLINE]
    at = gathered(behind, signs)
    before = codes[at - 2]
    is_space = (before == _SPACE) | (before == _TAB)
    is_behind_mark = _looked_up(_IS_MARK, np.where(is_space, codes[at - 3], before))
    return np.asarray(signs[is_behind_mark & (_looked_up(_KINDS, codes[at], np.uint8) == _IS_NUMBER)])


def _without_comments(data: bytes) -> bytes:
    """The bytes of lines with space in place of comments."""
    codes = np.array(np.frombuffer(data, np.uint8))
    hashes, ends = np.flatnonzero(codes == _HASH), np.flatnonzero(codes == _NEWLINE)
    lines = np.searchsorted(ends, hashes)
    is_first = np.diff(lines, prepend=-1) > 0  # Of a line the first: the others are in the comment.
    hashes, ends = hashes[is_first], ends[lines[is_first]]
    codes[ranges(hashes, ends)] = _SPACE
    return codes.tobytes()


def _ends_of_runs(separators: AnyArray, kinds: AnyArray) -> AnyArray:
    """Which tokens are left where space in a row, or at a line's start, is one: the last of each run."""
    is_space = (separators == _SPACE) | (separators == _TAB)
    is_followed = is_space[1:] & (kinds[:-1] == _NOTHING) & (is_space[:-1] | (separators[:-1] == _NEWLINE))
    return np.append(~is_followed, True)


def _equal(hashes: AnyArray) -> Iterator[AnyArray]:
    """The indices of equal hashes, each group in order."""
    order = np.argsort(hashes, kind="stable")
    changes = np.flatnonzero(np.diff(hashes[order])) + 1
    yield from (places for places in np.split(order, changes) if len(places))


@lru_cache(2)
def _powers(bits: int) -> tuple[AnyArray, AnyArray]:
    """The powers of an integer up to 2^bits, and their inverses, of this process."""
    # Odd, so that it has an inverse modulo 2^64; drawn, so that no file can be made whose lines all collide.
    base = random_odd()
    powers, inverses = (np.cumprod(np.full(1 << bits, factor, np.uint64)) for factor in (base, pow(base, -1, 1 << 64)))
    return powers, inverses
