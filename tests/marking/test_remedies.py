"""What a student is told to write in place of an answer that cannot be read, by the graph and by the whole answer."""

import pytest

from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source

KEY = Key(run(load(Source("", "v = w*x; L = v^2 + hh")), {"w": 2.0, "x": 3.0, "hh": 0.0}))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        # No node is meant: a unit.
        ("75 A", "is A a unit? a number stands without one"),
        ("75 V", "is V a unit? a number stands without one"),  # Though there is a node v.
        ("75 kg", "is kg a unit? a number stands without one"),
        ("-7.5*10^-3 A", "is A a unit? a number stands without one"),
        ("75. m/s", "is m/s a unit? a number stands without one"),
        ("75 kg m^2", "is kg m^2 a unit? a number stands without one"),
        ("1.5e-3 s", "is s a unit? a number stands without one"),
        ("75 Ω", "is Ω a unit? a number stands without one"),
        ("75 volts", "is volts a unit? a number stands without one"),
        ("[1 A, 2 A]", "is A a unit? a number stands without one"),
        # A node is, or may be: a product.
        ("2w", "a product needs its sign: 2*w"),
        ("2 hg", "a number stands without units and words; a product needs its sign"),  # The node hh, misspelt.
        ("2 wx", "a number stands without units and words; a product needs its sign"),
        ("2 sin", "a number stands without units and words; a product needs its sign"),
        ("(2-w)σ'(w)w", "a product needs its sign: (…)*σ'"),
        ("75 A/w", "a number stands without units and words; a product needs its sign"),
        # As programs print arrays.
        ("tensor(75.)", "it stands without tensor(…): 75."),
        ("array([1., 2.])", "it stands without array(…): [1., 2.]"),
        ("np.array([[1., 2.],\n [3., 4.]])", "it stands without np.array(…): [[1., 2.], [3., 4.]]"),
        ("tensor([1., 2.], dtype=torch.float64)", "it stands without tensor(…): [1., 2.]"),
        ("tensor(0.0822, grad_fn=<MulBackward0>)", "it stands without tensor(…): 0.0822"),
        # What the grammar knows more of.
        ("7.5 x 10^3", "the sign of a product is `*` or `×`, not a letter: 7.5*10^3"),
        ("7.5x10⁻³", "the sign of a product is `*` or `×`, not a letter: 7.5*10⁻³"),
        ("75 (3)", "an equation's number stands in a comment, # (3); a product needs its sign"),
    ],
)
def test_an_answer_that_cannot_be_read_has_its_remedy(answer, hint):
    sheet = Source("sheet", f"dL/dx = {answer}")
    answers, errors = read_answers(sheet)
    assert errors == []
    ((mark,), refused) = KEY.mark(sheet, answers)
    assert (mark.verdict, refused) == ("unreadable", [])
    assert mark.fault.hints == (hint,)
