"""Mermaid's flowcharts as edges: the number on each arrow is its local partial."""

from __future__ import annotations

import re

from backcalc.language.foreign.arrows import Transcript, number
from backcalc.language.foreign.translated import MERMAID
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

# Lines that say nothing of edges.
_OTHER = re.compile(
    r"\s*(?:%%|(?:subgraph|end|direction|classDef|class|style|linkStyle|click|accTitle|accDescr|title)\b|```|\Z)"
)
_NODE = re.compile(
    r"""\s*(?P<name>[\w']+(?:[-.][\w']+)*)
    (?:@\{[^}]*\})?
    (?:(?:[\[({]++|>)(?:"[^"]*+"|[^\])}"])*+[\])}]++)?  # Its label, in brackets of some shape.
    (?::::[\w-]+)?\s*""",
    re.VERBOSE,
)
_LINK = re.compile(
    r"""(?P<back>[<ox])?
    (?:(?:--|==|-\.)\s++(?P<inside>"[^"]*"|[^|;\s]+?(?:\s++[^|;\s]+?)*?)\s*+(?:-{2,}|={2,}|\.+-)
      |(?:-{2,}|={2,}|-\.+-))
    (?P<tip>[>ox]?)
    (?:\s*\|(?P<label>"[^"]*"|[^|]*)\|)?\s*""",
    re.VERBOSE,
)
# The node of a class `output` is what the derivatives are of, where no other is of that class.
_OUTPUT = re.compile(r"(?:^|;)[ \t]*class[ \t]+(?P<name>[^\s;]+)[ \t]+output[ \t]*(?=;|$)", re.MULTILINE)
_REMEDY = "give it one: a -->|0.5| b"


def read_mermaid(source: Source, begin: int) -> str:
    """The edges of the flowchart that begins at `begin`, each on its line. Raises ParseError."""
    page, text = Transcript(source), source.text
    head = re.compile(MERMAID).match(text, begin)
    assert head is not None  # What it begins with has been seen.
    page.add_comments(begin)
    at, outputs = head.end(), [*_OUTPUT.finditer(text, head.end())]
    # Of several none is the output.
    output = outputs[0] if len(outputs) == 1 and "," not in outputs[0]["name"] else None
    while at < len(text):
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        line = text[at:end]
        if line.lstrip().startswith("%%"):  # Results may be stated in comments.
            page.add_comment(line.lstrip(), at)
        # A semicolon in quotes is part of a label.
        for statement in re.compile(r"(?:\"[^\"\n]*\"|[^;\n])+").finditer(text, at, end):
            if output and statement.start() <= output.start("name") < statement.end():
                page.add_output(output["name"], Span(*output.span("name")))
            elif not _OTHER.match(statement.group()):
                _read(page, text, Span(*statement.span()))
        at = end + 1
    return page.text()


def _read(page: Transcript, text: str, place: Span) -> None:
    """Put the edges of one statement on the page, if it has any."""
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
    elif labels:
        start = place.start + len(text[slice(*place)]) - len(text[slice(*place)].lstrip())
        page.add(groups, labels, Span(start, place.end), _REMEDY)


def _refuse_undirected(page: Transcript, place: Span) -> None:
    page.refuse("undirected", "this edge has no direction, or both", place, "say which way it goes: a -->|0.5| b")
