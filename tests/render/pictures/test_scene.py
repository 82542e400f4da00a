"""What a picture shows of a run, and the smaller, lit and earlier scenes of it."""

from __future__ import annotations

import pytest

import backcalc
from backcalc.render.pictures.scene import around, at_step, scene, steps, with_paths

NEURON = "v = w*x + b\ny = sigmoid(v)\nJ = 1/2*(y - z)^2"
POINT = {"w": 0.5, "x": 2, "b": -1, "z": 1}


def scene_of(text, at=None, **options):
    return scene(backcalc.parse(text).run(at or {}, **options).run)


def edges(found):
    return {(found.cards[a.tail].name, found.cards[a.head].name): a.label for a in found.arrows}


def test_edges_have_their_local_partials_and_boxes_their_adjoints():
    found = scene_of(NEURON, POINT)
    labels = {
        ("w", "v"): "2",
        ("x", "v"): "0.5",
        ("b", "v"): "1",
        ("v", "y"): "0.25",
        ("y", "J"): "-0.5",
        ("z", "J"): "0.5",
    }
    assert edges(found) == labels
    adjoints = {card.name: card.adjoint for card in found.cards}
    assert adjoints == {"w": "-0.25", "x": "-0.0625", "b": "-0.125", "v": "-0.125", "y": "-0.5", "z": "0.5", "J": "1"}


def test_what_is_unknown_is_a_formula():
    found = scene_of(NEURON)
    assert edges(found)["v", "y"] == "y*(1 - y)"
    assert edges(found)["w", "v"] == "x"
    assert not next(card for card in found.cards if card.name == "y").value


def test_edges_twice_the_same_are_one_with_their_sum():
    assert edges(scene_of("a -> b : 2\na -> b : 3")) == {("a", "b"): "5"}


def test_a_constant_has_no_partial_and_a_large_array_its_shape():
    found = scene_of("const n = 2\ninput W[3,4] = 0.1\ninput x[4] = 1\ny = sum(W @ x)*n")
    assert edges(found)["n", "y"] == ""
    assert edges(found)["W", "y"] == "[3×4]"
    assert next(card for card in found.cards if card.name == "W").value == "[3×4]"


def test_a_small_vector_stands_on_its_edge():
    assert edges(scene_of("input x = [1, 2]\ny = sum(x^2)")) == {("x", "y"): "[2, 4]"}


@pytest.mark.parametrize(
    ("radius", "names"),
    [(0, {"y"}), (1, {"v", "y", "J"}), (2, {"w", "x", "b", "v", "y", "z", "J"}), (9, {*POINT, "v", "y", "J"})],
)
def test_around_a_node_edges_count_both_ways(radius, names):
    found = around(scene_of(NEURON, POINT), "y", radius)
    assert {card.name for card in found.cards} == names
    assert set(edges(found)) == {pair for pair in edges(scene_of(NEURON, POINT)) if set(pair) <= names}


def test_paths_are_lit_from_the_node_to_the_output_alone():
    found = with_paths(scene_of("x1 -> u : 2\nx2 -> u : 3\nu -> o : 1\nx1 -> d : 1\no -> L : 1", of="L"), ["x1"])
    assert {card.name for card in found.cards if card.is_lit} == {"x1", "u", "o", "L"}
    lit = {(found.cards[a.tail].name, found.cards[a.head].name) for a in found.arrows if a.is_lit}
    assert lit == {("x1", "u"), ("u", "o"), ("o", "L")}


def test_steps_are_the_values_in_order_then_the_adjoints_backwards():
    found = scene_of(NEURON, POINT)
    names = [(what, found.cards[i].name) for what, i in steps(found)]
    assert [what for what, _ in names] == ["value"] * 7 + ["adjoint"] * 7
    assert names[6:9] == [("value", "J"), ("adjoint", "J"), ("adjoint", names[7 - 2][1])]
    for count in range(15):
        shown = at_step(found, count)
        assert sum(bool(card.value) for card in shown.cards) == min(count, 7)
        assert sum(bool(card.adjoint) for card in shown.cards) == max(0, count - 7)
        assert [found.cards[i].name for i, card in enumerate(shown.cards) if card.is_active] == [
            names[count - 1][1]
        ] * bool(count)
    assert [card._replace(is_active=False) for card in at_step(found, 14).cards] == list(found.cards)
    assert at_step(found, 99) == at_step(found, 14)


@pytest.mark.parametrize(("text", "most"), [("const c = 5", 0), ("const c = 5; y = c^2", 2), ("input x = 2", 2)])
@pytest.mark.parametrize("count", [-9, -2, -1, 0, 1, 2, 9])
def test_any_number_of_steps_leads_somewhere(text, most, count):
    found = scene_of(text)
    assert len(steps(found)) == most
    shown = at_step(found, count)
    assert shown == at_step(found, min(max(count, 0), most))
    assert sum(card.is_active for card in shown.cards) == (count > 0 and most > 0)


def test_a_partial_is_known_with_the_value_of_its_head():
    found = scene_of(NEURON, POINT)
    for count in range(8):
        known = {card.name for card in at_step(found, count).cards if card.value}
        assert all(bool(label) == (head in known) for (_, head), label in edges(at_step(found, count)).items())


def test_it_tells_all_of_it_in_words():
    words = scene_of("u -> v : 3").description
    assert words == "Nodes: u, ∂v/∂u = 3; v, ∂v/∂v = 1. Edges with their local partials: u → v: 3."
