"""The page's file: it stands alone, is small, and without answers has none."""

import base64
import gzip
import hashlib
import json
import math
import re
import zlib
from contextlib import suppress
from html import escape
from importlib.resources import files

import numpy as np
import pytest
from colours import contrast

from backcalc.analysis.samples import sample, samples
from backcalc.calculus.load import load
from backcalc.calculus.point import read_point
from backcalc.calculus.run import run
from backcalc.marking import foreseen
from backcalc.render.page import page
from backcalc.render.page.page import COLOURS, Page, lines
from backcalc.render.page.steps import is_stated
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import scene
from backcalc.render.pictures.svg import number
from backcalc.text.source import Source
from backcalc.text.wording import STEERING

POINTS = {"lattice": "x=1", "network-a": "", "neuron": "w=0.5,x=2,b=-1,z=1", "vectors": "", "rnn": "", "softmax": ""}


def run_of(text, at=""):
    graph = load(Source("g", text))
    return run(graph, read_point([at] if at else []), None if graph.seeds else graph.output or graph.sinks[-1])


def page_of(found, **more):
    return "\n".join(lines(Page(found, "graph.bg", **more))) + "\n"


def data_of(text):
    packed = re.search(r'<script type="text/plain" id="data">(.*?)</script>', text, re.DOTALL)[1]
    return json.loads(zlib.decompress(unpacked(packed)), parse_constant=no_browser_reads)


def no_browser_reads(word):
    raise AssertionError(f"{word} is no JSON")


def unpacked(word):
    """The bytes that stand in the page as digits to the base 85, `.` in place of `<`."""
    return base64.b85decode(word.replace(".", "<"))


@pytest.fixture(scope="module", params=POINTS)
def found(request):
    return run_of(sample(request.param).text, POINTS[request.param])


def test_the_lattice_takes_less_than_60_kb():
    assert len(page_of(run_of(sample("lattice").text, "x=1")).encode()) < 60_000


@pytest.mark.parametrize("theme", [0, 1])
def test_texts_and_lines_of_the_page_stand_out(theme):
    """As WCAG 2.2 wants it: texts 4.5 : 1, and 3 : 1 the lines that tell what is where."""
    colours = {name: each[theme] for name, each in COLOURS.items()}
    for ink in ("ink", "soft", "adjoint", "lit", "good", "bad"):
        for paper in ("paper", "box", "input"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for line in ("line", "rim", "lit", "adjoint"):
        assert contrast(colours[line], colours["paper"]) >= 3, line


def test_every_colour_by_name_has_one(found):
    sheet = re.search(r"<style>(.*?)</style>", page_of(found), re.DOTALL)[1]
    light, dark = (re.findall(r"--(\w+):#", each) for each in sheet.split("dark)", 1))
    assert light == dark == list(dict.fromkeys(light))
    assert set(re.findall(r"var\(--(\w+)\)", sheet)) == set(light)


def test_the_script_loses_blanks_alone_and_no_text_any():
    script = re.search(r"<script>(.*?)</script>", page_of(run_of("y = 2*x", "x=1")), re.DOTALL)[1]
    file = (files("backcalc.render.page") / "page.js").read_text("utf-8")
    whole = re.sub(r"^ *//.*\n| // .*$", "", file, flags=re.MULTILINE)
    assert re.sub(r"\s", "", script) == re.sub(r"\s", "", whole)
    texts = re.compile(r'"[^"\n]*"|`[^`\n]*`')
    assert texts.findall(script) == texts.findall(whole)


def test_it_says_by_their_hashes_what_may_style_it_and_run_in_it(found):
    text = page_of(found)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        (body,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(r"\s(?:src|href|on\w+|style)=", re.sub(r"<(style|script).*?</\1>", "", text, flags=re.DOTALL))
    assert "http://" not in text
    assert "https://" not in text


def test_it_is_the_same_each_time(found):
    assert page_of(found) == page_of(found)


def test_every_step_of_the_derivation_is_there(found):
    data = data_of(page_of(found))
    steps = re.findall(r'<li data-node="(\d+)" data-pass="(\w+)"', data["steps"])
    forward = [int(node) for node, kind in steps if kind == "value"]
    reverse = [int(node) for node, kind in steps if kind == "adjoint"]
    assert forward == sorted(forward)
    assert reverse == sorted(reverse, reverse=True)
    assert len(reverse) == len([node for node in found.graph.nodes if not node.is_fixed])


def test_without_answers_no_number_that_is_worked_out_is_there(found):
    text = page_of(found, has_answers=False)
    data = data_of(text)
    assert data["key"] is None
    body = re.sub(r"<script.*?</script>", "", text[text.index("<body>") :], flags=re.DOTALL)
    everything = re.sub(r"<[^>]*>", " ", body + data["steps"] + data["narrow"])
    stated = found.graph.source.text
    for each in (*found.values, *found.adjoints):
        if isinstance(each, float) and len(f"{abs(each):.6g}") > 4:
            for form in {f"{abs(each):.{digits}g}" for digits in (4, 6)}:
                assert form in stated or form not in everything


@pytest.mark.parametrize(("name", "shown"), [("x", "'dy/dx = …'"), ("x'", '"dy/dx\' = …"')])
def test_the_command_that_it_shows_can_be_typed(name, shown):
    assert f"<code>backcalc check GRAPH {shown}</code>" in page_of(run_of(f"y = 2*{name}", f"{name}=1"))


def test_it_says_where_it_cannot_tell_mistakes(monkeypatch):
    found = run_of("input x = 1\ny = sin(x)\nz = y^2\n")
    assert "too large for the page" not in page_of(found)
    monkeypatch.setattr("backcalc.marking.foreseen.MOST_MISTAKES", 3)
    text = page_of(found)
    assert "too large for the page to say what went wrong" in text
    told = data_of(text)["key"]
    assert told["wrong"] == [[[] for _ in told["asked"]]] * 3


def decoded(text):
    """A text, and all that decodes from it without a key: base64, 85 and hexadecimals, packed or not, over and over."""
    words = {*re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", text), *re.findall(r">([^<\s\"',/\\:]{12,})<", text)}
    for word in words:
        for decode in (base64.b64decode, base64.urlsafe_b64decode, bytes.fromhex, unpacked):
            with suppress(ValueError):
                data = decode(word)
                for unpack in (bytes, zlib.decompress, gzip.decompress, lambda raw: zlib.decompress(raw, -15)):
                    with suppress(zlib.error, OSError, EOFError, UnicodeDecodeError):
                        yield from decoded(unpack(data).decode())
    yield text


def numbers_in(text):
    """The numbers that stand in a text, signs left out, as they are written there but for what their spelling adds."""
    found = re.findall(r"\d+(?:\.\d+)?(?:[eE][-+−]?\d+)?|\.\d+", text.replace("·10^", "e"))
    return {float(each.replace("−", "-")) for each in found}


def secrets(found):
    """Each number that is worked out, at 3 to 17 digits, but those that are round and stand anywhere."""
    edges = [arrow.partial for arrow in scene(found).arrows if isinstance(arrow.partial, float)]
    names = [node.name for node in found.graph.nodes]
    values = [v for name, v in zip(names, found.values, strict=True) if not is_stated(found, name)]
    for each in (*values, *found.adjoints, *edges):
        for value in np.ravel(each if each is not None else []):
            if float(f"{value:.3g}") != float(f"{value:.12g}"):
                yield from {abs(float(f"{value:.{digits}g}")) for digits in range(3, 18)}


ROUGH = {"lattice": "x=0.83", "neuron": "w=0.57,x=2.31,b=-1.19,z=1.07"}  # Where no answer is a round number.
HIDDEN = ["lattice", "neuron", "rnn", "softmax", "mazur", "black-scholes", "unit"]


@pytest.mark.parametrize("name", HIDDEN)
def test_without_answers_none_stands_in_the_file_however_it_is_packed(name):
    found = run_of(sample(name).text, ROUGH.get(name, ""))
    hidden = {*secrets(found)}
    assert len(hidden) > 20
    stated = numbers_in(found.graph.source.text)
    # What a page of another graph has as well, of its script and style, tells nothing.
    common = numbers_in(page_of(run_of("input q = 2\nz = q*3"), has_answers=False))
    text = page_of(found, has_answers=False)
    texts = [*decoded(text)]
    assert len(texts) > 1  # The steps at least.
    everything = set().union(*map(numbers_in, texts)) - stated - common
    # Coordinates have one decimal, as a secret of three digits may.
    coordinates = {number for number in everything if number == round(number, 1)}
    assert not (everything - coordinates) & hidden
    bare = re.sub(r"<(style|svg|script).*?</\1>", "", "".join(texts), flags=re.DOTALL)
    words = re.sub(r"<[^>]*>", " ", bare + " ".join(re.findall(r"<text.*?</text>", "".join(texts), re.DOTALL)))
    assert not (numbers_in(words) - stated - common) & hidden


def test_without_answers_a_derivative_that_is_a_number_as_a_formula_is_none_either():
    found = run_of("input a = 3, b = 4\ny = a + 5*b\nL = y - 2*a")
    steps = data_of(page_of(found, has_answers=False))["steps"]
    assert not re.search(r"<mn>(?!3|4|2)", steps.split("Reverse pass")[1])
    assert "<mn>5</mn>" in data_of(page_of(found))["steps"].split("Reverse pass")[1]


def test_without_answers_no_remark_tells_that_one_is_zero():
    found = run_of("input a = 3, b = 4\ny = a^2\nz = b*2\noutput y")
    assert all("no path leads" in part for part in told_of(page_of(found)))
    for part in told_of(page_of(found, has_answers=False)):
        assert "path" not in part
        assert "(" not in part.split("Reverse")[1]


def told_of(text):
    """The derivation that the script shows, and that without it, as texts."""
    yield re.sub(r"<[^>]*>", "", data_of(text)["steps"])
    yield re.search(r"<pre>(.*?)</pre>", text, re.DOTALL)[1]


@pytest.mark.parametrize("name", HIDDEN)
def test_with_answers_the_same_search_finds_them(name):
    """The key is packed, not hidden: a page for an exam is one without it."""
    found = run_of(sample(name).text, ROUGH.get(name, ""))
    everything = set().union(*map(numbers_in, decoded(page_of(found))))
    assert len(everything & {*secrets(found)}) > len(found.graph.nodes)


@pytest.mark.parametrize("name", HIDDEN)
def test_without_answers_the_page_does_not_depend_on_them(name):
    """So no hash of them, nor anything else that a search over answers could be held against, is in it."""
    found = run_of(sample(name).text, ROUGH.get(name, ""))
    before = page_of(found, has_answers=False)
    for i, node in enumerate(found.graph.nodes):
        if not is_stated(found, node.name) and found.values[i] is not None:
            found.values[i] = found.values[i] * 1.2345
    other = found._replace(adjoints=[None if each is None else each * -0.4321 for each in found.adjoints])
    assert page_of(other, has_answers=False) == before
    assert page_of(other) != page_of(found)


# ---- Without a script ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_answers", [True, False])
def test_without_a_script_there_are_picture_table_and_derivation(found, has_answers):
    text = page_of(found, has_answers=has_answers)
    (told,) = re.findall(r"<noscript>(.*?)</noscript>", text, re.DOTALL)
    rows = [re.split("<td>", row)[1:] for row in re.findall(r"<tr>(<td>.*)", told)]
    assert [row[0] for row in rows] == [escape(node.name) for node in found.graph.nodes]
    assert {len(row) for row in rows} == {2 + has_answers}
    if has_answers:
        for row, node, adjoint in zip(rows, found.graph.nodes, found.adjoints, strict=True):
            assert bool(row[2]) != node.is_fixed
            if isinstance(adjoint, float) and not node.is_fixed:
                assert float(row[2].replace("−", "-")) == pytest.approx(adjoint, rel=1e-5)
    # The steps of the script, a line each.
    (lines_told,) = re.findall(r"<pre>(.*?)</pre>", told, re.DOTALL)
    steps = re.findall(r'data-name="([^"]*)"', data_of(text)["steps"])
    starts = [
        line.split(" = ")[0]
        for line in lines_told.split("\n")
        if line and not line.startswith(("  ", "Forward", "Reverse"))
    ]
    assert len(starts) == len(steps)
    assert all(start.split(" ")[0] == name for start, name in zip(starts, steps, strict=True))
    assert text.index("<svg") < text.index("<noscript>")
    assert "<noscript" not in told


def test_without_a_script_the_rows_of_a_matrix_stand_under_each_other():
    text = page_of(run_of("input A = [[1, -0.5], [10.25, 2]]; y = sum(A)"))
    assert "<tr><td>A<td>[[ 1   , −0.5],<br> [10.25,  2  ]]<td>[[1, 1],<br> [1, 1]]" in text


# ---- Its picture -----------------------------------------------------------------------------------------------------


def chains(count, length, name="x"):
    """So many chains of edges, side by side, that end in one node."""
    edges = [f"{name}{i}_{k} -> {name}{i}_{k + 1} : 2" for i in range(count) for k in range(length)]
    return run_of("\n".join([*edges, *(f"{name}{i}_{length} -> L : 3" for i in range(count))]))


@pytest.mark.parametrize(
    ("count", "length", "name", "top_down"),
    [
        (1, 3, "x", False),  # It fits either way.
        (1, 30, "x", True),  # Only from the top down.
        (40, 2, "x", False),  # Only from left to right.
        (40, 40, "x", False),  # Neither way, and it is narrower from left to right.
        (15, 40, "x", False),  # Neither way; wider, but a screen shows more of it.
        (5, 12, "a_name_that_takes_much_room_in_a_box", True),  # The other way about.
    ],
)
def test_a_picture_goes_the_way_in_which_more_of_it_is_seen(count, length, name, top_down):
    found = chains(count, length, name)
    right, down = (placed(scene(found), top_down=way) for way in (False, True))
    drawn = re.search(r'<svg class="([\w ]+)" viewBox="0 0 ([\d.]+) ([\d.]+)"', page_of(found))
    chosen = down if top_down else right
    assert drawn.groups()[1:] == (number(chosen.width), number(chosen.height))
    assert ("large" in drawn[1]) == (chosen.width > page.LARGE)
    if min(right.width, down.width) > page.LARGE and right.width > down.width:
        assert (page._share(down) >= page._share(right)) == top_down


def test_that_mistakes_are_too_many_is_seen_after_few_questions(monkeypatch):
    """A page of 2,000 nodes took a minute, most of it for tables that it then left out."""
    found, calls = run_of("\n".join(["input x0 = 1", *(f"x{i + 1} = x{i} + 0.01*sin(x{i})" for i in range(150))])), []
    wrong = foreseen._wrong
    monkeypatch.setattr(foreseen, "_wrong", lambda key, each: calls.append(each) or wrong(key, each))
    monkeypatch.setattr(foreseen, "MOST_MISTAKES", 2000)
    assert "too large for the page" in page_of(found)
    assert 0 < len(calls) <= 4  # From the front it takes 14.


def test_of_a_graph_of_many_pairs_no_table_is_begun(monkeypatch):
    found, calls = run_of("\n".join(["input x0 = 1", *(f"x{i + 1} = x{i} + 0.01*sin(x{i})" for i in range(90))])), []
    assert foreseen._pairs(found) == 90 * 91 / 2
    monkeypatch.setattr(foreseen, "_wrong", lambda *asked: calls.append(asked) or [])
    monkeypatch.setattr(foreseen, "MOST_MISTAKES", 409)
    assert "too large for the page" in page_of(found)
    assert not calls
    monkeypatch.setattr(foreseen, "MOST_MISTAKES", 410)
    assert "too large for the page" not in page_of(found)
    assert calls


def test_pairs_are_of_what_leads_to_the_output():
    assert (
        foreseen._pairs(run_of("a -> b : 2\na -> c : 2\nb -> d : 1\nc -> d : 1\nd -> e : 1\nd -> f : 1\noutput e")) == 9
    )
    assert foreseen._pairs(run_of("a -> b : 2\nb -> c : 2\nadjoint b = 1\nadjoint c = 3")) == 3


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def test_what_users_have_named_is_text():
    found = run_of("input x = 1\ny = sin(x)  # </script><script>alert(1)</script>\n")
    text = "\n".join(lines(Page(found, HOSTILE, [HOSTILE], made_by=HOSTILE)))
    assert "alert(1)</script>" not in text.replace("&lt;/script&gt;", "")
    assert text.count("<script") == 2
    assert "<img" not in text


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_every_sample_has_a_page(sample):
    at = "x=1" if sample.name == "lattice" else ""
    data = data_of(page_of(run_of(sample.text, at)))
    assert "<li" in data["steps"]
    assert 'class="narrow' in data["narrow"]


def test_nothing_in_it_steers_or_turns_what_follows():
    found = run_of("\u03c3x = 2 # \x1b[31m\ny = \u03c3x^2\n")
    text = page_of(found, intro=["a\x1b[31mb\u202ec\x85d"], made_by="backcalc report 'g\u202e\x1b.bg'")
    assert "a�[31mb�c�d" in text
    assert not re.search(STEERING, text)
    assert not re.search(STEERING, json.dumps(data_of(text), ensure_ascii=False))


def test_texts_in_its_data_are_made_visible_however_deep():
    packed = page._packed({"a\x1b": ["b\u202e", {"c": ("d\x85", 1, None, math.inf)}]})
    assert json.loads(zlib.decompress(unpacked(packed))) == {"a�": ["b�", {"c": ["d�", 1, None, None]}]}


@pytest.mark.parametrize("text", [sample("softmax").text, "input x = 0\ny = log(x)\nz = x*y"])
def test_what_is_no_number_is_not_in_the_data(text):
    """A mistake, or the graph, may lead to infinity or nan, which a browser cannot read as JSON."""
    told = data_of(page_of(run_of(text)))["key"]
    assert told["asked"]
    assert all(isinstance(each, float) for values in told["wrong"][0] for each in np.ravel(values))
