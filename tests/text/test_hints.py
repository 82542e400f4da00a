"""A hint works when it is followed: what it shows is typed and read; what it says to do is done, and helps."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from backcalc.analysis.scan import RANGE
from backcalc.cli.get import read
from backcalc.cli.group import cli
from backcalc.language.parser import parse, parse_answer, parse_expression, parse_point
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

ROOT = Path(__file__).parents[2] / "samples"
FILES = sorted([*(ROOT / "errors").glob("*/*.txt"), *(ROOT / "warnings").glob("*.txt")])
LINES = [line for path in FILES for line in path.read_text("utf-8").split("\n")]
HINTS = sorted({line.partition("hint: ")[2] for line in LINES if line.startswith("  hint: ")})

# What is shown stands behind a colon, these words, or in backquotes.
BEHIND = re.compile(r"(?:\b(?:is|are) (?:written|defined as|spelt)|\bgoes by|\bit gives|\bwould fit|:) (.+)$")
QUOTED = re.compile(r"`([^`]+)`")
# Other languages, files and single signs, which are not to be read by this one.
OTHERS = re.compile(
    r"^(?:[-+*/^=@.{}'#:<>!]+|and|or|if|\.T|[-\w.]+\.(?:bg|csv)|é|Ï|.*(?:\|0\.5\||\[label=).*|(?:tr|gunzip|sqlite3|np\.\w+).*)$"
)
SIGNS = (
    ", or ",
    " or ",
    ", and ",
    ", of ",
    ", in ",
    ", with ",
    "; ",
    ", from ",
    ", a ",
    ", not ",
    " in a ",
    " for ",
    ", ",
)
PROSE = re.compile(r"^(?:(?:[a-z]{2,} ){3,}.*|others are .*|(?:from|in) .* the .*|a node is .*|parentheses .*)$")
IN_PARENTHESES = re.compile(r"\((\w+ (?:=|->) [^()]+|input x)\)")


def shown(hint):
    """What a hint has to be typed."""
    if '{"' in hint:
        return [hint[hint.index('{"') :]]
    if IN_PARENTHESES.search(hint):
        return IN_PARENTHESES.findall(hint)
    found = [match.strip() for match in QUOTED.findall(hint)]
    behind = BEHIND.search(hint)
    while behind and (more := BEHIND.search(behind[1])) and not behind[1].startswith(("d(", "u ", "a -")):
        behind = more
    if behind and "`" not in behind[1]:
        found.append(behind[1])
    return [each for each in found if not OTHERS.match(each) and not PROSE.match(each)]


def read_by(text):
    """What reads a text: the language in one of its forms, or the command line; empty where nothing does."""
    if text.startswith("--"):
        return "option" if is_option(shlex.split(text)) else ""
    if text.startswith("backcalc "):
        return "command" if text.split()[1:2] and text.split()[1] in cli.list_commands(click.Context(cli)) else ""
    if text.startswith('{"'):
        return "point file" if json.loads(text) else ""
    if RANGE.fullmatch(text):
        return "range"
    if question_of(text):
        return "question"
    readers = {"graph": parse, "expression": parse_expression, "answer": parse_answer, "point": parse_point}
    for name, reader in readers.items():
        try:
            reader(Source("hint", text))
        except BackcalcError:
            continue
        return name
    return ""


def question_of(text):
    try:
        return read(text)
    except BackcalcError:
        return None


def is_option(words):
    """Whether a command has this option, with a value where there is one."""
    every = [param for command in all_commands() for param in command.params if words[0] in param.opts]
    is_alone = len(words) == 1  # `--of` alone is a name; a flag has nothing behind it.
    return bool(every) and (is_alone or not any(getattr(param, "is_flag", False) for param in every))


def all_commands():
    context = click.Context(cli)
    return [cli.get_command(context, name) for name in cli.list_commands(context)]


def typed(text):
    """A text of a hint as one types it: something for `…`, and without the words that go on behind it."""
    whole = text.replace(", …}", "}").replace("{ … }", "{ y = 1 }").replace("…", "1")
    yield whole
    yield re.sub(r"^#= ", "", whole)
    yield f"def f(x) = x {whole}"  # The end of a definition.
    # `1/(2*π) or 1/2*π`, `floor(x), not …`: the first of what is shown; and the last, behind a comma.
    for sign in SIGNS:
        yield whole.partition(sign)[0]
        yield whole.rpartition(" is ")[2].partition(sign)[0]


def is_typed(text):
    return any(read_by(each) for each in typed(text) if each)


CASES = [(hint, text) for hint in HINTS for text in shown(hint)]


@pytest.mark.parametrize(("hint", "text"), CASES, ids=[hint[:60] for hint, _ in CASES])
def test_what_a_hint_shows_is_read(hint, text):
    assert is_typed(text), f"{text!r} of {hint!r}"


def test_most_hints_show_something():
    assert len({hint for hint, _ in CASES}) > len(HINTS) / 2


# ---- What it says to do is done --------------------------------------------------------------------------------------

AT = re.compile(r"by (--(?:at|of) (?:'[^']*'|\S+?))(?:,? or\b.*)?$")
STATED = re.compile(r"in the file by `([^`]+)`|declare it: (input [^,]+?\])(?: for .*)?$")
MEANT = re.compile(r"^did you mean `([^`]+)`\?$")
PLACE = re.compile(r"^(?P<name>\S+):(?P<line>\d+):(?P<column>\d+): error: (?P<message>.*)$")


STAGES = ("parse", "build", "evaluate", "usage")


def command_of(path):
    """The arguments that the first line of a sample states, or `run` and its name."""
    first = path.read_bytes().split(b"\n", 1)[0].decode("utf-8", errors="replace")
    return shlex.split(first.removeprefix("# backcalc ")) if first.startswith("# backcalc ") else ["run", path.name]


def told(path):
    """Each error of a stored message: its match, how wide its caret is, and its hints."""
    found = []
    for line in path.read_text("utf-8").split("\n"):
        if place := PLACE.match(line):
            found.append((place, [], []))
        elif found and line.startswith("  hint: "):
            found[-1][2].append(line.removeprefix("  hint: "))
        elif found and "^" in line:
            found[-1][1].append(line.count("^"))
    return found


def followed(path):
    """The texts and options that come of following a hint of a sample, each with the message that is to be gone."""
    text = path.with_suffix(".bg").read_text("utf-8", "replace")
    for place, widths, hints in told(path):
        for hint in hints:
            if option := AT.search(hint):
                yield place["message"], text, shlex.split(option[1])
            if (statement := STATED.search(hint)) and not hint.startswith("give them"):
                yield place["message"], f"{text}\n{statement[1] or statement[2]}\n", []
            if (name := MEANT.match(hint)) and widths and place["name"] == f"{path.stem}.bg":
                yield (
                    place["message"],
                    _replaced(text, int(place["line"]), int(place["column"]), widths[0], name[1]),
                    [],
                )


def _replaced(text, line, column, width, name):
    lines = text.split("\n")
    lines[line - 1] = lines[line - 1][: column - 1] + name + lines[line - 1][column - 1 + width :]
    return "\n".join(lines)


FOLLOWED = [
    (path, *each)
    for path in FILES
    if path.parent.name in STAGES and path.stem != "format-json"  # Which speaks of another file.
    for each in followed(path)
    if f"{path.stem}.bg" in command_of(path.with_suffix(".bg"))
]


@pytest.mark.parametrize(("path", "message", "text", "options"), FOLLOWED, ids=[f"{c[0].stem}" for c in FOLLOWED])
def test_what_a_hint_says_is_done_and_helps(path, message, text, options, tmp_path, monkeypatch):
    if any("…" in option for option in options):
        pytest.skip("only the beginning of what is to be typed is shown")
    file = tmp_path / "g.bg"
    file.write_text(text, "utf-8")
    monkeypatch.chdir(path.parent)  # Where the other files of a command are.
    words = [str(file) if word == f"{path.stem}.bg" else word for word in command_of(path.with_suffix(".bg"))]
    done = CliRunner().invoke(cli, [*words, *options])
    after = str(done.exception) if isinstance(done.exception, BackcalcError) else done.output
    assert message not in after


def test_some_hints_are_followed():
    assert len(FOLLOWED) > 20
