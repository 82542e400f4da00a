"""Mistakes made on purpose, by sweeps that know nothing of how they are looked for: plain loops over dictionaries."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np

from backcalc.calculus.constant import apply
from backcalc.calculus.pullbacks import pull
from backcalc.marking.diagnosis.mistakes import (
    EACH,
    FACTOR,
    MISTAKES,
    PASSED,
    PATH,
    PLACES,
    QUADRATIC,
    SEVERAL,
    SLOPE,
    STEP,
    SUM,
    TERM,
    Mistake,
)
from backcalc.rules.values import is_known

sigmoid = np.vectorize(lambda x: 1 / (1 + math.exp(-x)), otypes=[float])


def softmax(x):
    return np.exp(x) / np.exp(x).sum()


NAMESPACE = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "outer", "pi", "log10")},
    "step": lambda x: np.heaviside(x, 0.0),
    "sigmoid": sigmoid,
    "softmax": softmax,
    "log_softmax": lambda x: np.log(softmax(x)),
    "dot": np.dot,
    "sum": np.sum,
}


def worked_out(text: str, known: dict[str, Any]) -> Any:
    """A text of the table by Python and NumPy."""
    return eval(text.replace("^", "**"), NAMESPACE, {name: _as_float64(value) for name, value in known.items()})


def _as_float64(value):
    """`value` as NumPy's, which gives infinities where Python raises."""
    return np.float64(value) if isinstance(value, float) else value


@dataclass(frozen=True)
class Injected:
    """A mistake made at a node, and the wrong number that it leads to for ∂of/∂wrt or the value of `of`."""

    mistake: Mistake
    node: str
    of: str
    wrt: str | None
    value: Any


def injected(run, of: str, rng: Random, most: int = 1) -> list[Injected]:
    """Every mistake in the sweep of `of` at every node, each as seen in a few derivatives drawn at random."""
    found = []
    changed = [
        *_in_sums(run, of),
        *_in_several(run, of),
        *_in_operations(run, of),
        *_elsewhere(run, of),
        *_in_forms(run, of),
    ]
    for mistake, node, wrong in [*changed, *_single_paths(run, of, rng)]:
        if wrong is None:
            continue
        true = _truth(run, of)
        moved = [name for name, value in wrong.items() if name in true and _differ(value, true[name])]
        drawn = rng.sample(moved, min(most, len(moved)))
        found += [Injected(mistake, node, of, name, wrong[name]) for name in drawn]
    return found


def _truth(run, of):
    return _by_nodes(run, of, lambda _node, terms, _known: sum(c for _, _, c in terms))


def _seeds(run, of):
    """What a sweep begins with, by name: the adjoints that are stated, or 1 at the output."""
    if of in run.graph.index:
        return {of: 1.0}
    return {run.graph.nodes[node].name: seed for node, seed in run.seeds.items()}


def _in_sums(run, of):
    """Changes to the sum over users, by a sweep over nodes."""
    names = [node.name for node in run.graph.nodes]
    true = _truth(run, of)
    for mistake in MISTAKES:
        at = [name for name in names if name in true and mistake.where == SUM]
        if mistake.change == "1":  # The chain begins one step late, at what the output is made of.
            at = [name for name in at if of in run.graph.index and name in run.graph.node(of).args]
        for node in at:
            yield mistake, node, _by_nodes(run, of, _changing_sum(mistake, node, run))
        if mistake.where == TERM:
            for node in (name for name in names if name in true):
                for user in _users(run, node):
                    yield mistake, node, _by_nodes(run, of, _changing_term(mistake, node, user, run))


def _in_several(run, of):
    """The first users of a node left out, and the derivative of a user handed on without one of its terms or twice."""
    users = {node.name: _users(run, node.name) for node in run.graph.nodes}
    true = _truth(run, of)
    for node in (name for name in users if name in true and name not in _seeds(run, of)):
        above = [user for user in users[node] if user in true]
        for mistake in MISTAKES:
            for count in range(2, len(above)) if mistake.where == SEVERAL else ():
                yield mistake, node, _by_nodes(run, of, _without(mistake, node, above[:count]))
            for user in above if mistake.where == PASSED and not any(run.shapes) else ():
                further = [via for via in users[user] if via in true]
                for via in further if len(further) > 1 else ():
                    yield mistake, node, _by_nodes(run, of, _too_early(mistake, node, user, via, run))


def _without(mistake, changed, missing):
    def total(node, terms, _adjoints):
        whole = sum(c for _, _, c in terms)
        if node != changed:
            return whole
        return worked_out(mistake.change, {"a": whole, "t": sum(c for user, _, c in terms if user in missing)})

    return total


def _too_early(mistake, changed, changed_user, via, run):
    def total(node, terms, adjoints):
        found = []
        for user, partial, c in terms:
            new = c
            if (node, user) == (changed, changed_user):
                early = run.partials(run.graph.index[via])[user] * adjoints[via]
                new = worked_out(mistake.change, {"c": c, "t": partial * early})
            found.append(new)
        return sum(found)

    return total


def _elsewhere(run, of):
    """A slope at another node of the function, and another node's value as a factor."""
    tape, rows = run.linear.tape, run.linear.evaluation.rows
    nodes = [(slot, rows[slot], tape.owner[slot]) for slot in range(len(rows)) if tape.owner[slot] is not None]
    for mistake in MISTAKES:
        for slot, row, owner in nodes:
            if row is None or mistake.where not in (SLOPE, FACTOR):
                continue
            if mistake.where == SLOPE and row.symbol in ("sin", "cos", "tanh", "sigmoid", "exp"):
                others = [i for i, at in enumerate(tape.slot) if rows[at] is row and at != slot]
                for other in others[:2]:
                    change = ({slot}, 0, mistake, row.partials[0])
                    yield mistake, run.graph.nodes[owner].name, _by_slots(run, of, change, at=tape.slot[other])
            if mistake.where == FACTOR and row.symbol == "*":
                yield from _wrong_factors(run, of, mistake, slot, owner)


def _wrong_factors(run, of, mistake, slot, owner):
    tape, nodes = run.linear.tape, run.graph.nodes
    right = tape.node_of.get(tape.args[slot][1])
    if right is None or len(set(tape.args[slot])) == 1:
        return
    for other, node in enumerate(nodes):
        if node.name[0] == nodes[right].name[0] and node.name[1:].isdigit() and tape.slot[other] not in tape.args[slot]:
            changed = ({slot}, 0, mistake, "y")
            instead = {tape.slot[right]: run.values[other]}
            yield mistake, nodes[owner].name, _by_slots(run, of, changed, instead=instead)


def _single_paths(run, of, rng):
    """The product along one path, drawn at random, in place of a derivative."""
    if any(run.shapes) or of not in run.graph.index:
        return
    (mistake,) = [row for row in MISTAKES if row.where == PATH]
    leading = run.upstream(run.graph.index[of])
    for start in run.graph.inputs:
        node, product = start, 1.0
        while node != of:
            users = [user for user in _users(run, node) if user == of or run.graph.index[user] in leading]
            if not users:
                break
            user = rng.choice(users)
            product *= run.partials(run.graph.index[user])[node]
            node = user
        if node == of:
            yield mistake, start, {start: product}


def _changing_sum(mistake, changed, run):
    def total(node, terms, _adjoints):
        contributions = [c for _, _, c in terms]
        if node != changed:
            return sum(contributions)
        known = {"a": sum(contributions), "v": run.values[run.graph.index[node]]}
        if len(terms) > 1:
            known["product"] = math.prod(contributions)
        try:
            return worked_out(mistake.change, known) + 0 * known["a"]
        except (NameError, TypeError):
            return sum(contributions)  # It cannot be made here.

    return total


def _changing_term(mistake, changed, changed_user, run):
    def total(node, terms, adjoints):
        found = []
        for user, partial, c in terms:
            new = c
            if (node, user) == (changed, changed_user) and (mistake.kind != "missing-term" or len(terms) > 1):
                known = {"c": c, "p": partial, "ct": adjoints[user], "y": run.values[run.graph.index[user]]}
                known["a"] = sum(c for _, _, c in terms)
                with suppress(NameError, TypeError):
                    new = worked_out(mistake.change, known)
            found.append(new if np.shape(new) == np.shape(c) else c)
        return sum(found)

    return total


def _users(run, node):
    return [other.name for other in run.graph.nodes if node in other.args]


def _by_nodes(run, of, total):
    """The adjoints of all nodes by name, the sum of each node's terms made by `total`."""
    adjoints: dict[str, Any] = {}
    seeds = _seeds(run, of)
    for node in (node for node in reversed(run.graph.nodes) if node.kind != "constant"):
        terms = [(None, None, seeds[node.name])] if node.name in seeds else []
        for user in reversed(run.graph.nodes):
            partials = run.partials(run.graph.index[user.name]) if user.name in adjoints else {}
            if node.name in partials:  # To a constant there is none.
                partial = partials[node.name]
                ct = adjoints[user.name]
                terms.append(
                    (user.name, partial, np.tensordot(ct, partial, np.ndim(ct)) if np.ndim(partial) else ct * partial)
                )
        if terms:
            adjoints[node.name] = total(node.name, terms, adjoints)
    return adjoints


def _in_operations(run, of):
    """Changes to the step of one operation, by a sweep over operations."""
    linear, tape = run.linear, run.linear.tape
    for slot, row in enumerate(linear.evaluation.rows):
        if row is None or tape.owner[slot] is None:
            continue
        node = run.graph.nodes[tape.owner[slot]].name
        for mistake in MISTAKES:
            if mistake.value or not (mistake.where == STEP or mistake.is_made_with(row)):
                continue
            if mistake.of_count and not _is_average(run, slot, mistake):
                continue
            for k, text in enumerate(mistake.change.split(";")):
                places = range(len(tape.args[slot])) if mistake.where == STEP else [k]
                for place in places:
                    wrong = _by_slots(run, of, ({slot}, place, mistake, text.strip())) if text.strip() else None
                    if wrong is not None:
                        yield mistake, node, wrong
    yield from _throughout(run, of)


def _is_average(run, slot, mistake):
    """Whether an operation of a node `average…` is the one with the number that the mistake is about."""
    tape = run.linear.tape
    is_first = "1/x" in (mistake.value or mistake.change)  # 1/3*(a + b): its number is the first factor.
    number = tape.args[slot][0 if is_first else 1]
    return run.graph.nodes[tape.owner[slot]].name.startswith("average") and tape.constant[number]


def _in_forms(run, of):
    """A node `quadratic`, xᵀA x of inputs of these names, derived as if A were symmetric."""
    if "quadratic" not in run.graph.index:
        return
    true = _truth(run, of)
    x, a = (np.asarray(run.values[run.graph.index[name]]) for name in ("x", "A"))
    for mistake in (row for row in MISTAKES if row.where == QUADRATIC):
        wrong = 2 * (a.T if ".T" in mistake.change else a) @ x
        yield mistake, "quadratic", true | {"x": true["x"] + true["quadratic"] * (wrong - (a + a.T) @ x)}


def _throughout(run, of):
    """A wrong rule of one partial, or a factor left out, at all places of a function."""
    rows = run.linear.evaluation.rows
    for mistake in MISTAKES:
        *before, text = (part.strip() for part in mistake.change.rstrip("; ").split(";"))
        if (
            mistake.value
            or mistake.of_count
            or mistake.kind == "missing-term"
            or any(before)
            or (mistake.where in PLACES and mistake.where != EACH)
        ):
            continue
        applies = [row for row in rows if row and (mistake.is_made_with(row) or is_each(mistake, row))]
        for made in dict.fromkeys(applies):
            slots = {slot for slot, row in enumerate(rows) if row is made}
            wrong = _by_slots(run, of, (slots, len(before), mistake, text))
            if wrong is not None and len(slots) > 1:
                yield mistake, "every", wrong


EACHES = ("sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "sigmoid", "relu")


def is_each(mistake, row):
    return mistake.where == EACH and row.symbol in EACHES


def _by_slots(run, of, changed, at=None, instead=None):
    """The adjoints of all nodes by name, one operation's step to one argument changed; None where it cannot be."""
    linear, tape = run.linear, run.linear.tape
    cotangents = {tape.slot[run.graph.index[name]]: seed for name, seed in _seeds(run, of).items()}
    slots_changed, place, mistake, text = changed
    made = False
    for slot in range(len(tape.rows) - 1, -1, -1):
        if slot not in cotangents:
            continue
        for number, (arg, partial) in enumerate(linear.slot_edges[slot]):
            c = pull(partial, cotangents[slot])
            is_place = slot in slots_changed and arg == tape.args[slot][place]
            if is_place and [a for a, _ in linear.slot_edges[slot][:number]].count(arg) == tape.args[slot][
                :place
            ].count(arg):
                c = _wrong_step(linear, slot, place, mistake, text, cotangents[slot], c, at, instead or {})
                if c is None:
                    return None
                made = True
            cotangents[arg] = cotangents[arg] + c if arg in cotangents else c
    return (
        {run.graph.nodes[tape.node_of[slot]].name: ct for slot, ct in cotangents.items() if slot in tape.node_of}
        if made
        else None
    )


def _wrong_step(linear, slot, place, mistake, text, ct, c, at=None, instead=None):
    row, at = linear.evaluation.rows[slot], slot if at is None else at
    args, terms = linear.tape.args[at], linear.evaluation.terms
    values = [*((instead or {}).get(arg, terms[arg]) for arg in args), terms[at]]
    known = dict(zip((*row.params, "out"), values, strict=False))
    known |= {"ct": ct, "n": float(np.size(terms[args[place]])), "c": c}
    try:
        new = worked_out(text, known)
    except (NameError, TypeError, ValueError, AttributeError):
        return None
    if mistake.where not in (STEP, EACH) and not row.pullbacks:
        new = ct * new
        new = np.sum(new) if np.ndim(new) and not np.ndim(c) else new
    return new if is_known(new) and np.shape(new) == np.shape(c) else None


def _differ(value, true):
    """Whether a number is another one, by more than six digits tell."""
    return (
        np.shape(value) == np.shape(true) and bool(np.all(np.isfinite(value))) and not np.allclose(value, true, 2e-5, 0)
    )


def written(value, digits: int = 6) -> str:
    """A number or an array as an answer, to so many significant digits."""
    if np.ndim(value):
        return "[" + ", ".join(written(item, digits) for item in value) + "]"
    return f"{float(value):.{digits - 1}e}"


# ---- Values ----------------------------------------------------------------------------------------------------------


def injected_values(run, rng: Random) -> list[Injected]:
    """Every wrong value of an operation, as seen in the value of a node that follows from it."""
    found = []
    tape, terms = run.linear.tape, run.linear.evaluation.terms
    for mistake in (row for row in MISTAKES if row.value):
        slots = [slot for slot, row in enumerate(run.linear.evaluation.rows) if row and mistake.is_made_with(row)]
        slots = [slot for slot in slots if not tape.constant[slot] and is_known(terms[slot])]
        if mistake.of_count:
            slots = [slot for slot in slots if _is_average(run, slot, mistake)]
        for wrong in [slots] if mistake.at_once and slots else [[slot] for slot in slots]:
            with np.errstate(all="ignore"):
                values = _forward(run, set(wrong), mistake.value)
            moved = [i for i, value in values.items() if _differ(value, terms[tape.slot[i]])]
            names = [run.graph.nodes[i].name for i in moved]
            drawn = rng.sample(list(zip(names, moved, strict=True)), min(1, len(moved)))
            found += [Injected(mistake, name, name, None, values[i]) for name, i in drawn]
    return found


def _forward(run, wrong, text):
    """The value of every node, some operations worked out by another text."""
    tape, evaluation = run.linear.tape, run.linear.evaluation
    terms = list(evaluation.terms)
    for slot, row in enumerate(evaluation.rows):
        if row is None or slot in evaluation.replaced or not is_known(evaluation.terms[slot]):
            continue
        args = [terms[arg] for arg in tape.args[slot]]
        if slot in wrong:
            new = worked_out(text, dict(zip(row.params, args, strict=True)))
            terms[slot] = new if np.shape(new) == np.shape(terms[slot]) else terms[slot]
        else:
            terms[slot] = apply(row, args, tape.indices.get(slot, ()))
    return {i: terms[slot] for i, slot in enumerate(tape.slot) if is_known(terms[slot])}


# ---- Graphs ----------------------------------------------------------------------------------------------------------

SHAPES = (
    *("sin({u})", "cos({u})", "{u}*{v}", "{u} + {v}", "sigmoid({u})", "tanh({u})", "relu({u})", "{u}^2", "{u} - {v}"),
    *("{u}/(2 + {v}^2)", "log(3 + {u}^2)", "exp({u}/2)", "sqrt(2 + {u}^2)", "3*{u} + {v}", "1/2*({u} - {v})^2"),
    *("tan({u}/4)", "mse({u}, {v})", "cross_entropy(sigmoid({u}), 0.3)", "-{u}"),
)


MATRICES = """
input A = [[1.5, -0.5], [0.25, 2]]
input B = [[0.5, 1], [-1.25, 0.75]]
input u = [0.3, -0.8]
C = A @ B
r = u @ C
s = B @ u
K = sum(C) + mse(softmax(r), [1, 0]) + dot(s, log(A @ [2, 1])) + mean(tan(s)) + u @ s
L = K + cross_entropy(softmax(s), [0, 1])
"""


def random_graph(seed: int) -> str:
    """A graph of formulas or of edges, whose last node is the output."""
    rng = Random(seed)
    inputs = [f"x{i}" for i in range(rng.randint(1, 3))]
    if seed % 3 == 0:
        return _random_edges(rng, inputs)
    lines = [f"input {name} = {rng.randint(-20, 20) / 10 + 0.03:.2f}" for name in inputs]
    names = list(inputs)
    for i in range(rng.randint(3, 8)):
        u, v = rng.choice(names[-4:]), rng.choice(names)
        lines.append(f"h{i} = {rng.choice(SHAPES).format(u=u, v=v)}")
        names.append(f"h{i}")
    unused = [name for name in names if not any(f"{name}" in line.partition("=")[2] for line in lines)]
    return "\n".join([*lines, "o = " + " + ".join(unused)])


def _random_edges(rng, names):
    lines = []
    layers = [names, *([f"{letter}{i}" for i in range(rng.randint(1, 3))] for letter in "uvw"), ["o"]]
    for tails, heads in pairwise(layers):
        for head in heads:
            lines += [f"{tail} -> {head} : {rng.choice([-5, -4, -3, -2, 2, 3, 4, 5])}" for tail in tails]
    return "\n".join([*lines, "o = 0.1", "L = -log(o)"])
