"""What is told of a mistake: the sentence of its row, with the nodes and numbers of the place where it was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

from backcalc.calculus.run import Run
from backcalc.language.expr import NEGATE
from backcalc.language.lexis import NAME
from backcalc.marking.diagnosis.in_sweep import SumTerm
from backcalc.marking.diagnosis.mistakes import ELEMENT, SLOPE, Mistake, MistakeKind
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.rules.lower import names_in
from backcalc.rules.values import is_array, is_known, shape_of
from backcalc.text.numerals import by_hand, derivative, product, second_derivative
from backcalc.text.wording import shorten

# Operators have no name that reads well in a sentence.
_WORDS = {"^": "the power", "*": "the product", "/": "the quotient", "+": "the sum", "-": "the difference"}
_WORDS |= {NEGATE: "the minus", "@": "the matrix product"}


_PARTS = {"+": "summand", "*": "factor", "/": "divisor"}


Index = tuple[Any, ...]
"""Of an element, or of a part; empty for all of it."""


NOT_THAT = "not"
"""In `it is …`, where there is no number to show."""
MOST_LISTED = 5
"""Nodes that are all named in a sentence."""
MOST_ELEMENTS = 12
"""Of an array that is written out in a sentence."""


@dataclass(frozen=True)
class Diagnosis:
    """What went wrong: the kind of mistake, the node where it was made, a sentence, and a hint without numbers."""

    kind: MistakeKind
    where: str
    text: str
    hint: str
    apart: str = field(default="", compare=False)
    """The sentence without the arithmetic of one sheet, where it has some: what sheets have in common."""

    @property
    def in_common(self) -> str:
        """The sentence as it goes for everyone who makes the mistake."""
        return self.apart or self.text


class OwnTerms(NamedTuple):
    """The terms of a derivative as one sheet has them, and its derivatives by node."""

    terms: Sequence[SumTerm]
    adjoints: Sequence[Any]


class Telling:
    """The sentences about the mistakes in one run; `terms` has those of every derivative of an output, by node."""

    def __init__(
        self,
        run: Run,
        derivatives: Callable[[str], Sequence[Any]],
        terms: Callable[[str], Sequence[Sequence[SumTerm]]],
        adjoints: Mapping[str, tuple[str, str]],
    ) -> None:
        self.run, self._derivatives, self._terms, self._adjoints = run, derivatives, terms, adjoints

    def told(
        self,
        suspect: Suspect,
        of: str,
        wrt: str | None,
        index: Index,
        own: OwnTerms | None = None,
        *,
        in_words: bool = False,
        called: str = "",
    ) -> Diagnosis:
        """What is told of a mistake in ∂of/∂wrt, or the value of `of`, or the element of it at `index`.

        With `own` it speaks of the numbers of a sheet, with `in_words` of none. `called` is what `of` goes by.
        """
        mistake = suspect.mistake
        node = suspect.node if suspect.node is not None else self.run.graph.index[wrt or of]
        facts = self._facts(suspect, node, of, wrt, index, called)
        # The sheet's own terms are those of the derivative asked for; a mistake further up is told by the true ones.
        if own is not None and wrt is not None and node == self.run.graph.index[wrt]:
            facts |= _arithmetic(suspect, own.terms, own.adjoints, facts["within"])
            facts["a"] = amount(sum((c for _, _, c in own.terms), start=0.0))  # By these terms, wrong as they may be.
        # A formula holds at every point: the numbers of one would mislead.
        if in_words:
            facts |= {"term": "", "rest": facts["within"], "partial": "", "adjoint": "", "a": NOT_THAT}
        # A missing path is marked at the user it goes through.
        at = suspect.user if mistake.kind == "missing-term" and suspect.user is not None else node
        where = shorten(self.run.graph.nodes[at].name)  # As the graph has it, for programs.
        apart = mistake.text.format(**facts | {"rest": facts["within"]})
        return Diagnosis(mistake.kind, where, mistake.text.format(**facts), mistake.hint.format(**facts), apart)

    def _facts(
        self, suspect: Suspect, node: int, of: str, wrt: str | None, index: Index, called: str = ""
    ) -> dict[str, str]:
        """What a sentence of the table may speak of; `index` is the element that is asked for."""
        asked = self.run.graph.index[wrt or of]
        output = called or (of if wrt is not None else self.run.output)
        index = index if node == asked else ()
        place = place_text(index)
        facts = {"node": self._name(node) + place, "d": self._derivative(output, node, place)}
        facts["within"] = "" if node == asked else f"in {facts['d']} "
        facts["at"] = "" if suspect.node in (None, asked) else f"at {facts['node']}: "
        facts["fn"], facts["dropped"] = self._operation(suspect), self._dropped(suspect)
        facts["lost"] = self._lost(suspect, facts)
        if suspect.user is not None:
            facts |= {"user": self._name(suspect.user), "du": self._derivative(output, suspect.user)}
            facts["local"] = self._derivative(self.run.graph.nodes[suspect.user].name, node, place)
        facts["others"] = listed([self._name(other) for other in suspect.others])
        facts["slope"] = self._slope(suspect) if suspect.mistake.where == SLOPE else ""
        facts["of"], facts["whole"] = shorten(of), self._derivative(self.run.output, node, place)
        if suspect.mistake.where == ELEMENT:
            there = place_text(other_element(suspect.mistake, index))
            facts["element"] = self._name(node) + there if wrt is None else self._derivative(output, node, there)
        if wrt is not None:
            true = self._derivatives(of)[node]
            facts["a"] = amount(true[index] if index and is_array(true) else true)
            facts |= _arithmetic(suspect, self._terms(of)[node], self._derivatives(of), facts["within"])
        return facts

    def _operation(self, suspect: Suspect) -> str:
        """What was done wrong, in a word."""
        name = suspect.mistake.where
        if suspect.operation is not None:
            row = self.run.linear.evaluation.rows[suspect.operation]
            name = row.label if row is not None else name
        return _WORDS.get(name, name)  # A function's own name serves.

    def _dropped(self, suspect: Suspect) -> str:
        """The argument that a wrong value does without, by its name or number where it has one."""
        mistake, tape = suspect.mistake, self.run.linear.tape
        if suspect.operation is None or mistake.value not in ("x", "y") or mistake.where not in _PARTS:
            return ""
        # Where x is kept, it is y, at place 1, that is dropped.
        part, arg = _PARTS[mistake.where], tape.args[suspect.operation][mistake.value == "x"]
        # By its name, else its number; an operation in between has neither.
        if arg in tape.node_of:
            return f"the {part} {self._name(tape.node_of[arg])}"
        number = self._constant(arg)
        return f"the {part} {number}" if number else f"a {part}"

    def _lost(self, suspect: Suspect, facts: Mapping[str, str]) -> str:
        """What the chain does without where an operation hands on what it was handed."""
        if suspect.operation is not None:
            # Of 2*x the 2 is named: it is what the reader sees missing.
            args = self.run.linear.tape.args[suspect.operation]
            for arg, number in ((arg, number) for arg in args if (number := self._constant(arg))):
                # Of x/2 it is a divisor: the factor would be a half.
                part = "divisor" if self._divides(suspect.operation, arg) else "factor"
                return f"{facts['at']}the {part} {number} is left out"
            if suspect.mistake.where == "*":
                return f"{facts['at']}a factor of the product is left out: by one its derivative is the other, not 1"
        return f"{facts['at']}the derivative of {facts['fn']} is left out of the chain"

    def _divides(self, slot: int, arg: int) -> bool:
        """Whether an operation is a division, by this argument."""
        row = self.run.linear.evaluation.rows[slot]
        return row is not None and row.symbol == "/" and self.run.linear.tape.args[slot][-1] == arg

    def _slope(self, suspect: Suspect) -> str:
        """The slope of a function as it is taken at another node, and as it is to be: 1 − a2² in place of 1 − a1²."""
        assert suspect.operation is not None
        assert suspect.user is not None
        tape, row = self.run.linear.tape, self.run.linear.evaluation.rows[suspect.operation]
        assert row is not None
        # In y where that can be: 1 − y² shows by its name which node is meant.
        text = (row.from_output or row.partials)[0]
        shown = []
        for slot in (tape.slot[suspect.user], suspect.operation):
            nodes = [tape.node_of.get(it) for it in (*tape.args[slot], slot)]
            names = {n: i for n, i in zip((*row.params, "out"), nodes, strict=True) if n in names_in(text)}
            if None in names.values():  # An operation inside a formula has no name.
                return f"the slope of {row.label} is taken at {self._name(suspect.user)}"
            shown.append(by_names(text, {name: self._name(i) for name, i in names.items() if i is not None}))
        return f"{shown[0]} in place of {shown[1]}"

    def _constant(self, slot: int) -> str:
        """The number that a formula has at this place; empty for what is none."""
        term = self.run.linear.evaluation.terms[slot]
        return by_hand(term) if self.run.linear.tape.constant[slot] and not shape_of(term) else ""

    def _name(self, node: int) -> str:
        """A node as sentences call it: by its name, or, where `derive` has made it, as the derivative that it is."""
        name = self.run.graph.nodes[node].name
        return derivative(*map(shorten, self._adjoints[name])) if name in self._adjoints else shorten(name)

    def _derivative(self, of: str, node: int, place: str = "") -> str:
        """∂of/∂node; of what is a derivative itself the second one. `place` is the element of the node."""
        wrt = self._name(node) + place
        if self.run.graph.nodes[node].name in self._adjoints:
            wrt = f"({wrt})"  # ∂∂J/∂h would not say where the one ends.
        if of in self._adjoints:
            output, first = map(shorten, self._adjoints[of])
            return second_derivative(output, first, wrt)
        return derivative(shorten(of), wrt)


def other_element(mistake: Mistake, index: Index) -> Index:
    """The place that a mistake takes for the one at `index`."""
    return index[::-1] if mistake.change == "swapped" else tuple(i - 1 for i in index)


def by_names(text: str, names: Mapping[str, str]) -> str:
    """A text of the table with names of nodes in it, as one writes it by hand."""
    # Whole names, so that the x of exp stays.
    written = re.sub(NAME, lambda found: names.get(found[0], found[0]), text)
    return written.replace("^2", "²").replace("*", "·").replace("-", "−")


def listed(names: Sequence[str]) -> str:
    """`h1, h2 and h3`; of many the first and the last."""
    if len(names) > MOST_LISTED:
        return f"{names[0]}, {names[1]} … {names[-1]}"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def amount(value: Any) -> str:
    """A number or a small array as it stands in a sentence; words where it is neither."""
    if value is None or not is_known(value):
        return NOT_THAT
    if not is_array(value):
        return by_hand(float(value))
    if value.size > MOST_ELEMENTS:
        return NOT_THAT
    return f"[{', '.join(amount(item) for item in value)}]"


def either(told: Sequence[Diagnosis]) -> Diagnosis:
    """One diagnosis of one or several that fit: of several the first two, rather than one by chance."""
    first, *others = {each.text: each for each in told}.values()  # Two mistakes may be told in the same words.
    if not others:
        return first
    text = f"either {first.text}, or {others[0].text}"
    return Diagnosis(first.kind, first.where, text, first.hint, f"either {first.in_common}, or {others[0].in_common}")


def _arithmetic(suspect: Suspect, terms: Sequence[SumTerm], adjoints: Sequence[Any], within: str) -> dict[str, str]:
    """The term that was changed, and the others of its sum, as they are written by hand."""
    facts = {"term": "", "rest": within, "partial": "", "adjoint": ""}
    sums = [(user, factors, c) for user, p, c in terms if (factors := _factors(user, p, c, adjoints))]
    # A sum with a vector or a formula in it is nothing that one writes out as a term or two.
    if suspect.user is None or len(sums) < len(terms):
        return facts
    for user, factors, c in sums:
        if user == suspect.user:
            facts["term"] = f", {product(factors)} = {by_hand(c)},"
            facts["adjoint"], facts["partial"] = (f" = {by_hand(f)}" for f in (factors[0], factors[-1]))
    others = [(factors, c) for user, factors, c in sums if user != suspect.user]
    if others:
        sum_, total = " + ".join(product(factors) for factors, _ in others), by_hand(sum(c for _, c in others))
        # One factor alone would read `4 = 4`.
        facts["rest"] = f"{within}you have {sum_} = {total}; " if sum_ != total else f"{within}you have {total}; "
    return facts


def place_text(index: Index) -> str:
    """The element, or row, that an index means, as it is written behind a name."""
    # A slice, which means all of an axis, has no number to show.
    return f"[{','.join(str(i) for i in index if isinstance(i, int))}]" if index else ""


def _factors(user: int | None, partial: Any, contribution: Any, adjoints: Sequence[Any]) -> list[float]:
    """A term as factors; empty where one is no finite number."""
    factors = [contribution] if user is None else [adjoints[user], partial]
    every = (*factors, contribution)
    is_plain = all(f is not None and is_known(f) and not shape_of(f) and isfinite(f) for f in every)
    return factors if is_plain else []
