"""Random `#=` lines, whose truth mpmath has: of thousands by `python tests/attacked_lines.py 600`."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from attacked_lines import verdicts, why_wrong


def test_no_verdict_of_a_random_line_is_wrong():
    found = list(islice(verdicts(3), 80))
    assert {mark.verdict for _, mark, _ in found} >= {"right", "rounding", "wrong"}
    assert [(stated.text, why) for stated, _, why in found if why] == []


def test_an_attack_finds_a_wrong_mark():
    for stated, mark, _ in islice(verdicts(4), 10):
        assert why_wrong(replace(stated, is_right=not stated.is_right), mark)
