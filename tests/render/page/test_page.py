"""The page's file: it stands alone, is small, and without answers has none."""

import base64
import hashlib
import json
import re
import zlib

import pytest

from backcalc.analysis.samples import sample, samples
from backcalc.calculus.load import load
from backcalc.calculus.point import read_point
from backcalc.calculus.run import run
from backcalc.render.page import page
from backcalc.render.page.page import Page, lines
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
    return json.loads(zlib.decompress(base64.b64decode(packed)))


@pytest.fixture(scope="module", params=POINTS)
def found(request):
    return run_of(sample(request.param).text, POINTS[request.param])


def test_the_lattice_takes_less_than_60_kb():
    assert len(page_of(run_of(sample("lattice").text, "x=1")).encode()) < 60_000


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


def test_it_says_where_it_cannot_tell_mistakes(monkeypatch):
    found = run_of("input x = 1\ny = sin(x)\nz = y^2\n")
    assert "too large for the page" not in page_of(found)
    monkeypatch.setattr("backcalc.marking.foreseen.MOST_MISTAKES", 3)
    text = page_of(found)
    assert "too large for the page to say what went wrong" in text
    assert all(each["wrong"] == [[], [], []] for each in data_of(text)["key"]["asked"])


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
    packed = page._packed({"a\x1b": ["b\u202e", {"c": ("d\x85", 1, None)}]})
    assert json.loads(zlib.decompress(base64.b64decode(packed))) == {"a�": ["b�", {"c": ["d�", 1, None]}]}
