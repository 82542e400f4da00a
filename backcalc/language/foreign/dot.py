"""Graphviz's DOT as edges: the label of each is its local partial where it is a number, else its weight is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backcalc.language.foreign.arrows import NUMBER, Transcript, number
from backcalc.language.foreign.translated import DOT
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

# Names, numerals, quoted strings, and HTML with one level of tags.
# A mark on a letter, as in β̂, belongs to its word.
_ID = r"""(?:[^\W\d][\w\u0300-\u036f']*|-?(?:\.\d+|\d+(?:\.\d*)?)[\w']*|"(?:[^"\\]|\\.)*"|<(?:[^<>]|<[^<>]*>)*>)"""
# A blank goes no further than its line, so that lines that are an edge each are seen from their beginning.
_BLANK = r"[^\S\n]*\n|[^\S\n]+|//[^\n]*|/\*.*?(?:\*/|\Z)|(?:(?<=\n)|\A)#[^\n]*"
_TOKEN = re.compile(rf"(?P<blank>{_BLANK})|(?P<id>{_ID})|(?P<sign>->|--|.)", re.DOTALL)
_SUBGRAPH = re.compile(rf"subgraph\b(?:\s+{_ID})?\s*\{{", re.IGNORECASE)
_DEFAULTS = re.compile(r"(?P<of>graph|node|edge)\s*(?=\[)", re.IGNORECASE)
_SETTING = re.compile(rf"\s*=\s*(?P<value>{_ID})")
_OUTPUT = "output"  # The setting of the whole graph that says what the derivatives are of; Graphviz passes it over.
_PORT = re.compile(rf"\s*{_ID}")  # a:n, the side of a node that an edge ends at.
_ATTRIBUTE = re.compile(rf"\s*(?P<key>{_ID})\s*(?:=\s*(?P<value>{_ID}))?\s*[,;]?")
_ATTRIBUTES_END = re.compile(r"\s*\]")

# An edge as programs write it, a line each: with its label alone; with its label or weight among other attributes.
_END = r'(?:"(?P<{0}1>[\w\']++)"|(?P<{0}2>[\w\']++))'
_ENDS = rf"[ \t]*+{_END.format('t')}[ \t]*+->[ \t]*+{_END.format('h')}[ \t]*+"
# Possessive (`*+`, `++`), so that a line that does not fit fails at once.
_SIMPLE = rf'{_ENDS}\[label="?{NUMBER}"?\];?[ \t]*+\n'
_ALONE = r"\g<t1>\g<t2> -> \g<h1>\g<h2> : \g<p>\n"

_REMEDY = 'give it one: a -> b [label="0.5"]'


_Nest = list["str | _Nest"]
"""Nodes, those of subgraphs as they stand: a copy at each brace would take time in the square of their depth."""


@dataclass
class _Braces:
    """What is between two braces: the defaults of its edges, the nodes in it, and the edges that are being read."""

    defaults: dict[str, str]
    nodes: _Nest = field(default_factory=list)
    chain: list[_Nest] = field(default_factory=list)
    start: int = 0
    opened: int = 0
    goes_on: bool = False


def read_dot(source: Source, begin: int) -> str:
    """The edges of the graph that begins at `begin`, each on its line. Raises ParseError."""
    return _DotReader(source, begin).text()


class _DotReader:
    def __init__(self, source: Source, begin: int) -> None:
        self._text, self._page = source.text, Transcript(source)
        head = re.compile(DOT).match(source.text, begin)
        assert head is not None  # What it begins with has been seen.
        self._page.add_comments(begin)
        self._at = self._end = head.end()  # Where reading goes on, and the end of the last token that said something.
        self._frames = [_Braces({})]  # The outermost braces; each subgraph puts one on top.
        if head["kind"].lower() == "graph":  # Then no more is to be said of its edges.
            self._refuse_undirected(Span(*head.span("kind")))
            self._page.faults.finish()
        # A weight counts only where no label does, so a line with a label is none by weight.
        others = (("label", r"label\b"), ("weight", r"(?:label|weight)\b"))
        lines = [_SIMPLE, *(_among(name, excluded) for name, excluded in others)]
        flags = re.ASCII if source.text.isascii() else re.NOFLAG  # Which makes reading a third as fast.
        # A run of lines first, then each: the run is found by one match.
        self._lines = [(re.compile(f"(?:{line})++", flags), re.compile(line, flags)) for line in lines]

    def text(self) -> str:
        """All edges. Raises ParseError."""
        while self._frames and self._at < len(self._text):
            if not self._read_lines():
                self._read_token()
        while self._frames:  # A brace that is never closed is closed by the end.
            self._close()
        while self._at < len(self._text) and (blank := _TOKEN.match(self._text, self._at)) and blank["blank"]:
            self._read_token()
        if self._at < len(self._text):
            self._refuse("there is more behind the end of the graph", Span(self._at, self._at + 1))
        return self._page.text()

    def _read_lines(self) -> bool:
        """Read lines that are an edge each, many at a time; whether there was one."""
        frame = self._frames[-1]
        # Inside a chain, under defaults, or behind a token, a line is not what it looks.
        if frame.chain or frame.defaults or self._text[self._at - 1] != "\n":
            return False
        for run, line in self._lines:
            if found := run.match(self._text, self._at):
                self._page.add_lines(_edges(found.group(), line), self._at, found.end())
                self._at = self._end = found.end()
                return True
        return False

    def _read_token(self) -> None:
        token = _TOKEN.match(self._text, self._at)
        assert token is not None
        start, self._at = self._at, token.end()
        if word := token["blank"]:
            # A statement that has begun would be put out behind the comment, and be a part of it.
            if word.startswith(("//", "#")) and not any(frame.chain for frame in self._frames):
                self._page.add_comment(word, start)
            return
        if token["id"]:
            self._read_id(token["id"], start)
        elif token["sign"] == "{":
            self._open(start)
        elif token["sign"] == "}":
            self._close()
        elif token["sign"] == "[":
            self._finish(self._attributes())  # A node's attributes end it too, and say nothing.
        elif token["sign"] in (";", ","):
            self._finish()
        elif token["sign"] == "->" and self._frames[-1].chain:
            self._frames[-1].goes_on = True
        elif token["sign"] == "--":
            self._refuse_undirected(Span(start, self._at))
            self._frames[-1].chain.clear()  # Which would be told again, as edges without a number.
        elif token["sign"] == ":" and (port := _PORT.match(self._text, self._at)):
            self._at = port.end()
        else:
            self._refuse(f"unexpected `{shorten(token['sign'])}` in a graph of DOT", Span(start, self._at))
        self._end = self._at

    def _read_id(self, word: str, start: int) -> None:
        """Read what begins with an id: a subgraph, defaults, a setting of the graph, or a node."""
        if found := _SUBGRAPH.match(self._text, start):
            self._at = found.end()
            self._open(start)
        elif found := _DEFAULTS.match(self._text, start):
            self._finish()
            self._at = found.end() + 1
            attributes = self._attributes()
            if found["of"].lower() == "edge":  # Those of nodes and graphs say nothing of edges.
                # Those of the braces from here on.
                self._frames[-1].defaults |= {key: attributes[key] for key in ("label", "weight") if key in attributes}
        elif found := _SETTING.match(self._text, self._at):
            self._finish()
            self._at = found.end()
            # A subgraph's setting is not that of the whole graph.
            if _unquoted(word).lower() == _OUTPUT and len(self._frames) == 1:
                self._page.add_output(_unquoted(found["value"]), Span(start, self._at))
        else:
            self._take([_unquoted(word)], start)

    def _attributes(self) -> dict[str, str]:
        """The attributes from here on to the `]`."""
        found = {}
        while attribute := _ATTRIBUTE.match(self._text, self._at):
            found[_unquoted(attribute["key"]).lower()] = _unquoted(attribute["value"] or "")
            self._at = attribute.end()
        end = _ATTRIBUTES_END.match(self._text, self._at)
        if end is None:
            self._refuse("the attributes in these brackets are not read", Span(self._at, self._at + 1))
        # What cannot be read is passed over to its end, for one error, not many.
        self._at = end.end() if end else (self._text.find("]", self._at) + 1 or len(self._text))
        return found

    def _take(self, nodes: _Nest, start: int) -> None:
        """Take in a node, or those of a subgraph, as an end of an edge that goes on or that may begin here."""
        frame = self._frames[-1]
        if not frame.goes_on:
            self._finish()
            frame.start = start
        frame.chain.append(nodes)
        frame.nodes.append(nodes)  # Also to the braces, whose nodes are an end if an edge leads to them.
        frame.goes_on = False

    def _open(self, start: int) -> None:
        frame = self._frames[-1]
        if not frame.goes_on:
            self._finish()
        # A copy: what is set inside ends with the brace.
        self._frames.append(_Braces(dict(frame.defaults), opened=start))

    def _close(self) -> None:
        self._finish()
        frame = self._frames.pop()
        if self._frames:
            self._take(frame.nodes, frame.opened)

    def _finish(self, attributes: dict[str, str] | None = None) -> None:
        """Put out the edges that were read, if any: their label where it is a number, else their weight."""
        frame = self._frames[-1]
        if len(frame.chain) > 1:
            found = {**frame.defaults, **(attributes or {})}
            # A label that is no number is a text beside the weight.
            slope = number(found.get("label")) or number(found.get("weight"))
            self._page.add(
                [_flat(nodes) for nodes in frame.chain],
                [slope] * (len(frame.chain) - 1),
                Span(frame.start, self._end),
                _REMEDY,
            )
        frame.chain, frame.goes_on = [], False

    def _refuse(self, message: str, place: Span) -> None:
        self._page.refuse("syntax", message, place, 'a graph is written digraph { a -> b [label="0.5"] }')

    def _refuse_undirected(self, place: Span) -> None:
        hint = 'say which way each goes: digraph { a -> b [label="0.5"] }'
        self._page.refuse("undirected", "the edges of this graph have no direction", place, hint)


def _flat(nodes: _Nest) -> list[str]:
    """The names of all nodes, in order."""
    # A stack: subgraphs may nest as deep as they like.
    found: list[str] = []
    stack: list[str | _Nest] = [nodes]
    while stack:
        part = stack.pop()
        if isinstance(part, str):
            found.append(part)
        else:
            stack.extend(reversed(part))
    return found


def _among(name: str, excluded: str) -> str:
    """The expression of an edge with the attribute `name`, a number, among others but those `excluded`."""
    others = rf"""(?!{excluded})\w++=(?:"[^"\\\n]*+"|[\w.]++)"""
    return rf"""{_ENDS}\[(?:{others}[,; ]++)*+{name}="?(?P<p>{NUMBER})"?(?:[,; ]++{others})*+\];?[ \t]*+\n"""


def _edges(lines: str, line: re.Pattern[str]) -> str:
    """Lines that are an edge each, in the language."""
    if line.pattern == _SIMPLE:  # These lose what they have too much, which is many times faster.
        return lines.replace('"', "").replace("[label=", ": ").replace("];", "").replace("]", "")
    return line.sub(_ALONE, lines)


def _unquoted(word: str) -> str:
    return word[1:-1].replace('\\"', '"') if word.startswith('"') else word
