"""Marks as tests want them: of the answers that a graph file states, or the first error."""

from backcalc.calculus.digits import AS_WRITTEN
from backcalc.marking.key import Key, require_point
from backcalc.marking.sheet import read_stated
from backcalc.text.errors import ParseError, UsageError


def stated_answers(source, comments):
    answers, errors = read_stated(source, comments)
    if errors:
        raise ParseError(source, errors)
    return answers


def check(run, source, answers, tolerance=AS_WRITTEN):
    marked, errors = Key(run, tolerance).hold(source, answers)
    if errors:
        if not marked:
            require_point(run, errors)
        raise UsageError(source, errors)
    return marked
