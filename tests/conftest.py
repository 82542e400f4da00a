"""What the tests share: how laws are tried, and figures that they find, shown at the end of every run."""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import signal
from dataclasses import astuple

import pytest
from hypothesis import settings
from references import Finding

import backcalc

# A busy machine is no fault of a law, and a law that fails here is to fail everywhere.
settings.register_profile("laws", deadline=None, derandomize=True)
settings.load_profile("laws")

# hypothesis draws constants of the modules that are loaded, too: all of them, or what a law draws would depend on which
# tests ran before it.
for _module in pkgutil.walk_packages(backcalc.__path__, "backcalc."):
    if not _module.name.endswith("__main__"):
        with contextlib.suppress(ImportError):  # Of an extra that is not installed.
            importlib.import_module(_module.name)

_WORST = pytest.StashKey[list[Finding]]()
_FIGURES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is found yet; and Ctrl-C means what it does in a terminal, though a script's `&` may have stopped it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.pop("COLUMNS", None)  # By which pytest-xdist tells its workers how wide the terminal is.
    config.stash[_WORST] = []
    config.stash[_FIGURES] = []


@pytest.fixture
def worst_cases(request: pytest.FixtureRequest) -> list[Finding]:
    """The list that a test adds its row's worst case to."""
    return request.config.stash[_WORST]


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """The lines that a test adds a figure of its own to."""
    return request.config.stash[_FIGURES]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands what it has found over as plain data."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["worst"] = [astuple(case) for case in session.config.stash[_WORST]]
        session.config.workeroutput["figures"] = session.config.stash[_FIGURES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """What a worker has found, added to what the others have."""
    found = getattr(node, "workeroutput", {})
    node.config.stash[_WORST].extend(Finding(*case) for case in found.get("worst", []))
    node.config.stash[_FIGURES].extend(found.get("figures", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The figures; then the worst case of every primitive, furthest from the truth first, exact ones in one line."""
    if config.stash[_FIGURES]:
        terminalreporter.section("diagnosis of wrong answers")
        for line in config.stash[_FIGURES]:
            terminalreporter.line(line)
    found = config.stash[_WORST]
    cases = sorted(found, key=lambda case: -case.ratio)
    if cases:
        terminalreporter.section("primitives: worst error in units in the last place, as a share of what is allowed")
        for case in cases:
            if case.ulps:
                point = ", ".join(map(repr, case.point))
                terminalreporter.line(f"{case.name:10} {case.what:5} {case.ulps:9.3g} {case.ratio:8.2%}   at {point}")
        terminalreporter.line("exact: " + "  ".join(case.name for case in cases if not case.ulps))
