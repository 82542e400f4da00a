"""What users are told when something is wrong: a file that causes it, and beside it the message.

samples/errors/STAGE/NAME.bg is refused by that stage with NAME.txt on stderr; samples/warnings/NAME.bg runs, and warns
so. Where it takes more than `backcalc run NAME.bg`, the first line of the file is a comment with the command.
`BACKCALC_REWRITE=1 pytest tests/test_errors.py` stores the messages anew: read what changed before you keep it.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path

import click
import pytest

import backcalc
from backcalc.cli import main
from backcalc.cli.group import cli
from backcalc.language.elsewhere import ELSEWHERE
from backcalc.language.hints import TERMINAL_WORDS
from backcalc.language.parser import parse
from backcalc.language.slips import SYNTAX_HINTS
from backcalc.text.errors import LINE_SHOWN, MAX_ERRORS, BackcalcError, Code, Diagnostic, Note, render
from backcalc.text.source import Source, Span
from backcalc.text.wording import display_width, plural, quoted, shorten

ROOT = Path(__file__).parents[2]
ERRORS = sorted((ROOT / "samples" / "errors").glob("*/*.bg"))
WARNINGS = sorted((ROOT / "samples" / "warnings").glob("*.bg"))
PACKAGE = Path(backcalc.__file__).parent
STAGES = {error.stage: error for error in BackcalcError.__subclasses__()}

# The codes of warnings, with words that only their messages have.
WARNINGS_SAY = {
    "duplicate-edge": "; its partials add up",
    "domain": "outside its domain",
    "jacobian-left-out": "is left out, for it has too many numbers",
    "kink": "at a kink",
    "names-as-partials": "each partial is a name that nothing defines",
    "one-name": "is one name, and an input here",
    "taken-for-number": "is taken for a number;",
    "dot-by-elements": "goes by elements",
    "slope": "has the slope inf",
    "contradiction": "its formula gives",
    "contradicted-key": "answers are marked by the graph",
    "no-input": "is no input; passed over",
    "header": "is taken for the header of columns",
    "no-columns": "passed over: the column",
    "no-student": "is no student: this row is left out",
    "not-finite": "is no finite number",
    "answered-twice": "the last one counts",
    "range": "which is not in the range of",
}
# No command line leads to these, or none that is known: there was an exercise for every seed tried.
ONLY_FROM_PYTHON = {"unknown-mode", "point-counts", "no-exercise"}


def name_of(path):
    return f"{path.parent.name}/{path.stem}"


def command_of(path):
    """The arguments that the first line of a sample states, or `run` and its name."""
    first = path.read_bytes().split(b"\n", 1)[0].decode("utf-8", errors="replace")
    return shlex.split(first.removeprefix("# backcalc ")) if first.startswith("# backcalc ") else ["run", path.name]


def require_extras(*paths):
    """Skip the test where one of these samples needs a package that is not installed."""
    if any("--certified" in command_of(path) for path in paths):
        pytest.importorskip("flint")


def raised_by(path, monkeypatch):
    require_extras(path)
    monkeypatch.chdir(path.parent)
    with pytest.raises(BackcalcError) as caught:
        cli.main(command_of(path), prog_name="backcalc", standalone_mode=False)
    return caught.value


def stored(path, message):
    """The message that belongs to a sample, written anew where that is asked for."""
    file = path.with_suffix(".txt")
    if os.environ.get("BACKCALC_REWRITE"):
        file.write_text(message, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def run_main(arguments, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["backcalc", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    out, err = capsys.readouterr()
    return exit_.value.code, out, err


@pytest.mark.parametrize("path", ERRORS, ids=name_of)
def test_the_stage_refuses_its_sample(path, monkeypatch):
    error = raised_by(path, monkeypatch)
    assert type(error) is STAGES[path.parent.name]
    assert f"{error}\n" == stored(path, f"{error}\n")


@pytest.mark.parametrize("path", ERRORS, ids=name_of)
def test_the_command_line_prints_the_message_alone(path, monkeypatch, capsys):
    require_extras(path)
    monkeypatch.chdir(path.parent)
    status, out, err = run_main(command_of(path), monkeypatch, capsys)
    assert (status, err) == (2, path.with_suffix(".txt").read_text(encoding="utf-8"))
    assert not out or command_of(path)[0] == "check"  # Which marks the other answers.


@pytest.mark.parametrize("path", WARNINGS, ids=name_of)
def test_a_warning_stands_on_stderr_and_the_table_on_stdout(path, monkeypatch, capsys):
    require_extras(path)
    monkeypatch.chdir(path.parent)
    status, out, err = run_main(command_of(path), monkeypatch, capsys)
    finite = not re.search(r"^ *\S+ .*\b(nan|inf)(, [^\n]*)?\]?$|^(nan|inf)$", out, flags=re.MULTILINE)
    assert err == stored(path, err)
    assert ": warning: " in err
    assert out.split()[0] in {"node", "point", "submission", "answer", "line", "inf", "η"}
    is_missing = "missing for everyone" in err  # Of what nobody could answer the class lacks the points.
    assert status == (0 if finite and not is_missing else 1)


def test_every_code_has_a_sample(monkeypatch):
    found = {diagnostic.code for path in ERRORS for diagnostic in raised_by(path, monkeypatch).diagnostics}
    said = "".join(path.with_suffix(".txt").read_text(encoding="utf-8") for path in WARNINGS)
    warned = {code for code, words in WARNINGS_SAY.items() if words in said}
    assert set(Code) - found - warned == ONLY_FROM_PYTHON
    assert warned == set(WARNINGS_SAY)


# Where a diagnostic is made that no sample leads to, by module and function, and why.
NO_SAMPLE = {
    # Only from Python, or not known to be reached: others of the kind speak first.
    *("api:run", "bulk/points/run:_refusal", "calculus/grad:_require_few", "calculus/point:from_mapping"),
    *("calculus/lost:of_derivative", "calculus/stated:stated_seeds"),
    # It stands beside the other answers or students, in the table: the tests of marking have them.
    *(
        "marking/formulas/marks:_untold",
        "marking/gradebook:_head",
        "marking/gradebook:answers",
        "marking/sheet:_answer",
    ),
    *("marking/sheet:_refused", "marking/written:_require_no_thousands", "marking/written:choice_in"),
    # Files of more than a megabyte, or what one system or version of Python refuses and another does not.
    *("bulk/graph/model:warnings", "bulk/points/reader:_rows", "graph/functions:_substituted"),
    *("calculus/point_file:read_values", "text/files:_judged", "text/files:pieces"),
    # An empty folder, which no repository keeps.
    "marking/submissions:_text",
}


def test_every_refusal_has_its_file(monkeypatch):
    """Each place in the code that makes a diagnostic makes it for a sample, but for those that NO_SAMPLE names."""
    require_extras(*ERRORS)
    reached, make = set(), Diagnostic.__new__

    def recorded(cls, *args, **kwargs):
        frame = sys._getframe(1)
        reached.add((frame.f_code.co_filename, frame.f_lineno))
        return make(cls, *args, **kwargs)

    monkeypatch.setattr(Diagnostic, "__new__", recorded)
    nowhere = io.StringIO()
    for path in ERRORS + WARNINGS:
        monkeypatch.chdir(path.parent)
        expected = contextlib.suppress(BackcalcError, click.UsageError)  # The latter where an extra is not installed.
        with expected, contextlib.redirect_stderr(nowhere), contextlib.redirect_stdout(nowhere):
            cli.main(command_of(path), prog_name="backcalc", standalone_mode=False)
    missed = {
        f"{file.relative_to(PACKAGE).with_suffix('').as_posix()}:{function}"
        for file, function, lines in places_of_diagnostics()
        if not any((str(file), line) in reached for line in lines)
    }
    assert missed == NO_SAMPLE


def places_of_diagnostics():
    """Each call of Diagnostic in the code: its file, the function around it, and its lines."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", None) == "Diagnostic":
                        yield file, function.name, range(call.lineno, (call.end_lineno or call.lineno) + 1)


def test_every_slip_has_its_file():
    """Each row of the parser's hints: its example is a line of a sample, whose message has the hint."""
    files = [
        (set(path.read_text("utf-8").split("\n")), _message(path)) for path in ERRORS if path.parent.name == "parse"
    ]
    for row in SYNTAX_HINTS:
        (hint,) = refusal(row.example).hints
        assert any(row.example in lines and f"hint: {hint}\n" in said for lines, said in files), row.example


def test_every_function_of_other_tools_has_its_file():
    said = "".join(map(_message, ERRORS))
    assert [row.hint for row in ELSEWHERE if f"hint: {row.hint}\n" not in said] == []


def refusal(text):
    """The one thing the parser says of `text`."""
    with pytest.raises(BackcalcError) as caught:
        parse(Source("slip", text))
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def _message(path):
    return path.with_suffix(".txt").read_text("utf-8")


PLACE = re.compile(r"^(?P<name>\S.*?):(?P<line>\d+):(?P<column>\d+): (?:error|warning|note): ")


@pytest.mark.parametrize("path", [path for path in ERRORS + WARNINGS if path.parent.name != "read"], ids=name_of)
def test_the_caret_stands_under_the_place(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    said = path.with_suffix(".txt").read_text(encoding="utf-8").split("\n")
    for i, place in enumerate(map(PLACE.match, said)):
        if place is None or place["name"] != path.name:
            continue
        line, column = lines[int(place["line"]) - 1], int(place["column"])
        number, _, shown = said[i + 1].partition(" | ")
        assert int(number) == int(place["line"])
        text = "".join(char if char.isprintable() else "�" for char in line)
        assert shown.strip("…") in text
        caret = said[i + 2].index("^") - len(number) - len(" | ")
        # What stands before the caret is what stands before the column.
        before = next(k for k in range(len(shown) + 1) if display_width(shown[:k]) == caret)
        assert text[: column - 1].endswith(shown[:before].lstrip("…"))


@pytest.mark.parametrize("path", ERRORS, ids=name_of)
def test_a_message_speaks_no_parser_and_no_python(path):
    message = path.with_suffix(".txt").read_text(encoding="utf-8")
    jargon = [re.escape(word) for word in TERMINAL_WORDS if len(word) > 3]
    assert not re.search(rf"\b(?:{'|'.join(jargon)}|None|Traceback|Errno|Token|__ANON\w*)\b", message)
    for line in message.splitlines():
        assert "\x1b" not in line
        assert display_width(line) <= 3 * LINE_SHOWN


def test_every_stage_has_samples():
    assert {path.parent.name for path in ERRORS} == set(STAGES) == {"read", "parse", "build", "evaluate", "usage"}


def test_no_message_is_left_without_its_sample():
    messages = {path for kind in ("errors", "warnings") for path in (ROOT / "samples" / kind).rglob("*.txt")}
    assert messages == {path.with_suffix(".txt") for path in ERRORS + WARNINGS}


# The functions of the module


SOURCE = Source("f.bg", "a = 1\n\tb = é + ラ + x\n")

RENDERED = {
    "no place": (Diagnostic("c", "wrong"), ["f.bg: error: wrong"]),
    "hints and a note": (
        Diagnostic("c", "wrong", Span(0, 1), (Note("see", Span(4, 5)),), ("do this", "or that")),
        [
            "f.bg:1:1: error: wrong",
            "  1 | a = 1",
            "    | ^",
            "f.bg:1:5: note: see",
            "  1 | a = 1",
            "    |     ^",
            "  hint: do this",
            "  hint: or that",
        ],
    ),
    "a tab is one column": (
        Diagnostic("c", "wrong", Span(7, 8)),
        ["f.bg:2:2: error: wrong", "  2 |  b = é + ラ + x", "    |  ^"],
    ),
    "a wide letter has two carets": (
        Diagnostic("c", "wrong", Span(15, 16)),
        ["f.bg:2:10: error: wrong", "  2 |  b = é + ラ + x", "    |          ^^"],
    ),
    "a wide letter moves what follows": (
        Diagnostic("c", "wrong", Span(19, 20)),
        ["f.bg:2:14: error: wrong", "  2 |  b = é + ラ + x", "    |               ^"],
    ),
    "a span ends with its line": (
        Diagnostic("c", "wrong", Span(4, 9)),
        ["f.bg:1:5: error: wrong", "  1 | a = 1", "    |     ^"],
    ),
    "the end of a line": (
        Diagnostic("c", "wrong", Span(5, 6)),
        ["f.bg:1:6: error: wrong", "  1 | a = 1", "    |      ^"],
    ),
    "the end of the text": (
        Diagnostic("c", "wrong", Span(21, 22)),
        ["f.bg:3:1: error: wrong", "  3 | ", "    | ^"],
    ),
}


@pytest.mark.parametrize(("diagnostic", "lines"), RENDERED.values(), ids=RENDERED)
def test_render(diagnostic, lines):
    assert render(SOURCE, diagnostic).split("\n") == lines


def test_a_long_line_is_cut_to_a_window_around_the_place():
    source = Source("f", "".join(f"{i:03}," for i in range(1000)))
    place, line, carets = render(source, Diagnostic("c", "m", Span(2000, 2003))).split("\n")
    assert place == "f:1:2001: error: m"
    assert line.startswith("  1 | …")
    assert line.endswith("…")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "500"
    assert len(line) <= LINE_SHOWN + len("  1 | ……")


def test_more_errors_than_are_shown_are_told():
    error = BackcalcError(SOURCE, [Diagnostic("c", f"number {i}") for i in range(MAX_ERRORS + 1)])
    assert f"number {MAX_ERRORS - 1}\n" in str(error)
    assert f"number {MAX_ERRORS}" not in str(error)
    assert str(error).endswith("… and more; these are the first 20 errors")


SHORTENED = [
    ("x", 60, "x"),
    ("x" * 60, 60, "x" * 60),
    ("a" * 50 + "b" * 50, 11, "aaaaa…bbbbb"),
    ("a\x1b[31m\nb", 60, "a�[31m�b"),
]


@pytest.mark.parametrize(("name", "width", "short"), SHORTENED)
def test_shorten(name, width, short):
    assert shorten(name, width) == short


def test_words_for_lists_and_numbers():
    assert quoted(["a", "b"]) == "a, b"
    assert quoted(["a", "b", "c"], most=2) == "a, b, …"
    assert [plural(n, "argument") for n in (0, 1, 2)] == ["0 arguments", "1 argument", "2 arguments"]
    assert [display_width(text) for text in ("abc", "é", "e\u0301", "ラ", "")] == [3, 1, 1, 2, 0]


@pytest.mark.parametrize("step", [1, 2, 3, 1 << 18])
@pytest.mark.parametrize("offset", range(8))
def test_places_in_a_source(offset, step, monkeypatch):
    monkeypatch.setattr("backcalc.text.source.LINES_STEP", step)
    source = Source("f", "ab\n\ncde")
    before = source.text[:offset]
    assert source.line_number(offset) == before.count("\n") + 1
    assert source.line_start(offset) == before.rfind("\n") + 1
    assert source.line_text(offset) == source.text.split("\n")[before.count("\n")]
