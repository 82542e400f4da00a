"""Gradient descent: the steps from one set of parameters to the next, and why they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import hypot, inf, isfinite
from typing import Any, Literal, NamedTuple, overload

import numpy as np

from backcalc import progress
from backcalc.analysis.objective import Objective, Parameters
from backcalc.graph.model import Dag
from backcalc.rules.functions.arrays import Array

Method = Literal["sgd", "adam", "lbfgs"]
Status = Literal["steps", "converged", "target", "diverged"]

SELDOM = 256  # Steps of one point between two words about them.
DECAYS, TINY = (0.9, 0.999), 1e-8  # Of Adam: Kingma and Ba 2015, algorithm 1.


class Settings(NamedTuple):
    """How to descend: the numbers of the command's options, None where one is not given."""

    rate: float = 0.1
    steps: int = 20
    method: Method = "sgd"
    momentum: float = 0.0
    maximise: bool = False
    until: float | None = None
    gtol: float | None = None
    batch: int | None = None
    seed: int = 0


class Iteration(NamedTuple):
    """The parameters before an update, the value there, and the norm of the gradient."""

    number: int
    at: dict[str, Any]
    value: float
    gradient_norm: float


class Trajectory(Sequence[Iteration]):
    """The steps of a descent by `wrt`, each made when it is asked for: of ten thousand few are shown."""

    def __init__(self, wrt: Sequence[str]) -> None:
        self._wrt, self._rows = wrt, list[tuple[Sequence[Any], float, float]]()
        # The parameters in the order of `wrt`, the value and the norm: a row a step.
        self.add = self._rows.append

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Iteration: ...
    @overload
    def __getitem__(self, place: slice) -> list[Iteration]: ...
    def __getitem__(self, place: int | slice) -> Iteration | list[Iteration]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        parameters, value, norm = self._rows[place]
        # An array of no axes is a number as any other.
        at = {n: each if np.ndim(each) else float(each) for n, each in zip(self._wrt, parameters, strict=True)}
        return Iteration(range(len(self))[place], at, value, norm)


@dataclass
class Descent:
    """The steps of a descent of `output`, and why it ended; of one that diverged `culprit` is the first node to go."""

    graph: Dag
    output: str
    wrt: tuple[str, ...]
    steps: Trajectory
    status: Status = "steps"
    culprit: str = ""


def descend(objective: Objective, settings: Settings) -> Descent:
    """The descent from the objective's start; the last step is where the parameters have arrived.

    Raises ImportError for L-BFGS where SciPy is not installed.
    """
    found = Descent(objective.graph, objective.output, objective.wrt, Trajectory(objective.wrt))
    with np.errstate(all="ignore"):  # What is not finite ends the descent, with a word of its own.
        if settings.method == "lbfgs":
            _by_scipy(objective, settings, found)
        elif (
            settings.method == "sgd" and not settings.momentum and (step := objective.stepping(_signed_rate(settings)))
        ):
            _by_floats(tuple(objective.start.values()), step, settings, found)
        else:
            _by_steps(objective, settings, found)
    if found.status == "diverged":
        found.culprit = objective.culprit({n: np.asarray(each) for n, each in found.steps[-1].at.items()})
    return found  # Filled step by step, so that what a stop has left is there.


def _by_floats(
    parameters: tuple[float, ...],
    step: Callable[..., tuple[float, float, tuple[float, ...]]],
    settings: Settings,
    found: Descent,
) -> None:
    """Plain steps of one point, by a program that has the update in it, too."""
    status, tell = _statuses(settings), found.steps.add
    for _ in progress.through("descending", range(settings.steps + 1), SELDOM):
        value, norm, after = step(*parameters)
        tell((parameters, value, norm))
        found.status = status(value, norm)
        if found.status != "steps":
            break
        parameters = after


def _by_steps(objective: Objective, settings: Settings, found: Descent) -> None:
    parameters, status = objective.start, _statuses(settings)
    update = (_adam if settings.method == "adam" else _sgd)(settings)
    batches = _batches(objective.count, settings)
    # A step over many rows takes a while; one of a single point less than to tell of it.
    often = 1 if objective.data else SELDOM
    # One more than updates: the value where the last one led.
    for number in progress.through("descending", range(settings.steps + 1), often):
        # The last one is told of all rows, whatever the batches were.
        rows = slice(None) if number == settings.steps else next(batches)
        value, gradient = objective(parameters, rows)
        norm = _norm(gradient)
        found.steps.add((tuple(parameters.values()), value, norm))
        found.status = status(value, norm)
        if found.status != "steps":
            break
        if number < settings.steps:
            parameters = update(parameters, gradient, number + 1)


def _norm(gradient: Parameters) -> float:
    """Over all numbers of all parameters, as of one vector."""
    slopes = gradient.values()
    is_of_floats = type(next(iter(slopes), 0.0)) is float  # Of which nothing need be made.
    return hypot(*slopes) if is_of_floats else hypot(*np.concatenate([np.ravel(each) for each in slopes]))


def _statuses(settings: Settings) -> Callable[[float, float], Status]:
    """What a value and a norm of the gradient make of a descent: "steps" where there is no reason to stop."""
    sign = -1.0 if settings.maximise else 1.0  # With the sign turned, a target is met from below.
    until = -inf if settings.until is None else sign * settings.until
    gtol = -1.0 if settings.gtol is None else settings.gtol

    def status(value: float, norm: float) -> Status:
        """Why to stop here."""
        if not (isfinite(value) and isfinite(norm)):
            return "diverged"
        if sign * value <= until:
            return "target"
        return "converged" if norm <= gtol else "steps"

    return status


Update = Callable[[Parameters, Parameters, int], Parameters]
"""The parameters after a step, of those before it, the gradient there, and the number of the step from 1 on."""


def is_plain(settings: Settings) -> bool:
    """Whether the slope alone is what a step is made of: there is no momentum, and there are no means of Adam's."""
    return settings.method == "sgd" and not settings.momentum


def _signed_rate(settings: Settings) -> float:
    return settings.rate if settings.maximise else -settings.rate


def _sgd(settings: Settings) -> Update:
    """Steps along the gradient; with momentum, along a sum of it that decays (Polyak 1964)."""
    rate = _signed_rate(settings)

    def _along(parameters: Parameters, slopes: Parameters, _: int) -> Parameters:
        return {name: each + rate * slopes[name] for name, each in parameters.items()}

    if not settings.momentum:
        return _along
    velocity: Parameters = {}

    def _update(parameters: Parameters, gradient: Parameters, number: int) -> Parameters:
        for name, each in gradient.items():
            velocity[name] = settings.momentum * velocity.get(name, 0.0) + each
        return _along(parameters, velocity, number)

    return _update


def _adam(settings: Settings) -> Update:
    first: Parameters = {}  # By the parameter: running means of the gradient, and of its square.
    second: Parameters = {}

    def _update(parameters: Parameters, gradient: Parameters, number: int) -> Parameters:
        a, b = DECAYS
        for name, each in gradient.items():
            first[name] = a * first.get(name, 0.0) + (1 - a) * each
            second[name] = b * second.get(name, 0.0) + (1 - b) * each * each
        # The means begin at 0: what they lack by that is put back.
        scale, unbias = _signed_rate(settings) / (1 - a**number), 1 - b**number
        return {
            name: each + scale * first[name] / (np.sqrt(second[name] / unbias) + TINY)
            for name, each in parameters.items()
        }

    return _update


def _batches(count: int, settings: Settings) -> Iterator[Any]:
    """The rows of each step: all, or those of a shuffle after the other, cut into batches."""
    if settings.batch is None or settings.batch >= count:
        while True:
            yield slice(None)  # Never ends: the caller counts the steps.
    random = np.random.default_rng(settings.seed)
    while True:
        order = random.permutation(count)
        # The last batch may be smaller, so that each row is seen once an epoch.
        yield from (order[begin : begin + settings.batch] for begin in range(0, count, settings.batch))


class _ForSciPy:
    """An objective as SciPy asks for it: of one flat array, to be minimised; it tells `found` of each step."""

    def __init__(self, objective: Objective, settings: Settings, found: Descent) -> None:
        self.objective, self.settings, self.found = objective, settings, found
        self.shapes = {name: np.shape(each) for name, each in objective.start.items()}
        self.sign, self.status = -1.0 if settings.maximise else 1.0, _statuses(settings)
        self.start = self.flat(objective.start)
        self._last = self.start, 0.0, np.zeros_like(self.start)  # The step told last, with value and slopes there.

    def flat(self, parameters: Parameters) -> Array:
        """All numbers of all parameters side by side."""
        return np.concatenate([np.ravel(parameters[name]) for name in self.shapes])

    def parameters(self, flat: Array) -> Parameters:
        """The parameters of which these are the numbers."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes.values()])[:-1]
        parts = zip(self.shapes.items(), np.split(flat, ends), strict=True)
        return {name: part.reshape(shape) if shape else float(part[0]) for (name, shape), part in parts}

    def __call__(self, flat: Array) -> tuple[float, Array]:
        """Value and slopes, with the sign turned where they are to be maximised."""
        value, gradient = self.objective(self.parameters(flat))
        found = self.sign * value, self.sign * self.flat(gradient)
        if isfinite(value) and np.isfinite(found[1]).all():
            return found
        # A trial step that leads to where there is no value is too long; by nan SciPy would end, and say that it has
        # converged. A parabola that rises from the last step as fast as the way there fell has it take a quarter.
        last, least, slopes = self._last
        return least + abs(float(slopes @ (flat - last))), -3 * slopes

    def told(self, flat: Array) -> None:
        """Note a step; raise StopIteration after the last."""
        progress.at("descending", min(1.0, len(self.found.steps) / (self.settings.steps + 1)))
        at = self.parameters(flat.copy())  # A copy: SciPy goes on in the same array.
        # Once more than SciPy has asked: it gives a step its parameters alone.
        value, gradient = self.objective(at)
        norm = _norm(gradient)
        self._last = flat.copy(), self.sign * value, self.sign * self.flat(gradient)
        self.found.steps.add((tuple(at.values()), value, norm))
        self.found.status = self.status(value, norm)
        if self.found.status != "steps":
            raise StopIteration


def _by_scipy(objective: Objective, settings: Settings, found: Descent) -> None:
    # An optional extra, which the command has looked for.
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    asked = _ForSciPy(objective, settings, found)
    # ftol 0: that a step gains little is no reason to stop which anyone has asked for. SciPy's gtol is of the largest
    # slope, ours of the norm, which is at most √n times that.
    gtol = (settings.gtol or 1e-12) / len(asked.start) ** 0.5
    options = {"maxiter": settings.steps, "gtol": gtol, "ftol": 0.0}
    try:
        asked.told(asked.start)  # The callback begins after the first step.
        result = minimize(asked, asked.start, jac=True, method="L-BFGS-B", callback=asked.told, options=options)
        if found.status == "steps" and result.nit < settings.steps:
            found.status = "converged"  # No step leads further down.
    except StopIteration:  # From the callback: a target is reached, or the descent diverged.
        pass
