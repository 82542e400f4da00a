"""The page in a browser: it steps, lights paths, marks as `check` does, asks for nothing and complains of nothing."""

import random
import re
from contextlib import contextmanager

import numpy as np
import pytest
from browser import Visit, evaluated, launched, printed

from backcalc.analysis.samples import sample
from backcalc.calculus.load import load
from backcalc.calculus.point import read_point
from backcalc.calculus.run import run
from backcalc.marking.foreseen import asked, foresee
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.render.page.page import Page, lines
from backcalc.rules.values import shape_of
from backcalc.text.source import Source

POINTS = {"lattice": "x=1", "network-a": "", "neuron": "w=0.5,x=2,b=-1,z=1", "vectors": "", "unit": ""}
WIDE, PHONE = (1200, 800), (390, 800)


@pytest.fixture(scope="module")
def browser():
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A page's file, written once."""
    done = {}

    def write(name, **more):
        key = (name, *more.items())
        if key not in done:
            done[key] = tmp_path_factory.mktemp("page") / f"{name}.html"
            done[key].write_text("\n".join(lines(Page(run_of(name), f"{name}.bg", **more))), encoding="utf-8")
        return done[key]

    return write


def run_of(name):
    graph = load(Source(name, sample(name).text))
    return run(graph, read_point([POINTS[name]] if POINTS.get(name) else []))


@contextmanager
def visit(browser, path, size=WIDE, scheme="light"):
    context = browser.new_context(viewport=dict(zip(("width", "height"), size, strict=True)), color_scheme=scheme)
    try:
        yield Visit(context.new_page(), path)
    finally:
        context.close()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_lattice_is_stepped_through_to_its_end_by_keys(browser, written, size):
    with visit(browser, written("lattice"), size) as it:
        assert it.shown(".value") == it.shown(".adjoint") == it.shown("#steps li") == []
        seen = []
        for step in range(1, 25):
            it.page.keyboard.press("ArrowRight")
            assert it.where().startswith(f"Step {step} of 24: ")
            (told,) = it.shown("#steps li")
            seen.append(told)
        assert "t1=sin(x)" in seen[1].replace(" ", "")
        last = "∂o∂x=∂o∂t1·∂t1∂x+∂o∂b1·∂b1∂x=(0.229724)(0.540302)+(0.229724)(−0.841471)=−0.0691857"
        assert seen[-1].replace(" ", "").startswith(last)
        assert len(it.shown(".adjoint")) == 12
        assert "∂o/∂x = -0.069" in " ".join(it.shown(".adjoint"))
        it.page.keyboard.press("ArrowRight")
        assert it.where().startswith("Step 24 of 24")
        it.page.keyboard.press("Home")
        assert it.shown(".adjoint") == []
        assert it.is_quiet


def test_the_slider_and_the_buttons_step_too(browser, written):
    with visit(browser, written("network-a")) as it:
        assert it.page.locator("#back").is_disabled()
        it.page.locator("#on").click()
        assert it.where().startswith("Step 1 of")
        it.page.locator("#at").focus()
        it.page.keyboard.press("End")
        assert it.page.locator("#on").is_disabled()
        it.page.locator("#back").click()
        last = it.page.locator("#at").get_attribute("max")
        assert it.where().startswith(f"Step {int(last) - 1} of {last}")
        assert it.is_quiet


def test_what_a_step_uses_is_lit(browser, written):
    with visit(browser, written("network-a")) as it:
        names = it.page.eval_on_selector_all(".wide .node", "all => all.map(g => g.querySelector('.name').textContent)")
        it.page.evaluate("() => document.getElementById('at').focus()")
        for _ in range(30):
            if "∂L/∂u3" in it.where():
                break
            it.page.locator("#on").click()
        lit = it.page.eval_on_selector_all(".wide .edge.lit", "all => all.map(g => [+g.dataset.tail, +g.dataset.head])")
        assert {(names[tail], names[head]) for tail, head in lit} == {("u3", "v2"), ("u3", "v3")}


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_a_node_lights_the_paths_through_it_and_tells_its_sum(browser, written, how):
    with visit(browser, written("lattice")) as it:
        node = it.page.locator(".tall .node", has_text="t3 = ")
        getattr(node, how)()
        told = it.page.locator("#sum").text_content()
        # 4 ways from x to t3 (through t2 or b2, each from t1 or b1), 4 from there to o.
        assert told.startswith("16 paths lead through t3 to the output.")
        assert "0.5449" not in told
        lit = it.page.locator(".tall .edge.lit").count()
        assert lit == 2 + 4 + 2 + 2 + 4 + 2
        assert "lit" in node.get_attribute("class")
        it.page.keyboard.press("End")
        it.page.locator("#at").hover()
        it.page.locator("#at").focus()
        getattr(node, how)()
        assert "0.544964" in it.page.locator("#sum").text_content()
        assert it.is_quiet


def test_right_and_wrong_answers_are_told_apart(browser, written):
    with visit(browser, written("lattice")) as it:
        assert it.answer("∂o/∂x", "-0.0692").startswith("✓ ∂o/∂x = -0.0692: right")
        assert it.answer("∂o/∂x", "0.0692").startswith("✗ ∂o/∂x = 0.0692: wrong: the sign of ∂o/∂x is wrong")
        assert "(1 of 23 right so far)" in it.answer("t1", "0,8415")
        assert it.answer("t1", "sin(x)").startswith("✓ t1 = sin(x): right: at this point")
        assert "backcalc check GRAPH 't1 = …' reads more" in it.answer("t1", "sin(q)")
        assert "could be 1234 or 1.234" in it.answer("t1", "1,234")
        assert it.is_quiet


def test_enter_on_a_node_asks_for_it(browser, written):
    with visit(browser, written("lattice")) as it:
        it.page.keyboard.press("End")
        it.page.locator(".tall .node", has_text="b4 = ").focus()
        it.page.keyboard.press("Enter")
        assert it.page.evaluate("() => document.activeElement.name") == "text"
        it.page.keyboard.type("-0.768")
        it.page.keyboard.press("Enter")
        assert it.page.locator("form output").text_content().startswith("✓ ∂o/∂b4 = -0.768: right")


def test_without_answers_they_are_gathered_for_check(browser, written):
    with visit(browser, written("lattice", has_answers=False)) as it:
        it.answer("∂o/∂x", "-0.07")
        it.answer("t1", "0.84")
        assert it.page.locator("#sheet").input_value() == "do/dx = -0.07\nt1 = 0.84"
        it.page.keyboard.press("Tab")
        it.page.locator("#at").focus()
        it.page.keyboard.press("End")
        assert it.shown(".adjoint") == []
        assert not re.search(r"\d\.\d", " ".join(it.shown("#steps li")))
        assert it.is_quiet


# ---- As `check` ------------------------------------------------------------------------------------------------------


def numbers_for(each, rng):
    """Answers to one question: right ones, roundings, near misses, what mistakes lead to, zeros, quotients."""
    truth, mistakes = float(each.expected), [wrong.value for wrong in each.mistakes]
    bases = [truth, -truth, truth * 1.01, truth + 0.001, *rng.sample(mistakes, min(4, len(mistakes)))]
    for base in bases:
        digits = rng.choice([1, 2, 3, 4, 6, 8])
        yield f"{base:.{digits}g}"
        yield f"{base:.{digits}f}"
    yield from rng.sample(("0", "0.0", "0.00", "1/3", "-2/7", "0.5/0.25", "1", "2.5e-3", "71 %", "1.5·10^-2"), 3)
    yield f"{truth:.5g}".replace(".", ",")
    yield from ("1 - 1", "0/5")  # Zeros that are worked out.
    # A sum with a zero in it, and powers of ten, of which a quotient before them takes no part.
    yield from (
        f"{truth:.3g} + 0.0",
        f"{500 * truth:.4g}/5*10^-2",
        f"{100 * truth:.3g}/10^2",
        f"{truth:.3g}*10^(1 - 1)",
    )


MARK = "([place, texts]) => texts.map((text) => backcalc.mark(place, text))"


def verdict(key, name, text):
    source = Source("answers", f"{name} = {text}")
    answers, errors = read_answers(source)
    assert not errors
    (mark,), _ = key.mark(source, answers)
    told = mark.note or (mark.diagnosis.text if mark.diagnosis else "")
    return mark.verdict, told


@pytest.mark.parametrize("name", ["lattice", "network-a", "neuron", "unit"])
def test_answers_are_marked_as_check_marks_each_by_itself(browser, written, name):
    found, rng = run_of(name), random.Random(name)
    key, differing, count = Key(found), [], 0
    with visit(browser, written(name)) as it:
        for place, each in enumerate(foresee(found)):
            texts = list(numbers_for(each, rng))
            for text, mark in zip(texts, it.page.evaluate(MARK, [place, texts]), strict=True):
                count += 1
                expected = verdict(key, each.name, text)
                if (mark["verdict"], mark["text"]) != expected:
                    differing.append((each.name, text, each.expected, mark, expected))
    assert count > 100
    assert not differing, (len(differing), count, differing[:5])


# By sample and question: formulas that are right at every point, and that are wrong at this one.
FORMULAS = {
    "lattice": {
        "t1": (["sin(x)", "-(-sin(x))"], ["cos(x)", "sin(x) + 1e-5", "-sin(x)"]),
        # A formula is true or not: no digit of it is off by one.
        "do/dt5": (["b5", "1*b5", "do/do·b5", "b5**1", "0.3404*t1/t1"], ["t5", "b5^2", "b5 + t5", "0.3405*t1/t1"]),
        "do/dx": (
            ["do/dt1*cos(x) - do/db1*sin(x)", "−∂o/∂b1*t1 + (b1)*∂o/∂t1", "b1/(1/do/dt1)-(t1*do/db1)"],
            ["do/dt1*cos(x) + do/db1*sin(x)", "do/dt1*cos(x)", "cos(x)*-sin(x)"],
        ),
    },
    "neuron": {
        "dJ/dw": (["(y - z)*y*(1 - y)*x", "dJ/dy * y*(1 - y)*x", "-dJ/dz*σ(v)*(1-sigmoid(w*x + b))*x"], ["y - z"]),
        "J": (["1/2*(y - z)^2"], ["(y - z)^2", "-(y-z)^2/2"]),
    },
    "network-a": {"dL/do": (["-1/o", "-1/0.1", "-o^-1"], ["1/o", "-1/o^2"]), "dL/dx2": (["11*-dL/do"], ["dL/dx1"])},
    "unit": {"dL/dz": (["log(1 - y) - ln(y)", "-log(y/(1-y))"], ["ln(y)"])},
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_are_marked_at_the_point_as_check_marks_them_everywhere(browser, written, name):
    key, places = Key(run_of(name)), {each.name: i for i, each in enumerate(asked(run_of(name)))}
    with visit(browser, written(name)) as it:
        for question, (right, wrong) in FORMULAS[name].items():
            marks = it.page.evaluate(MARK, [places[question], right + wrong])
            for text, mark in zip(right + wrong, marks, strict=True):
                assert mark["verdict"] == verdict(key, question, text)[0] == ("right" if text in right else "wrong"), (
                    text
                )


def test_of_a_formula_that_is_right_at_this_point_alone_it_says_no_more(browser, written):
    """The sine of 1 is positive, that of -1 is not this root."""
    with visit(browser, written("lattice")) as it:
        assert it.answer("t1", "√(1 - cos(x)²)").startswith("✓ t1 = √(1 - cos(x)²): right: at this point")


@pytest.mark.parametrize(
    "text",
    [
        "sin(",
        "x x",
        "x(2)",
        "sin",
        "do/dx",
        "2 +",
        "(x",
        "x)",
        "q",
        "__proto__",
        "constructor(1)",
        "[sin, 1]",
        "1/(x - x)",
    ],
)
def test_what_is_no_formula_is_told_so(browser, written, text):
    with visit(browser, written("lattice")) as it:
        assert it.answer("∂o/∂x", text).startswith("? ")
        assert it.is_quiet


def test_a_function_of_the_files_own_is_not_taken_for_the_tables(browser, tmp_path):
    found = run(load(Source("g", "def tanh(x) = 2*x\ninput x = 1.25\ny = tanh(x)\nz = y*y\n")), {})
    path = tmp_path / "own.html"
    path.write_text("\n".join(lines(Page(found, "own.bg"))), encoding="utf-8")
    with visit(browser, path) as it:
        assert "tanh is not known here" in it.answer("y", "tanh(x)")
        assert it.answer("y", "2*x").startswith("✓")


def test_arrays_are_marked_too(browser, written):
    found = run_of("vectors")
    key, foreseen = Key(found), foresee(found)
    with visit(browser, written("vectors")) as it:
        questions = asked(found)
        assert {bool(shape_of(each.expected)) for each in questions} == {True, False}
        for place, each in enumerate(questions):
            # An element has a mistake of its own.
            values = [
                np.asarray(each.expected),
                -np.asarray(each.expected),
                *[w.value for w in foreseen[place].mistakes[:3]],
            ]
            texts = [str(np.asarray(value).tolist()) for value in values]
            told = [(mark["verdict"], mark["text"]) for mark in it.page.evaluate(MARK, [place, texts])]
            assert told == [verdict(key, each.name, text) for text in texts]


def lists_of(numbers):
    """A vector as people write it."""
    texts = [f"{number:g}" for number in numbers]
    yield from (f"({', '.join(texts)})", f"[{'; '.join(texts)}]", f"[{', '.join(texts)}].", f"[{' '.join(texts)}]")
    yield from (
        f"[[{', '.join(texts)}]]",
        f"[[{'], ['.join(texts)}]]",
        f"[{', '.join(f'{text} + 1 - 1' for text in texts)}]",
    )
    yield f"[{', '.join(f'{text},0' for text in texts)}]"  # Decimal commas, for only so the length is right.
    yield f"[{', '.join('0' for _ in texts)}]"


def test_vectors_are_read_as_check_reads_them(browser, written):
    found = run_of("vectors")
    key = Key(found)
    with visit(browser, written("vectors")) as it:
        places = [i for i, each in enumerate(asked(found)) if len(shape_of(each.expected)) == 1]
        for place in places:
            each = asked(found)[place]
            texts = list(lists_of(each.expected))
            told = [(mark["verdict"], mark["text"]) for mark in it.page.evaluate(MARK, [place, texts])]
            assert told == [verdict(key, each.name, text) for text in texts]
            assert [mark for mark, _ in told] == ["right"] * (len(texts) - 1) + ["wrong"]


@pytest.mark.parametrize(
    ("text", "told"), [("1,000/2", "1,000 could be 1000 or 1.000"), ("1e400", "is not known here")]
)
def test_what_check_does_not_read_is_not_marked(browser, written, text, told):
    with visit(browser, written("lattice")) as it:
        answer = it.answer("∂o/∂x", text)
        assert answer.startswith("? ")
        assert told in answer


# ---- For everybody ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("more", [{}, {"has_answers": False}])
def test_axe_finds_nothing(browser, written, size, scheme, more):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    with visit(browser, written("lattice", **more), size, scheme) as it:
        for key in ("Home", "End"):
            it.page.locator("#at").focus()
            it.page.keyboard.press(key)
            found = axe.Axe().run(it.page).response["violations"]
            assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("size", [WIDE, PHONE, (320, 600)])
def test_no_screen_has_to_be_moved_sideways(browser, written, size):
    with visit(browser, written("lattice"), size) as it:
        it.page.keyboard.press("End")
        assert it.page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_shows_every_step_and_every_number_dark_on_light(browser, written, scheme):
    with visit(browser, written("lattice"), scheme=scheme) as it:
        it.page.emulate_media(media="print")
        colour = "css => getComputedStyle(document.querySelector(css))"
        assert it.page.evaluate(f"({colour})('h1').color") == "rgb(27, 31, 36)"
        assert it.page.evaluate(f"({colour})('.tall .value').fill") == "rgb(27, 31, 36)"
        assert len(it.shown("#steps li")) == 24
        assert len(it.shown(".tall .adjoint")) == 12
        assert it.shown("form") == it.shown("#bar") == []


def test_a_hostile_name_runs_nothing(browser, tmp_path):
    found = run(load(Source("g", "input x = 1\ny = sin(x) # </script><script>alert(1)</script>\n")), {})
    name = "\"><img src=x onerror=alert(1)>'</title></script><script>alert(2)</script>"
    path = tmp_path / "page.html"
    path.write_text("\n".join(lines(Page(found, name, [name], made_by=name))), encoding="utf-8")
    with visit(browser, path) as it:
        it.page.keyboard.press("End")
        assert it.page.locator("h1").text_content() == name
        assert it.page.locator("img").count() == 0
        assert it.is_quiet


# ---- Where it does not fit -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def long_page(tmp_path_factory):
    """Forty nodes in a row, and fifteen rows side by side: no screen has room for them."""
    edges = [f"x{i}_{k} -> x{i}_{k + 1} : 2" for i in range(15) for k in range(40)]
    text = "\n".join([*edges, *(f"x{i}_40 -> L : 3" for i in range(15))])
    path = tmp_path_factory.mktemp("long") / "long.html"
    path.write_text("\n".join(lines(Page(run(load(Source("g", text)), {}), "long.bg"))), encoding="utf-8")
    return path


STEPPED = """() => {
  const graph = document.getElementById("graph").getBoundingClientRect();
  const at = document.getElementById("at");
  return [300, 450, 600, 750, 900, 1050].map((step) => {
    at.value = step;
    at.dispatchEvent(new Event("input"));
    const shown = [...document.querySelectorAll(".active")].find((each) => each.getClientRects().length);
    const box = shown.getBoundingClientRect();
    const scroller = document.getElementById("graph");
    const most = scroller.scrollWidth - scroller.clientWidth;
    return {
      off: (box.left + box.right) / 2 - (graph.left + graph.right) / 2,
      seen: box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight,
      room: Math.min(scroller.scrollLeft, most - scroller.scrollLeft), most };
  });
}"""


def test_in_a_picture_larger_than_the_screen_the_active_node_stands_in_the_middle(long_page):
    found = evaluated(long_page, STEPPED, WIDE)
    assert found[0]["most"] > 5000
    for each in found:
        assert each["seen"]
        # Near an end there is nothing more to move to.
        assert abs(each["off"]) < 5 or each["room"] < 1
    assert sum(each["room"] > 1 for each in found) >= 3


def test_print_shrinks_a_picture_larger_than_the_paper(long_page, tmp_path):
    text = printed(long_page, tmp_path / "page.pdf")
    picture = text.split("Forward pass")[0]
    assert {f"x{i}_{k}" for i in range(15) for k in range(41)} <= {*re.findall(r"x\d+_\d+", picture)}


MOVED = """() => [...Array(+document.getElementById("at").max)].map(() => {
  document.getElementById("on").click();
  const [root, steps] = [document.documentElement, document.getElementById("steps")];
  const lines = [...document.querySelectorAll("li.now p")];
  return {
    aside: [root, steps].map((each) => each.scrollWidth - each.clientWidth),
    wide: lines.filter((each) => each.scrollWidth > each.clientWidth).length,
    byKeys: lines.filter((each) => each.tabIndex === 0).length,
    cut: Math.max(...lines.map((each) => each.scrollHeight - each.clientHeight)) };
})"""


def test_on_a_phone_a_line_that_is_too_long_moves_in_its_own_box(written):
    """Of attention the matrices: neither the page nor the box of the steps is moved by them."""
    found = evaluated(written("attention"), MOVED, PHONE)
    assert sum(each["wide"] for each in found) > 3
    for each in found:
        assert each["aside"] == [0, 0]
        assert each["byKeys"] == each["wide"]
        assert each["cut"] <= 0
    assert not any(each["wide"] for each in evaluated(written("lattice"), MOVED, WIDE))


def test_the_form_is_not_there_before_the_script_is(written):
    """A form is laid out by its own rule, which went before `hidden`."""
    hides = "() => { answer.hidden = true; return getComputedStyle(answer).display }"
    assert evaluated(written("lattice"), hides, WIDE) == "none"
