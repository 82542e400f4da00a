"""Texts to feed to the program: valid ones, the same with a few tokens changed, and what the grammar derives by chance.

A text that is all noise dies in the lexer; the faults are behind it. So most inputs are valid ones with one or two
tokens changed for others of their kind, which keeps about half of them valid.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from random import Random

from fuzz.derivations import derived

from backcalc.calculus.load import load
from backcalc.graph.model import Dag
from backcalc.language.tables import FOLDER
from backcalc.rules.primitives import CONSTANTS, PRIMITIVES
from backcalc.text.source import Source

ROOT = Path(FOLDER).parent
SEEDS = Path(__file__).with_name("seeds.txt")

NUMBERS = (
    *("0", "1", "2", "3", "0.5", "-1", "-0.5", "1/3", "0.1", "10", "7", "1.50", ".5", "1e-5", "pi", "e", "inf", "tau"),
    *("1e308", "-1e308", "1e16", "1e200", "1e-200", "-0.0", "1e-320", "5e-324", "100000000000000000000", "1e999"),
)
_WORDS = ("if", "then", "else", "and", "or", "not")
_OPTIONS = ("keepdims", "ddof", "slope", "alpha", "stride", "pad")  # And `axis`.
ALONG = ("sum", "prod", "mean", "max", "min", "norm", "var", "std", "logsumexp")
FUNCTIONS = tuple(name for name in PRIMITIVES if name.isidentifier() and name not in _WORDS)
OF_ONE = tuple(name for name in FUNCTIONS if (row := PRIMITIVES[name][0]).arity == 1 and row.shape == "elementwise")
ALIKE = (
    ("+", "-", "*", "/", "@", "^", "**"),
    ("<", "<=", ">", ">=", "==", "!="),
    ("and", "or"),
    ("input", "const", "output", "given", "adjoint", "claim"),
)
STRANGE = (
    *("(", ")", "[", "]", "{", "}", ",", ";", "\n", "#", "#=", "=", ":", "->", ".T", "'", "^", "..", "nan", "-", "--"),
    *(
        "if",
        "then",
        "else",
        "for",
        "in",
        "not",
        "∂",
        "d(",
        "²",
        "√",
        "½",
        "·",
        "σ",
        "µ",
        "\u200b",
        "\u202e",
        "\x1b[31m",
    ),
    *("🙂", '"', "\\", "%", "axis=0", "grad(", "x[0]", "W[0, 1]", "[1, 2]", "[[1, 2], [3, 4]]", "{k}", "e", "\t", "$"),
    *("keepdims=1", "stride=2", "pad=1", "ddof=1", "[:, 0]", "[1:]", "[[1, 0]]", "for k in 1..2", ":"),
)
_NO_NODES = {
    *FUNCTIONS,
    *_WORDS,
    *_OPTIONS,
    *CONSTANTS,
    *ALIKE[3],
    "def",
    "for",
    "in",
    "grad",
    "d",
    "T",
    "axis",
    "partial",
}
_TOKEN = re.compile(r"\s+|#=?|\d+\.?\d*(?:[eE][+-]?\d+)?|\w+'*|->|\*\*|\.\.|\.T|[<>=!]=|.", re.DOTALL)


@cache
def corpus() -> tuple[str, ...]:
    """Texts of graphs: the samples, what must be rejected, the grammar's examples, and those that once broke things."""
    rejected = [path.read_text("utf-8", "replace") for path in sorted((ROOT / "samples/errors").rglob("*.bg"))]
    right = [
        path.read_text("utf-8")
        for folder in ("samples", "samples/warnings")
        for path in sorted((ROOT / folder).glob("*.bg"))
    ]
    texts = [*rejected, *right * 3]
    blocks = re.split(r"\n(?!// >)", (ROOT / "grammars/graph.lark").read_text("utf-8"))
    examples = ("\n".join(re.findall(r"// > (.*)", block)) for block in blocks)
    seeds = SEEDS.read_text("utf-8").split("\n----\n")
    # Each as often again as it takes for short texts, which are quick and rich, to come often.
    return tuple(text for text in (*texts, *examples, *seeds * 5) if text.strip() and len(text) < 1200)


def tokens(text: str) -> list[str]:
    """`text` cut into numbers, words, signs and white space, which together are the text."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=4)
def graph(text: str) -> Dag | None:
    """The graph that `text` is; None where it is none, may be large, or is a `program`, whose names tell enough."""
    if text.endswith("output L") or len(text) > 2000 or re.search(r"\d{4}", text):
        return None
    try:
        return load(Source("", text))
    except Exception:  # noqa: BLE001  What is wrong with it is found where it is judged.
        return None


def names(text: str) -> list[str]:
    """The nodes of `text`, or its words that may be some."""
    if found := graph(text):
        return list(found.index)
    # Parameters and loop variables are no nodes, nor is the e of 1e5.
    bare = re.sub(r"#.*|^\s*(?:def|for) [^\n{=]*", "", text, flags=re.MULTILINE)
    words = dict.fromkeys(re.findall(r"(?<![\w.])[^\W\d]\w*'*", bare))
    return [word for word in words if word not in _NO_NODES] or ["x"]


def inputs(text: str) -> list[str]:
    """The names of `text` that nothing in it defines."""
    if found := graph(text):
        return list(found.inputs)
    defined = re.findall(r"^\s*(?:const |given )?([^\W\d]\w*'*)\s*=|(?:->|/[d∂]\(?)\s*(\w+)", text, re.MULTILINE)
    heads = {name for pair in defined for name in pair}
    return [name for name in names(text) if name not in heads]


def mutated(rng: Random, text: str) -> str:
    """`text` with one to three tokens or lines changed."""
    parts = tokens(text)
    for _ in range(rng.choice((1, 1, 1, 1, 2))):
        if parts:
            parts = _changed(rng, parts)
    return "".join(parts)


def _changed(rng: Random, parts: list[str]) -> list[str]:
    i = rng.randrange(len(parts))
    how = rng.random()
    if how < 0.8:  # A token by another of its kind, as a rule still a valid text.
        tried = (rng.randrange(len(parts)) for _ in range(9))
        i = next((k for k in tried if _has_kind(parts[k]) and not _is_head(parts, k)), i)
        return [*parts[:i], _alike(rng, parts[i], parts), *parts[i + 1 :]]
    if how < 0.9:
        return "".join(_line_changed(rng, "".join(parts).split("\n"))).splitlines(keepends=True)
    if how < 0.94:
        return parts[:i] + parts[i + 1 :]
    if how < 0.97:
        k = rng.randrange(len(parts))
        parts[i], parts[k] = parts[k], parts[i]
        return parts
    return [*parts[:i], rng.choice(STRANGE), *parts[i:]]


def _has_kind(token: str) -> bool:
    return token[0].isalnum() or any(token in group for group in ALIKE)


def _is_head(parts: list[str], i: int) -> bool:
    """Whether a token is what a line defines: by another name it would mostly be defined twice."""
    behind = "".join(parts[i + 1 : i + 3]).lstrip(" ")[:1]
    return behind == "=" and parts[i][0].isalpha() and (i == 0 or parts[i - 1].endswith("\n"))


def _alike(rng: Random, token: str, parts: list[str]) -> str:
    """Another token that may stand where `token` stands."""
    if token[0].isdigit():
        return rng.choice(NUMBERS)
    if token in PRIMITIVES and token.isidentifier():
        return rng.choice(OF_ONE if token in OF_ONE else FUNCTIONS)
    same = next((group for group in ALIKE if token in group), None)
    if same:
        return rng.choice(same)
    if token[0].isalpha():
        nodes = [each for each in parts if each[0].isalpha() and each not in _NO_NODES]
        return rng.choice([*nodes * 4, "[1, 2]", "2", "x"])
    return rng.choice(STRANGE)


def _line_changed(rng: Random, lines: list[str]) -> list[str]:
    i, how = rng.randrange(len(lines)), rng.random()
    if how < 0.3:
        lines.insert(rng.randrange(len(lines) + 1), lines[i])
    elif how < 0.5:
        del lines[i]
    elif how < 0.7:
        k = rng.randrange(len(lines))
        lines[i], lines[k] = lines[k], lines[i]
    else:
        lines.insert(i, rng.choice(rng.choice(corpus()).split("\n")))
    return [line + "\n" for line in lines]


# ---- Programs made of nothing ----------------------------------------------------------------------------------------

_SCALAR = (
    *(
        "{a} + {b}",
        "{a} - {b}",
        "{a}*{b}",
        "{a}/{b}",
        "{a}^{b}",
        "-{a}^2",
        "{f}({a})",
        "{f}({a})*{b}",
        "atan2({a}, {b})",
    ),
    *("if {a} < {b} then {c} else {f}({a})", "where({a} >= {b}, {c}, {a})", "max({a}, {b}, {n})", "min({a}, {n})"),
    *("sum({v})", "{v} @ {v}", "{v}[{i}]", "{m}[{i}, 0]", "norm({v})", "mean({m})", "dot({v}, {v})", "grad({a}, {x})"),
    *("sum(softmax({v}))", "logsumexp({v})", "cross_entropy(softmax({v}), {v})", "mse({v}, {v})", "({a} + {n})^2"),
    *("grad(grad({a}, {x}), {x})", "prod({v})", "sin({a})^2", "sqrt({a})", "log({a})", "{a}"),
    *("{r}({v})", "{r}({m})", "{r}({m}, axis={i})[{i}]", "std({v}, ddof={i})", "sum({m}[:, {i}])", "sum({v}[{i}:])"),
    *("leaky_relu({a}, slope={n})", "elu({a}, alpha={n})", "det({m})", "trace({m})", "sum({a}*k for k in 1..3)"),
    *(
        "clip({a}, {n}, {b})",
        "mean({m}[{i}, k]^2 for k in 0..1)",
        "sum(conv({m}, {m}, pad=1))",
        "sum({v}*onehot({i}, 2))",
    ),
)
_VECTOR = (
    *(
        "{v} + {v}",
        "{v}*{a}",
        "{m} @ {v}",
        "{f}({v})",
        "relu({m} @ {v} + {v})",
        "softmax({v})",
        "[{a}, {b}]",
        "{v}/{v}",
    ),
    *("{m}.T @ {v}", "concat({v}, {v})[0]*{v}", "{v}^{a}", "diag({m})", "where({v} > 0, {v}, {a})", "max({v}, {a})"),
    *("{m}[1]", "{m}[{i}]", "{v}", "log_softmax({v})", "grad({a}, {p})", "sqrt({v})", "if {a} > 0 then {v} else {v}"),
    *("{r}({m}, axis={i})", "softmax_cross_entropy({m}, {m}, axis={i})", "cross_entropy({m}, {m}, axis={i})"),
    *("{m}[:, {i}]", "{m}[{i}, :]", "{v}[[1, {i}]]", "flatten({m})[1:3]", "[{a}*k for k in 1..2]", "{v}[-2:]"),
    *("conv({v}, {v}, pad=1)[{i}:2]", "conv({v}, [{a}])", "maxpool(concat({v}, {v}), 2)", "avgpool({v}, 1)"),
)
_MATRIX = (
    *("{m} @ {m}", "{m} + {m}", "outer({v}, {v})", "diag({v})", "{m}.T", "{f}({m})", "{m}*{a}", "exp({m})/2"),
    *(
        "softmax({m}, axis={i})",
        "log_softmax({m}, axis={i})",
        "{m} - {r}({m}, axis={i}, keepdims=1)",
        "{m}/{r}({m}, axis=0)",
    ),
    *("{r}({m}, axis=1, keepdims=1) @ {r}({m}, axis=0, keepdims=1)", "{m} + {v}", "[{v}, {v}]", "{m}[[1, {i}]]"),
    *("conv({m}, {m}, pad=1)[:2, {i}:]", "conv({m}, [[{a}]], stride=1)", "avgpool(conv({m}, {m}, pad=2), 2)"),
    *("maxpool({m}, 1)", "reshape({v}, 2, 1)*{v}", "inv({m})", "eye(2)*{a}", "where({m} > {a}, {m}, -inf)"),
    "reshape(flatten({m}), 2, 2)",
)
_EDGES = (
    "{u} -> {w} : {n}",
    "{u} {w} {n}",
    "d({w})/d({u}) = {n}",
    "∂{w}/∂{u} = {n}",
    "{u} -> {w} : {a}*{n}",
    "{u},{w},{n}",
)


def program(rng: Random) -> str:
    """A program that is right in most cases: numbers, vectors of two, 2×2 matrices, edges."""
    kinds = {"a": ["x"], "v": ["p"], "m": ["W"]}
    lines = ["input x" + rng.choice(("", " = 1", " = 0", " = -2.5"))]
    lines += [rng.choice(("p = [1, -2]", "input p = [0, 3]", "input p[2]", "input p = [0.5, 1]"))]
    lines += [rng.choice(("W = [[1, 2], [3, 4]]", "input W[2,2]", "input W = [[1, 0], [0, 2]]"))]
    for i in range(rng.randint(1, 7)):
        kind = rng.choice("aaaavvm")
        lines.append(f"{kind}{i} = {_filled(rng, {'a': _SCALAR, 'v': _VECTOR, 'm': _MATRIX}[kind], kinds)}")
        kinds[kind].append(f"{kind}{i}")
    for i in range(rng.choice((0, 0, 0, 1, 3))):
        tail = rng.choice(["u0", *(f"u{k}" for k in range(i + 1)), rng.choice(kinds["a"])])
        edge = rng.choice(_EDGES).replace("{u}", tail).replace("{w}", f"u{i + 1}")
        lines.append(_filled(rng, (edge,), kinds))
    if rng.random() < 0.9:
        forms = _SCALAR if rng.random() < 0.9 else (*_VECTOR, *_MATRIX)
        lines.append(f"L = {_filled(rng, forms, kinds)}")
        lines.append("output L")
    # A loss outside is stated where there is none inside.
    kind = rng.choice(("#=", "#=", "given") if lines[-1] == "output L" and rng.random() < 0.9 else ("adjoint",))
    lines += [f"{kind} {rng.choice(kinds['a'])} = {rng.choice(NUMBERS)}"] * (rng.random() < 0.15)
    return "\n".join(lines)


def _filled(rng: Random, forms: tuple[str, ...], kinds: dict[str, list[str]]) -> str:
    def word(found: re.Match[str]) -> str:
        kind = found[1]
        if kind in kinds:
            return rng.choice(kinds[kind][-3:])
        if kind in "xp":
            return rng.choice(kinds[{"x": "a", "p": "v"}[kind]])
        if kind in "bc":
            return rng.choice((*kinds["a"], rng.choice(NUMBERS)))
        return rng.choice(
            {"f": OF_ONE, "n": NUMBERS[:-1] if rng.random() < 0.95 else NUMBERS, "i": ("0", "1"), "r": ALONG}[kind]
        )

    return re.sub(r"\{(\w)\}", word, rng.choice(forms))


def text(rng: Random) -> str:
    """The text of a graph, valid in about two of three cases: the command line may be wrong as well."""
    how = rng.random()
    if how < 0.1:
        return rng.choice(corpus())
    if how < 0.3:
        return mutated(rng, rng.choice(corpus()))
    if how < 0.75:
        return program(rng)
    if how < 0.98:
        return mutated(rng, program(rng))
    return "\n".join(derived(rng) for _ in range(rng.randint(1, 4)))
