"""The table of mistakes: one row is one misconception, as a single change to the sweep or to a rule.

A row's columns:

    where    what is changed: ANSWER or VALUE, a derivative or a value as it was written down; SUM, the adjoint of a
             node; TERM, the contribution of a user to it; SEVERAL, those of several users; PASSED, the contribution of
             a user whose own sum was not complete; STEP, that of any operation to its argument; EACH, that of a
             function wherever it stands; SLOPE, the local partial of a function, taken at another node of that
             function; FACTOR, that of a product, whose factor is another node's value; PATH, all paths but one;
             QUADRATIC, what a form xᵀA x hands to x; OUTPUT, whose derivative it is, where another's is asked; ELEMENT,
             which one of an array it is; or the name of a primitive, whose local partial or value is wrong,
             a partial at one place or wherever it is taken
    change   what stands in its place, as text in the language. In a sum `a` is the adjoint, `v` the node's value,
             `product` that of the terms. In a term and a step `c` is the contribution, `p` the local partial, `ct` the
             adjoint of the user, `y` its value; `t` is what is missing, or too much, or all that is there. Of what was
             written down `t` is the true one, `other` that of another node, `a` the derivative by the node. Of a slope
             `p` is the one elsewhere, of a factor `other` the other one. In a partial or a value of a primitive
             the names are those of its row; of several parameters, `;` parts the partials, and an empty one is right
    kind     what the contract calls it
    weight   how large a change it is: of two that give the same number, the lighter is the likelier
    hint     what to look at, without a number
    text     what went wrong, with the student's own arithmetic; `{node}` is where, `{user}` the user, `{fn}` the
             primitive, `{dropped}` the argument that is left out, `{d}` and `{du}` the derivatives by node and user,
             `{local}` that of the user by the node; the rest is told in `diagnose`
    value    for a primitive, whether the wrong text is its value; its partials are then the others that are given
    at_once  the name of what goes wrong at once wherever it can, such as a calculator that counts in degrees
    ranks    for a primitive, the ranks of its arguments, where others have another row
    of_count whether it is made only where a sum is divided by the number of its summands
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from backcalc.rules.row import Primitive

MistakeKind = Literal[
    "sign",
    "missing-term",
    "missing-factor",
    "rule",
    "value",
    "product",
    "degrees",
    "other-node",
    "transpose",
    "shape",
    "formula",
]


@dataclass(frozen=True)
class Mistake:
    """One row of the table; the columns are told above."""

    where: str
    change: str
    kind: MistakeKind
    weight: int
    hint: str
    text: str
    value: str = ""
    at_once: str = ""
    ranks: tuple[int, ...] = ()
    of_count: bool = False

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """Of a primitive: the wrong local partial for each argument, empty where that is right."""
        return tuple(text.strip() for text in self.change.split(";"))

    def is_made_with(self, row: Primitive) -> bool:
        """Whether it is one in the local partials or the value of a primitive."""
        if row.chosen:  # The texts are of all elements.
            return False
        return self.where == row.symbol and (not self.ranks or self.ranks in row.ranks)

    @property
    def misconception(self) -> tuple[str, str] | None:
        """What one has learnt wrongly, without the place where it shows; None of a slip, which is made anew each time.

        Who repeats a misconception is not punished again.
        """
        if self.at_once:
            return self.at_once, ""  # Degrees in sin and degrees in cos are one.
        # What a form xᵀA x hands to x is a rule as well, though of no primitive.
        is_rule = self.where not in PLACES or self.where == QUADRATIC
        return (self.where, self.change or self.value) if is_rule else None


# No primitive goes by such a name.
ANSWER, VALUE, SUM, TERM, STEP, EACH = "the answer", "the value", "the sum", "a term", "a step", "each step"
SEVERAL, PASSED, SLOPE, FACTOR, PATH = "several terms", "a term too early", "a slope", "a factor", "one path"
QUADRATIC, OUTPUT, ELEMENT = "a quadratic form", "the output", "an element"
PLACES = (ANSWER, VALUE, SUM, TERM, STEP, EACH, SEVERAL, PASSED, SLOPE, FACTOR, PATH, QUADRATIC, OUTPUT, ELEMENT)
"""All that are no primitives."""

_SIGN_HINT = "look at the sign"
_FACTOR_HINT = "is there a factor too many, or too few?"
_RULE_HINT = "look up the derivative of {fn}"


def _rule(
    fn: str,
    change: str,
    text: str,
    kind: MistakeKind = "rule",
    ranks: tuple[int, ...] = (),
    *,
    at_once: str = "",
    of_count: bool = False,
) -> Mistake:
    """A wrong derivative of a primitive; `at_once` names what a wrong value of it comes from as well."""
    return Mistake(fn, change, kind, 2, _RULE_HINT, f"{{at}}{text}", at_once=at_once, ranks=ranks, of_count=of_count)


def _value(
    fn: str,
    value: str,
    text: str,
    change: str = "",
    kind: MistakeKind = "rule",
    at_once: str = "",
    ranks: tuple[int, ...] = (),
    *,
    of_count: bool = False,
) -> Mistake:
    """A wrong value of a primitive, with the partials that go with it where they are wrong too."""
    hint = "go through the forward pass again: look at {fn}"
    # What goes wrong at once everywhere, as degrees do, is likelier than one function taken for another.
    return Mistake(fn, change, kind, 2 if at_once else 3, hint, f"{{at}}{text}", value, at_once, ranks, of_count)


_DEGREES = "{fn} was taken in degrees; the argument is in radians"
_LOG10 = "log is the natural logarithm, not that to base 10"

_COUNT = "the mean divides by the number of elements, not by one less"
_QUADRATIC = "the derivative of xᵀA x is (A + Aᵀ)x; "
_ONE_SUMMAND = "of the product rule only one summand is there"

MISTAKES = (
    # What is written down, of a derivative and of a value
    Mistake(ANSWER, "t.T", "transpose", 1, "look at rows and columns", "this is the transpose"),
    # Another node's number may be met by chance, so it weighs more than any slip that explains the answer.
    Mistake(ANSWER, "other", "other-node", 4, "whose derivative is this?", "this is {du}, not {d}"),
    Mistake(OUTPUT, "t", "other-node", 3, "of what is this the derivative?",
            "this is {whole}; the derivative of {of} is asked"),
    # Indices of print begin with 1. Elements are many and may be equal, so these weigh as another node's number does.
    Mistake(ELEMENT, "before", "other-node", 4, "which element is this?", "this is {element}; indices begin with 0"),
    Mistake(ELEMENT, "swapped", "transpose", 4, "look at rows and columns",
            "this is {element}; the first index is that of the row"),
    Mistake(VALUE, "-t", "sign", 1, _SIGN_HINT, "the sign of {node} is wrong"),
    Mistake(VALUE, "other", "other-node", 4, "whose value is this?", "this is the value of {user}, not of {node}"),
    Mistake(VALUE, "a", "value", 3, "is a derivative written in place of a value?",
            "this is {d}, not the value of {node}"),
    # The sum over the users of a node
    Mistake(SUM, "-a", "sign", 1, _SIGN_HINT, "the sign of {d} is wrong"),
    Mistake(TERM, "0", "missing-term", 1, "a path is missing: which nodes use {node}?",
            "{rest}the path through {user}{term} is missing"),
    Mistake(TERM, "2*c - a", "missing-term", 3, "paths are missing: which nodes use {node}?",  # The sum is c then.
            "of the sum for {d} only the path through {user} is there"),
    Mistake(SEVERAL, "a - t", "missing-term", 3, "paths are missing: which nodes use {node}?",
            "of the sum for {d} the paths through {others} are missing"),
    Mistake(PASSED, "c - t", "missing-term", 3, "was a derivative complete when it was passed on?",
            "{within}{du} is passed on to {node} before the path through {others} is in it"),
    Mistake(PASSED, "c + t", "missing-term", 3, "was a derivative passed on twice?",
            "{within}{du} is passed on to {node} twice, the path through {others} with it"),
    Mistake(PATH, "t", "missing-term", 4, "paths are missing: which ways lead from {node} to the output?",
            "only one path from {node} is followed, through {others}; {d} is the sum over all of them"),
    Mistake(SUM, "product", "product", 2, "the paths from {node}: are their products added?",
            "the terms of {d} are multiplied; they are to be added"),
    Mistake(TERM, "-c", "sign", 2, _SIGN_HINT, "{within}the sign of the path through {user}{term} is wrong"),
    # The factors of the chain
    Mistake(TERM, "ct", "missing-factor", 2, "the chain rule: is a factor missing?",
            "{within}the factor {local}{partial} is left out"),
    Mistake(TERM, "p", "missing-factor", 2, "the chain rule: is a factor missing?",
            "{within}the factor {du}{adjoint} is left out"),
    Mistake(SUM, "1", "missing-factor", 2, "does the chain begin at the output?",
            "{d} is taken as 1; it is {a}"),
    Mistake(TERM, "y*ct", "value", 3, "is a value written in place of a derivative?",
            "{within}the value of {user} stands in place of {local}"),
    Mistake(SUM, "v", "value", 2, "is a value written in place of a derivative?",
            "the value of {node} stands in place of {d}"),
    # A factor 2 comes of many things: this is told where nothing else fits.
    Mistake(SUM, "2*a", "missing-factor", 6, _FACTOR_HINT, "{d} is doubled: a factor 2 is too many"),
    Mistake(SUM, "a/2", "missing-factor", 6, _FACTOR_HINT, "{d} is halved: a factor 2 is missing"),
    Mistake(STEP, "-c", "sign", 3, _SIGN_HINT, "a sign is wrong in the derivative of {node}"),
    Mistake(STEP, "ct", "missing-factor", 3, "the chain rule: is a factor missing?",
            "{lost}"),
    Mistake(EACH, "ct", "missing-factor", 3, "the chain rule: is a factor missing?",
            "the derivative of {fn} is left out of the chain"),
    Mistake(SLOPE, "p", "rule", 3, "at which node is the slope taken?", "{at}{slope}"),
    Mistake(FACTOR, "other", "other-node", 6, "which node is the factor?",
            "{within}{user} stands in place of the factor {others}"),
    Mistake(QUADRATIC, "2*ct*(A @ x)", "rule", 2, "x stands in the form twice",
            f"{{at}}{_QUADRATIC}2 A x it is only where A is symmetric"),
    Mistake(QUADRATIC, "2*ct*(A.T @ x)", "rule", 3, "x stands in the form twice",
            f"{{at}}{_QUADRATIC}2 Aᵀx it is only where A is symmetric"),
    # Rules of derivatives
    _rule("sin", "-cos(x)", "the derivative of sin is cos, not −cos", "sign"),
    _rule("sin", "sin(x)", "the derivative of sin is cos, not sin"),
    _rule("sin", "-sin(x)", "the derivative of sin is cos, not −sin"),
    _rule("cos", "sin(x)", "the derivative of cos is −sin, not sin", "sign"),
    _rule("cos", "cos(x)", "the derivative of cos is −sin, not cos"),
    _rule("cos", "-cos(x)", "the derivative of cos is −sin, not −cos"),
    _rule("tan", "1/cos(x)", "the derivative of tan is 1/cos², not 1/cos"),
    _rule("tan", "1 - out^2", "the derivative of tan is 1 + tan², not 1 − tan²"),
    _rule("exp", "x*exp(x - 1)", "the derivative of exp is exp itself; the power rule is for a constant exponent"),
    _rule("log", "-1/x", "the derivative of log x is 1/x, not −1/x", "sign"),
    _rule("log", "1/(x*log(10))", "the derivative of the natural logarithm is 1/x, not 1/(x·ln 10)",
          at_once="log10"),
    _rule("log", "1/out", "the derivative of log x is 1/x, not 1/log x"),
    _rule("log", "x", "the derivative of log x is 1/x, not x"),
    _rule("sqrt", "1/out", "the derivative of √x is 1/(2√x): the factor ½ is missing"),
    _rule("sqrt", "out/2", "the derivative of √x is 1/(2√x), not √x/2"),
    _rule("sigmoid", "out", "the derivative of σ is σ(1 − σ), not σ"),
    _rule("sigmoid", "1 - out", "the derivative of σ is σ(1 − σ), not 1 − σ"),
    _rule("sigmoid", "sigmoid(out)*(1 - sigmoid(out))",
          "the derivative of σ is y(1 − y) with y = σ(v); here σ is taken of the output once more"),
    _rule("sigmoid", "x*(1 - x)", "the derivative of σ is y(1 − y) with y = σ(v), not v(1 − v)"),
    _rule("sigmoid", "1 - out^2", "the derivative of σ is σ(1 − σ); 1 − y² is that of tanh"),
    _rule("tanh", "1 - out", "the derivative of tanh is 1 − tanh², not 1 − tanh"),
    _rule("tanh", "1 + out^2", "the derivative of tanh is 1 − tanh², not 1 + tanh²"),
    _rule("tanh", "out*(1 - out)", "the derivative of tanh is 1 − tanh², not tanh(1 − tanh)"),
    _rule("tanh", "1 - x^2", "the derivative of tanh is 1 − y² with y = tanh(v), not 1 − v²"),
    _rule("relu", "1", "ReLU's gate is ignored: where its argument is negative, the slope is 0"),
    _rule("relu", "1 - step(out)", "ReLU's gate is the wrong way round: the slope is 1 where the argument is positive"),
    _rule("relu", "out", "the slope of ReLU is 1 or 0, not its value"),
    _rule("^", "x^(y - 1);", "the power rule's factor, the exponent, is missing"),
    _rule("^", "y*x^y;", "the power rule takes one from the exponent"),
    _rule("*", "0;", "of the product rule only one summand is there", "missing-term"),
    _rule("*", ";0", "of the product rule only one summand is there", "missing-term"),
    _rule("*", "x;", "the derivative of a product with respect to a factor is the other factor"),
    _rule("*", ";y", "the derivative of a product with respect to a factor is the other factor"),
    Mistake("*", "1; 1", "missing-factor", 3, _RULE_HINT, "{lost}"),
    _rule("/", ";out/y", "the quotient rule has a minus in front of the denominator's part", "sign"),
    _rule("/", ";-x/y", "the quotient rule has the denominator squared"),
    _rule("/", "y;", "the derivative of x/y with respect to x is 1/y, not y"),
    _rule("/", "1/y^2;", "the derivative of x/y with respect to x is 1/y, not 1/y²"),
    _rule("/", "0;", "of the quotient rule only one summand is there", "missing-term"),
    _rule("/", ";0", "of the quotient rule only one summand is there", "missing-term"),
    _rule("+", "0;", "one summand of the sum is not differentiated", "missing-term"),
    _rule("+", ";0", "one summand of the sum is not differentiated", "missing-term"),
    _rule("-", ";1", "the minus of a difference is lost", "sign"),
    # Of two numbers the texts are local partials; of two vectors pullbacks, with `ct` and the length `n`.
    _rule("mse", "y - t; t - y",
          "the derivative of the square is twice the difference: the factor 2 is missing", ranks=(0, 0)),
    _rule("mse", "2*(t - y); 2*(y - t)", "the difference is the wrong way round", "sign", ranks=(0, 0)),
    _rule("mse", "ct*(y - t)/n; ct*(t - y)/n",
          "the derivative of the square has a factor 2, which is missing", ranks=(1, 1)),
    _rule("mse", "2*ct*(y - t); 2*ct*(t - y)", "the mean divides by the number of elements", ranks=(1, 1)),
    _rule("cross_entropy", "t/p; log(p) - log(1 - p)", "the sign of the cross-entropy is lost", "sign", ranks=(0, 0)),
    # Of numbers alone: −Σ t log p, that of vectors, has no part with 1 − t.
    _rule("cross_entropy", "-t/p;",
          "the part with 1 − t of the cross-entropy is left out", "missing-term", ranks=(0, 0)),
    _rule("cross_entropy", "1/(1 - p);",  # Behind σ that leaves p.
          "behind σ the derivative is p − t; the target t is not taken off", ranks=(0, 0)),
    _rule("cross_entropy", "ct*t/p; ct*log(p)", "the sign of the cross-entropy is lost", "sign", ranks=(1, 1)),
    _rule("cross_entropy", "ct*(p - t);",
          "p − t is the derivative with respect to what softmax is taken of", ranks=(1, 1)),
    _rule("softmax_cross_entropy", "ct*(t - softmax(a));", "p − t is the derivative, not t − p", "sign"),
    _rule("softmax_cross_entropy", "ct*softmax(a);", "p − t is the derivative; the target t is not taken off"),
    _rule("softmax", "ct*out*(1 - out)", "softmax has a full Jacobian; y(1 − y) is only its diagonal"),
    _rule("softmax", "ct*out", "the derivative of softmax has a second term, a sum over all elements; it is left out"),
    _rule("mean", "ct", "the mean divides by the number of elements", "missing-factor"),
    _rule("mean", "ct/(n - 1)", _COUNT),
    # A mean as it is written by its count: sum(v)/5 and 1/3*(a + b + c), where y, or 1/y, is the count.
    _rule("/", "1/(y - 1);", _COUNT, of_count=True),
    _rule("*", "1/(1/y - 1);", _COUNT, of_count=True),
    _rule("*", ";1/(1/x - 1)", _COUNT, of_count=True),
    # Matrices
    # 0·ct·y, not 0: the zero is to have the shape of the argument.
    _rule("dot", "0*ct*y;", _ONE_SUMMAND, "missing-term"),
    _rule("dot", ";0*ct*x", _ONE_SUMMAND, "missing-term"),
    _rule("@", "0*ct*y;", _ONE_SUMMAND, "missing-term", ranks=(1, 1)),
    _rule("@", ";0*ct*x", _ONE_SUMMAND, "missing-term", ranks=(1, 1)),
    # Where a matrix is not square most of these do not fit together, and `by_rule` passes them over.
    _rule("@", "ct @ y;", "the matrix on the way back is to be transposed", "transpose", ranks=(2, 2)),
    _rule("@", ";x @ ct", "the matrix on the way back is to be transposed", "transpose", ranks=(2, 2)),
    _rule("@", "ct*y;", "the product of matrices was taken by elements", ranks=(2, 2)),
    _rule("@", "y.T @ ct;", "the factors stand in the wrong order", ranks=(2, 2)),
    _rule("@", ";ct @ x.T", "the factors stand in the wrong order", ranks=(2, 2)),
    _rule("@", "ct.T @ y;", "the transpose is that of the other factor", "transpose", ranks=(2, 2)),
    _rule("@", ";x @ ct.T", "the transpose is that of the other factor", "transpose", ranks=(2, 2)),
    _rule("@", ";x*ct", "the product of matrices was taken by elements", ranks=(2, 2)),
    _rule("@", "outer(y, ct);", "the outer product is the wrong way round", "transpose", ranks=(2, 1)),
    _rule("@", ";x @ ct", "the matrix on the way back is to be transposed", "transpose", ranks=(2, 1)),
    _rule("@", "ct @ y;", "the matrix on the way back is to be transposed", "transpose", ranks=(1, 2)),
    _rule("@", ";outer(ct, x)", "the outer product is the wrong way round", "transpose", ranks=(1, 2)),
    # Values
    # The slope is the other key of the same calculator: without the π/180 that the chain rule would have.
    _value("sin", "sin(x*pi/180)", _DEGREES, "cos(x*pi/180)", "degrees", at_once="degrees"),
    _value("cos", "cos(x*pi/180)", _DEGREES, "-sin(x*pi/180)", "degrees", at_once="degrees"),
    _value("tan", "tan(x*pi/180)", _DEGREES, "1 + out^2", "degrees", at_once="degrees"),
    # The value alone: the slope of log10 is a rule of its own above, joined to this by the name `log10`.
    _value("log", "log10(x)", _LOG10, at_once="log10"),
    _value("softmax_cross_entropy", "-dot(t, log_softmax(a))/log(10)", _LOG10, at_once="log10"),
    _value("cross_entropy", "-sum(t*log(p))/log(10)", _LOG10, at_once="log10", ranks=(1, 1)),
    _value("mean", "sum(x)", "the mean divides by the number of elements", kind="missing-factor"),
    _value("/", "x/(y - 1)", _COUNT, "1/(y - 1);", of_count=True),
    _value("*", "x/(1/y - 1)", _COUNT, "1/(1/y - 1);", of_count=True),
    _value("*", "y/(1/x - 1)", _COUNT, ";1/(1/x - 1)", of_count=True),
    _value("softmax", "exp(x)", "softmax is not normalised: each exponential is divided by their sum"),
    # Without partials: one number went wrong by a slip, and what follows is derived as the graph says.
    _value("sin", "cos(x)", "cos was taken in place of sin"),
    _value("cos", "sin(x)", "sin was taken in place of cos"),
    _value("log", "-log(x)", "the sign of log is wrong", kind="sign"),
    _value("exp", "exp(-x)", "the sign of the exponent is wrong", kind="sign"),
    _value("sigmoid", "sigmoid(-x)", "σ(v) is 1/(1 + exp(−v)): the sign of the exponent is wrong", kind="sign"),
    _value("sigmoid", "tanh(x)", "tanh was taken in place of σ"),
    _value("tanh", "sigmoid(x)", "σ was taken in place of tanh"),
    _value("tanh", "x", "tanh is left out", kind="missing-factor"),
    _value("sigmoid", "x", "σ is left out", kind="missing-factor"),
    _value("sqrt", "x", "the root is left out", kind="missing-factor"),
    # Who forgets an argument forgets it on the way back too.
    _value("+", "x", "{dropped} is left out", "1; 0", "missing-term"),
    _value("+", "y", "{dropped} is left out", "0; 1", "missing-term"),
    _value("relu", "x", "ReLU makes a negative number 0"),
    _value("+", "x - y", "a sum was taken as a difference", kind="sign"),
    _value("-", "x + y", "a difference was taken as a sum", kind="sign"),
    _value("-", "y - x", "the difference is the wrong way round", kind="sign"),
    _value("+", "x*y", "the terms are multiplied; they are to be added", kind="product"),
    _value("*", "x + y", "the factors are added; they are to be multiplied"),
    _value("*", "y", "{dropped} is left out", "0; 1", "missing-factor"),
    _value("*", "x", "{dropped} is left out", "1; 0", "missing-factor"),
    _value("/", "x", "{dropped} is left out", "1; 0", "missing-factor"),
    _value("/", "x*y", "a quotient was taken as a product"),
    _value("/", "y/x", "the quotient is upside down"),
    _value("^", "x*y", "a power was taken as a product"),
    _value("^", "x", "the power is left out"),
    _value("mse", "(y - t)^2/2", "the squared loss has no ½ here", kind="missing-factor", ranks=(0, 0)),
)  # fmt: skip


@cache
def rows_at(where: str, *, of_values: bool = False) -> tuple[Mistake, ...]:
    """The rows of a place: those that change the sweep, or those `of_values`."""
    return tuple(row for row in MISTAKES if row.where == where and bool(row.value) == of_values)


def rows_with(primitive: Primitive, *, of_values: bool = False) -> tuple[Mistake, ...]:
    """The rows of a primitive: those that change a local partial, or those `of_values`."""
    return tuple(row for row in rows_at(primitive.symbol, of_values=of_values) if row.is_made_with(primitive))
