"""Where the work stands, as the stages tell it."""

from __future__ import annotations

from itertools import pairwise
from threading import Thread

import pytest

from backcalc import progress
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.render.reports.run_json import render_json
from backcalc.text.source import Source


@pytest.fixture
def told(monkeypatch):
    """What the stages tell: (name, share) pairs."""
    found = []
    monkeypatch.setattr(progress, "at", lambda name, done=None: found.append((name, done)))
    return found


@pytest.mark.parametrize("items", [[], [1], range(7), tuple(range(20))])
def test_what_goes_through_is_what_was_there(items, told):
    assert list(progress.through("counting", items, 5)) == list(items)
    assert told == [("counting", done / len(items)) for done in range(0, len(items), 5)]


def test_a_stage_is_told_before_its_items_are_done(told):
    items = progress.through("counting", range(10), 5)
    assert told == []
    assert [next(items) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert told == [("counting", 0.0)]


def test_where_the_work_stands_is_told_who_watches_and_nobody_else():
    heard = []
    progress.at("unheard")
    token = progress.watched_by(lambda name, done: heard.append((name, done)))
    progress.at("counting", 0.5)
    other = Thread(target=progress.at, args=("another thread's",))
    other.start()
    other.join()
    progress.unwatched(token)
    progress.at("unheard")
    assert heard == [("counting", 0.5)]


STAGES = [
    "reading", "building the graph", "ordering the nodes", "listing operations", "forward pass", "local partials",
    "reverse pass", "local partials", "writing",
]  # fmt: skip


def test_the_stages_of_a_run_in_their_order(told):
    count = 3 * progress.STEP
    text = "x0 = 1\n" + "".join(f"x{i + 1} = -x{i}\n" for i in range(count))
    list(render_json(run(load(Source("test", text)), {})))
    names = [name for name, _ in told]
    assert [name for name, after in pairwise([*names, ""]) if name != after] == STAGES
    shares = {name: [done for told_name, done in told if told_name == name] for name in names}
    for name in {*STAGES} - {"ordering the nodes", "reverse pass", "local partials"}:
        assert len(shares[name]) >= 3
        assert shares[name] == sorted(shares[name])
        assert 0 == shares[name][0] < shares[name][-1] < 1
