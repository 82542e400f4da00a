"""Why an answer is wrong: the smallest mistake that leads to the number written, nearest to the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any

from backcalc.calculus.adjoints import as_read
from backcalc.calculus.run import Run
from backcalc.graph.shapes import Shape
from backcalc.marking.diagnosis.everywhere import Throughout, throughout
from backcalc.marking.diagnosis.in_sweep import Changes, changed
from backcalc.marking.diagnosis.in_values import Redone, redone
from backcalc.marking.diagnosis.mistakes import ANSWER, ELEMENT, OUTPUT, VALUE, rows_at
from backcalc.marking.diagnosis.one_path import single_paths
from backcalc.marking.diagnosis.suspects import Lineup, Suspect
from backcalc.marking.diagnosis.telling import Diagnosis, Index, OwnTerms, Telling, either, other_element
from backcalc.rules.lower import names_in
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Primitive
from backcalc.rules.values import is_array, is_known, shape_of

MOST_OTHERS = 200
"""Nodes whose number may have been written in place of the one asked for; in larger graphs that is chance."""

MOST_PLACES = 1000
"""Nodes where a mistake is looked for, the nearest to the answer; far more would explain any number."""

MOST_MOVED = 40_000
"""Nodes times operations of a graph with arrays, up to which each mistake is swept through all of it, and that kept."""

NEAR_ARRAYS = 25
"""Nodes where a mistake is looked for in larger ones."""

MOST_CHANCE = 0.06
"""Of answers that are just wrong, with two digits, some 5 % would be claimed with more."""

NEAREST = (1, 0)  # Such as the sign of the very number that is asked for: always worth telling.

# What the texts of answers and values as they are written down speak of.
_WRITTEN = Primitive(ANSWER, ("t", "a", "other"), "", PRIMITIVES)


Matches = Callable[[Any], bool]
"""Whether a number or an array is what somebody wrote, to the digits written."""


class Diagnoser:
    """The suspects of every derivative and value of a run, each list made when it is first asked for.

    Of a derived graph, `adjoints` says which of its nodes are derivatives: sentences call them so.
    """

    def __init__(
        self,
        run: Run,
        derivatives: Callable[[str], Sequence[Any]],
        seeds: Callable[[str], Mapping[int, Any]],
        adjoints: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.run, self._derivatives, self._seeds = run, derivatives, seeds
        self._is_derived = bool(adjoints)
        self._changes: dict[str, Changes] = {}
        self._redone_adjoints: dict[str, list[dict[int, Any]]] = {}
        self._made_throughout: dict[str, list[Throughout]] = {}
        self._lineups: dict[tuple[str, str | None], Lineup] = {}
        # The terms by a function: where all answers are right nobody asks for them.
        self._telling = Telling(run, derivatives, lambda of: self.changes(of).terms, adjoints or {})

    def diagnose(
        self,
        of: str,
        wrt: str | None,
        index: Index,
        given: Any,
        slack: float,
        matches: Matches,
        spared: Callable[[Suspect], bool] = lambda _suspect: False,
    ) -> Diagnosis | None:
        """The likeliest mistake behind `given` as ∂of/∂wrt, the value of `of`, or an element; None where none fits.

        `spared` are the suspects that cannot have been, for what else they would have spoilt is right.
        """
        fitting = [each for each in self.fitting(of, wrt, index, given, slack, matches) if not spared(each)]
        if not fitting or self._is_chance(fitting[0], of, wrt, index, given, slack):
            return None
        # Several are as likely where nothing tells them apart; of two both are told, rather than one by chance.
        likeliest = [s for s in fitting if s.rank == fitting[0].rank]
        # That two nodes have the same number makes no second explanation: one of them is named.
        likeliest = likeliest[:1] if likeliest[0].mistake.kind == "other-node" else likeliest
        return either([self._telling.told(suspect, of, wrt, index) for suspect in likeliest])

    def local(self, suspects: Sequence[Suspect], of: str, wrt: str | None, own: OwnTerms) -> Diagnosis:
        """One of these mistakes, or the other, made in one step from the numbers that stand on the sheet."""
        return either([self._telling.told(suspect, of, wrt, (), own) for suspect in suspects])

    def fitting(
        self, of: str, wrt: str | None, index: Index, given: Any, slack: float, matches: Matches
    ) -> list[Suspect]:
        """The suspects that give the number written, the likeliest first; it has to come within `slack` of theirs."""
        near = self._near(of, wrt, index, given, slack)
        return sorted((s for s in near if matches(s.value)), key=lambda suspect: suspect.rank)

    def in_words(
        self, suspects: Sequence[Suspect], of: str, wrt: str | None, index: Index, called: str = ""
    ) -> Diagnosis:
        """One of these mistakes, or the other, told without the numbers of this run; `called` is what `of` goes by."""
        told = (self._telling.told(s, of, wrt, index, in_words=True, called=called) for s in suspects)
        return either(list(told))

    def every(self, of: str, wrt: str | None, index: Index = ()) -> Iterator[tuple[Suspect, str]]:
        """Each number or array that a mistake in ∂of/∂wrt, in `of`, or an element leads to, with what is told of it.

        Of mistakes that lead to the same only the likeliest are here, two at most that differ.
        """
        lineup = self._of_element(of, wrt, index) if index else self._lineup(of, wrt)
        for same in lineup.alike():
            least = min(suspect.rank for suspect in same)
            likeliest = [suspect for suspect in same if suspect.rank == least]
            likeliest = likeliest[:1] if likeliest[0].mistake.kind == "other-node" else likeliest
            told: dict[str, Suspect] = {}
            for suspect in likeliest:
                told.setdefault(self._telling.told(suspect, of, wrt, index).text, suspect)
            yield from ((suspect, text) for text, suspect in islice(told.items(), 2))

    def _near(self, of: str, wrt: str | None, index: Index, given: Any, reach: float) -> list[Suspect]:
        """The suspects within `reach` of a number; of an array all that are arrays."""
        lineup = self._of_element(of, wrt, index) if index else self._lineup(of, wrt)
        # Arrays have no order to look them up in.
        return lineup.arrays if shape_of(given) else lineup.between(given - reach, given + reach)

    def _of_element(self, of: str, wrt: str | None, index: Index) -> Lineup:
        """What the suspects of an array have in one place."""
        # Another node's array, or the transpose, may have no such element.
        shape = self.run.shape(wrt or of)
        alike = (suspect for suspect in self._lineup(of, wrt).arrays if shape_of(suspect.value) == shape)
        made = (suspect._replace(value=_element(suspect.value[index])) for suspect in alike)
        return Lineup((*made, *self._elements_instead(of, wrt, index, shape)))

    def _elements_instead(self, of: str, wrt: str | None, index: Index, shape: Shape) -> Iterator[Suspect]:
        """The elements that may have been taken for the one at `index`: counted from 1, or by column and row."""
        node = self.run.graph.index[wrt or of]
        array = self.run.values[node] if wrt is None else self._derivatives(of)[node]
        if len(index) != len(shape) or not is_array(array) or array.shape != shape or not _is_place(index, shape):
            return
        for mistake in rows_at(ELEMENT):
            there = other_element(mistake, index)
            if there != index and _is_place(there, shape) and array[there] != 0:
                yield Suspect(_element(array[there]), mistake, node)

    def _is_chance(self, likeliest: Suspect, of: str, wrt: str | None, index: Index, given: Any, slack: float) -> bool:
        """Whether so few digits are written that one of the suspects as light as this may well be met by chance.

        To be expected are as many as there are such numbers around, times the share of it all that the digits leave.
        """
        if shape_of(given) or likeliest.rank == NEAREST:
            return False
        reach = abs(given) / 2  # Around a number are those of its size: half of it to half as much again.
        near = self._near(of, wrt, index, given, reach)
        # Mistakes that lead to one number are met as often as one of them.
        # Of a value those made nearer to it are the likelier, so only they could have been claimed in its place.
        as_light = [s for s in near if s.mistake.weight <= likeliest.mistake.weight]
        light = {f"{s.value:.9g}" for s in as_light if wrt is not None or s.rank <= likeliest.rank}
        exact = f"{likeliest.value:.9g}" == f"{given:.9g}"  # A number with all its digits is met by no chance.
        # What is written covers 2·slack of the 2·reach around it; the twos cancel.
        return not exact and len(light) * slack > MOST_CHANCE * reach

    # ---- Who is suspected ----

    def _lineup(self, of: str, wrt: str | None) -> Lineup:
        if (of, wrt) not in self._lineups:
            index = self.run.graph.index
            found = self._of_value(index[of]) if wrt is None else self._of_derivative(of, index[wrt])
            self._lineups[of, wrt] = Lineup(found)
        return self._lineups[of, wrt]

    def _of_derivative(self, of: str, wrt: int) -> Iterator[Suspect]:
        adjoints = self._derivatives(of)
        # A mistake in ∂L/∂x is made between x and L: the nearer to x, the fewer other answers it would have spoilt.
        away = self._distances(wrt, self._users)
        near = self._near_places(away)
        is_small = near is None
        for change, value in self.changes(of).effects(wrt, near):
            yield change.suspect(value, away.get(change.node, 0))
        yield from single_paths(self.run, of, wrt)
        slot = self.run.linear.tape.slot[wrt]
        full = partial(as_read, self.run.linear, slot)
        for done, swept in zip(self._redone, self._swept(of), strict=True):
            yield self._by_value(full(swept.get(slot, 0.0)), done, away)  # An argument that was dropped leads nowhere.
        # Each is a sweep of the whole graph, so not of a large one.
        for each in self._throughout(of) if is_small else ():
            if slot in each.cotangents:
                # Made all over, it ranks behind all that are made at one place: no node is that far.
                value = full(each.cotangents[slot])
                yield Suspect(value, each.mistake, None, None, each.operation, distance=len(adjoints))
        # That two derivatives are 0 has its own reasons, so a 0 is not taken for another's.
        others = {i: adjoints[i] for i in self._others(wrt) if not _is_zero(adjoints[i])}
        yield from self._written_instead(ANSWER, wrt, {"t": adjoints[wrt]}, others)
        # The derivative of the output, where that of an inner node is asked; a derived graph's output is none.
        whole = self.run.adjoints[wrt] if self.run.output != of and not self._is_derived else None
        if whole is not None and not _is_zero(whole):
            yield from self._written_instead(OUTPUT, wrt, {"t": whole}, {})

    def _near_places(self, away: Mapping[int, int]) -> set[int] | None:
        """The nodes where a mistake is looked for, of those that are so far away; None where it may be any."""
        linear, count = self.run.linear, len(self.run.graph.nodes)
        # Of arrays each change takes a sweep, which ends at the node asked for.
        is_wide = linear.evaluation.has_arrays and count * len(linear.tape.rows) > MOST_MOVED
        most = NEAR_ARRAYS if is_wide else MOST_PLACES
        # The nearest, for `away` is in order of distance.
        return set(islice(away, most)) if is_wide or count > most else None

    def _of_value(self, node: int) -> Iterator[Suspect]:
        true, slot = self.run.values[node], self.run.linear.tape.slot[node]
        away = self._distances(node, self._args)
        for done in self._redone:
            yield self._by_value(done.linear.evaluation.terms[slot], done, away)
        # A loss outside the graph has no node whose derivatives could stand in place of values.
        slopes = None if self.run.is_outside else self._derivatives(self.run.output)
        known = {"t": true, "a": None if slopes is None else slopes[node]}
        yield from self._written_instead(VALUE, node, known, {i: self.run.values[i] for i in self._others(node)})

    @staticmethod
    def _written_instead(
        where: str, node: int, known: Mapping[str, Any], others: Mapping[int, Any]
    ) -> Iterator[Suspect]:
        """What is written down in place of what was found; `others` are the same of other nodes."""
        for mistake in rows_at(where):
            if mistake.kind == "transpose" and not shape_of(known["t"]):
                continue  # A number has none.
            is_of_other = "other" in names_in(mistake.change)
            for other, value in others.items() if is_of_other else ((None, None),):
                new = changed(_WRITTEN, mistake.change, {**known, "other": value})
                if new is not None:
                    yield Suspect(new, mistake, node, other)

    def _by_value(self, value: Any, done: Redone, away: Mapping[int, int]) -> Suspect:
        """The suspect of a mistake in the forward pass."""
        owner = self.run.linear.tape.owner
        if done.slot is not None:
            node = owner[done.slot]
            return Suspect(value, done.mistake, node, None, done.slot, away.get(node, 0) if node is not None else 0)
        # Degrees everywhere are told of the function that stands nearest.
        places = {owner[slot]: slot for slot in done.slots}
        nearest = next((places[node] for node in away if node in places), None)
        return Suspect(value, done.mistake, None, None, nearest)

    def changes(self, of: str) -> Changes:
        """What mistakes in the sweep of `of` change."""
        if of not in self._changes:
            self._changes[of] = Changes(self.run, self._seeds(of), self._derivatives(of))
        return self._changes[of]

    def _throughout(self, of: str) -> list[Throughout]:
        """The sweeps of `of` with a mistake made again and again."""
        if of not in self._made_throughout:
            self._made_throughout[of] = throughout(self.changes(of))
        return self._made_throughout[of]

    @cached_property
    def _redone(self) -> list[Redone]:
        return redone(self.run)

    def _swept(self, of: str) -> list[dict[int, Any]]:
        """The adjoints by slot that follow from each mistake in the forward pass."""
        if of not in self._redone_adjoints:
            slot = self.run.linear.tape.slot
            start = {slot[node]: seed for node, seed in self._seeds(of).items()}
            # One sweep of the whole graph for each pass that was done again.
            self._redone_adjoints[of] = [done.linear.sweep(start) for done in self._redone]
        return self._redone_adjoints[of]

    def _others(self, node: int) -> Iterable[int]:
        count = len(self.run.graph.nodes)
        return (i for i in range(count) if i != node) if count <= MOST_OTHERS else ()

    @cached_property
    def _users(self) -> Mapping[int, list[int]]:
        """The users of each node."""
        users: dict[int, list[int]] = {}
        for node, args in self._args.items():
            for arg in args:
                users.setdefault(arg, []).append(node)
        return users

    @cached_property
    def _args(self) -> Mapping[int, list[int]]:
        index = self.run.graph.index
        return {i: [index[arg] for arg in node.args] for i, node in enumerate(self.run.graph.nodes)}

    @staticmethod
    def _distances(node: int, neighbours: Mapping[int, list[int]]) -> dict[int, int]:
        """The fewest edges from `node` to each that can be reached, the nearest first."""
        found = {node: 0}
        # Layer by layer, which puts the dictionary in order of distance.
        layer, steps = {node}, 0
        while layer:
            steps += 1
            layer = {there for here in layer for there in neighbours.get(here, ()) if there not in found}
            found.update(dict.fromkeys(layer, steps))
        return found


def _is_place(index: Index, shape: Shape) -> bool:
    return all(isinstance(i, int) and 0 <= i < (size or 0) for i, size in zip(index, shape, strict=True))


def _element(value: Any) -> Any:
    return value if shape_of(value) else float(value)  # A Python float, as the suspects of a number have it.


def _is_zero(value: Any) -> bool:
    return is_known(value) and not (value.any() if is_array(value) else value)
