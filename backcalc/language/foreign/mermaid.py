"""Mermaid's flowcharts as edges: the number on each arrow is its local partial."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from backcalc.language.foreign.arrows import Transcript, number
from backcalc.language.foreign.translated import MERMAID
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

# Lines that say nothing of edges.
_OTHER = re.compile(r"\s*(?:(?:subgraph|end|direction|classDef|class|style|linkStyle|click)\b|```|\Z)")
# Text to the end of its line, whatever stands in it, or of several lines in braces.
_TEXT = re.compile(r"[ \t]*(?:(?P<comment>%%)|accDescr[ \t]*+(?=\{)[^}]*+\}?|(?:accTitle|accDescr|title)\b)[^\n]*")
# A semicolon in quotes, in a label or in brackets ends nothing.
_STATEMENT = re.compile(
    r"""(?:[^;\n"|\[({]++|"[^"\n]*"|\|(?:"[^"\n]*"|[^|"\n]*)\||[\[({]++(?:[^\[\](){}"\n]*+[\])}])?+|[^;\n])+"""
)
_NODE = re.compile(
    r"""\s*(?P<name>[\w\u0300-\u036f']+(?:[-.][\w\u0300-\u036f']+)*)
    (?:@\{[^}]*\})?
    (?:(?:[\[({]++|>)(?:"[^"]*+"|[^\])}"])*+[\])}]++)?  # Its label, in brackets of some shape.
    (?::::[\w-]+)?\s*""",
    re.VERBOSE,
)
_LINK = re.compile(
    r"""(?:\w+@(?=[-=<ox]))?  # An edge may have a name.
    (?P<back>[<ox])?
    (?:(?:--|==|-\.)\s++(?P<inside>"[^"]*"|[^|;\s]+?(?:\s++[^|;\s]+?)*?)\s*+(?:-{2,}|={2,}|\.+-)
      |(?:-{2,}|={2,}|-\.+-))
    (?P<tip>[>ox]?)
    (?:\s*\|(?P<label>"[^"]*"|[^|]*)\|)?\s*""",
    re.VERBOSE,
)
# The node of a class `output` is what the derivatives are of, where no other is of that class.
_OUTPUT = re.compile(r"[ \t]*class[ \t]+(?P<name>[^\s;]+)[ \t]+output[ \t]*")
_SUBGRAPH = re.compile(r"^[ \t]*subgraph[ \t]+([\w-]+)", re.MULTILINE)
_REMEDY = "give it one: a -->|0.5| b"


def read_mermaid(source: Source, begin: int) -> str:
    """The edges of the flowchart that begins at `begin`, each on its line. Raises ParseError."""
    page, text = Transcript(source), source.text
    head = re.compile(MERMAID).match(text, begin)
    assert head is not None  # What it begins with has been seen.
    page.add_comments(begin)
    output = _output(text, head.end())
    frames = set(_SUBGRAPH.findall(text)) if "subgraph" in text else set[str]()
    for place in _statements(text, head.end()):
        found = _TEXT.match(text, *place)
        if found and found["comment"]:  # Results may be stated in comments.
            page.add_comment(found.group().lstrip(), place.start)
        elif output and output.start() == place.start:
            page.add_output(output["name"], Span(*output.span("name")))
        elif not found and not _OTHER.match(text, *place):
            _read(page, text, place, frames)
    return page.text()


def _statements(text: str, at: int) -> Iterator[Span]:
    """The places of the statements, and of comments and other texts, from `at` on."""
    while at < len(text):
        if found := _TEXT.match(text, at) or _STATEMENT.match(text, at):
            yield Span(*found.span())
            at = found.end()
        at += 1  # Past what has ended it, a semicolon or a newline.


def _output(text: str, begin: int) -> re.Match[str] | None:
    """The statement that says which node is the output; None where none does, or several do."""
    if "output" not in text:  # Most texts say nothing of it, and may be long.
        return None
    found = [match for place in _statements(text, begin) if (match := _OUTPUT.fullmatch(text, *place))]
    return found[0] if len(found) == 1 and "," not in found[0]["name"] else None


def _read(page: Transcript, text: str, place: Span, frames: Container[str]) -> None:
    """Put the edges of one statement on the page, if it has any; `frames` are the names of subgraphs."""
    at, groups, labels = place.start, list[list[str]](), list[str | None]()
    while True:
        # A node or several by `&`, then a link, and so on: a chain.
        node = _NODE.match(text, at, place.end)
        if node is None:
            break
        names, at = [node["name"]], node.end()
        # `a & b --> c`: an edge from each.
        while text[at : at + 1] == "&" and (node := _NODE.match(text, at + 1, place.end)):
            names.append(node["name"])
            at = node.end()
        groups.append(names)
        link = _LINK.match(text, at, place.end)
        if link is None:
            break
        if link["back"] or link["tip"] != ">":  # Open links and those with circles or crosses say no direction.
            _refuse_undirected(page, Span(*link.span()))
            return
        labels.append(number(link["label"] or link["inside"]))
        at = link.end()
    # Something is left, or the chain ends with a link.
    if at < place.end or len(groups) != len(labels) + 1:
        found = text[at : place.end].strip() or text[slice(*place)].strip()
        message = f"`{shorten(found)}` is no part of an edge in Mermaid"
        page.refuse("syntax", message, Span(at, max(at, place.end)), "an edge is written a -->|0.5| b")
    elif labels and (frame := next((name for names in groups for name in names if name in frames), None)):
        message = f"`{shorten(frame)}` is a subgraph, not a node"
        page.refuse("subgraph", message, place, "an edge leads from node to node: a -->|0.5| b")
    elif labels:
        start = place.start + len(text[slice(*place)]) - len(text[slice(*place)].lstrip())
        page.add(groups, labels, Span(start, place.end), _REMEDY)


def _refuse_undirected(page: Transcript, place: Span) -> None:
    page.refuse("undirected", "this edge has no direction, or both", place, "say which way it goes: a -->|0.5| b")
