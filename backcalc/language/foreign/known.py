"""Texts in known formats of other programs, by what they begin with: read, or named as what they are."""

from __future__ import annotations

import re
from typing import NamedTuple

from backcalc.language.foreign.translated import DOT, MERMAID, Translated
from backcalc.text.errors import Code, Diagnostic, ParseError
from backcalc.text.source import Source, Span

_DOT = re.compile(DOT)
_MERMAID = re.compile(MERMAID + r"(?:(?<=;)|[ \t]*(?:\n|\Z))")  # In one line, too, parted by semicolons.
# Comments of these formats, which may come first.
_COMMENTS = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|[#%][^\n]*)*", re.DOTALL)

_EDGES = "an edge of this language is written u -> v : 3, or u,v,3 in a list"  # The remedy where no export is known.
# Nothing is given back here: of comments in a row there would be as many ways to part them as there are subsets.
_XML = r"(?:<\?xml[^>]*+>\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+)?"


class ForeignFormat(NamedTuple):
    """A format that is not read: its name, what a text in it begins with, and what serves in its place."""

    name: str
    pattern: str
    remedy: str


# The first that fits speaks, so what is of a kind stands before the kind.
FORMATS = (
    ForeignFormat(
        "Matrix Market",
        "%%MatrixMarket",
        "export its entries as CSV, with the header source,target,partial",
    ),
    ForeignFormat("GraphML", rf"{_XML}<graphml\b", "export its edges as CSV, or as DOT"),
    ForeignFormat("GEXF", rf"{_XML}<gexf\b", "export its edges as CSV: in Gephi from the Data Laboratory"),
    ForeignFormat("HTML", r"<!doctype html|<html\b", "save the file itself, not the page that shows it"),
    ForeignFormat("XML", r"<\?xml|<!--|</?\w+[\s/>]", f"export its edges as CSV; {_EDGES}"),
    # These begin as JSON does.
    ForeignFormat("TOML", r"\[\[[\w.-]+\]\][ \t]*\n", _EDGES),
    ForeignFormat("a list of Python", r"[\[{]\s*\(", f"write it by nx.write_weighted_edgelist; {_EDGES}"),
    ForeignFormat("a list of Mathematica", r'\{\s*(?:"?\w+"?\s*(?:->|→)|DirectedEdge\[|Rule\[)', _EDGES),
    ForeignFormat("JSON", r"\{|\[", f"{_EDGES}; a point in JSON is read by --at @point.json"),
    ForeignFormat(
        "Pajek", r"\*(?:network|vertices|arcs|edges)", "write its arcs as rows 1 2 0.5, without the lines with a *"
    ),
    ForeignFormat("GML", r"(?:(?:creator|version)\b[^\n]*+\n\s*+)*+graph\s*\[", "export its edges as CSV, or as DOT"),
    ForeignFormat("GDF", r"(?:node|edge)def[ \t]*>", "export its edges as CSV: in Gephi from the Data Laboratory"),
    ForeignFormat("UCINET DL", r"dl\s+n\s*=", "write its edges as rows 1 2 0.5"),
    ForeignFormat("PlantUML", r"@start\w+", f"{_EDGES}; Mermaid's flowcharts and DOT are read"),
    ForeignFormat("a Mermaid diagram of another kind", r"(?:sequence|class|state|er)Diagram\b", "a flowchart is read"),
    # Not all of a graph is in it: of edges the partials are not.
    ForeignFormat(
        "a table that backcalc prints",
        r"\|?[ \t]*node(?:[ \t|]{2,}shape)?[ \t|]{2,}formula[ \t|]{2,}value\b",
        "its formulas are read as lines, y = 2*x; the whole graph is printed by `backcalc fmt` and `backcalc derive`",
    ),
    ForeignFormat(
        "a table in Markdown",
        r"\|[^\n]*\|[ \t]*\n[ \t]*\|[ \t]*:?-",
        "export it as CSV, with the header source,target,partial",
    ),
    ForeignFormat(
        "a table drawn with lines",
        r"\+-[-+]*\+[ \t]*\n|[┌╭╔]|shape: \(\d[^\n]*\n[ \t]*[┌╭╔]|[^\n|]*\|[^\n]*\n[ \t]*-+\+-",
        "export it as CSV, with the header source,target,partial",
    ),
    ForeignFormat(
        "SQL",
        r"insert\s+into\s+[\w.\"`]+\s*(?:\(|values\b)|create\s+(?:\w+\s+)?table\s[^\n(]*\("
        r"|copy\s+[\w.\"]+\s*\(|select\s+[\w.*\"]+[^\n=>]*\sfrom\s+\w",
        "export the rows as CSV, with the header source,target,partial",
    ),
    ForeignFormat(
        "a data frame of R as code",
        r"structure\(|(?:\w+[ \t]*<-[ \t]*)?data\.frame\(|(?:\w+[ \t]*<-[ \t]*)?tibble\(",
        "write it by write.csv, with the columns source,target,partial",
    ),
    ForeignFormat(
        "a table of pandas with names in two lines",
        r",,[^\n]*\n\w+,\w+,[ \t]*\n|[a-z]\w*[ \t]*\n\w+[ \t]+\w+[ \t]*\n\w+[ \t]+\w+[ \t]+[-\d.]+[ \t]*\n",
        "write it by df.reset_index().to_csv(index=False)",
    ),
    ForeignFormat(
        "a table of MATLAB as it is shown",
        r"[ \t]*EndNodes\b[^\n]*\n[ \t]*_",
        "write it by writetable, with the columns source,target,partial",
    ),
    ForeignFormat("a table of LaTeX", r"[^\n&\\]+&[^\n&]+&[^\n]*\\\\", "export it as CSV, or write u,v,3"),
    ForeignFormat("YAML", r"(?:---[ \t]*\n)?\w+:[ \t]*\n[ \t]*-[ \t]", _EDGES),
    ForeignFormat(
        "a list of NetworkX with attributes",
        r"[^\s{}]+[ \t]+[^\s{}]+[ \t]+\{[^{}\n]*\}[ \t]*(?:\n|\Z)",
        "write it by nx.write_weighted_edgelist, as rows u v 0.5",
    ),
    ForeignFormat(
        "a table of Neo4j with nodes in it",
        r'"?_id"?,[^\n]*\b_start\b',
        "export the relationships alone, with the columns start,end,weight",
    ),
    ForeignFormat("a table for Neo4j's import", r"[^\n]*:START_ID\b", "name its columns source,target,weight"),
    ForeignFormat(
        "a table of Cytoscape", r"[^\n]*\bshared name\b", "part its names into the columns source and target"
    ),
    ForeignFormat(
        "a list of Cytoscape's names of edges",
        r"[^\s(),]+[ \t]+\([^\s()]+\)[ \t]+[^\s(),]+[ \t]*(?:\n|\Z)",
        "part them into the columns source, target and weight",
    ),
    ForeignFormat(
        "a result of Cypher with the names of its query",
        r'"?(?!\d)\w+\.\w+"?,"?(?!\d)\w+\.\w+"?,[^\n]*(?!\d)\w+\.\w',
        "its columns are to be called source, target and weight, by AS in the query",
    ),
    ForeignFormat(  # Possessive, or many rows without a # would be gone through anew.
        "TGF", r"(?:\w+[ \t]+[^\s#,;]+[ \t]*\n)++#[ \t]*\n", "keep its edges alone, the rows 1 2 0.5 below the #"
    ),
    ForeignFormat(
        "an adjacency matrix",
        r'(?:"")?[,;\t]"?(?P<first>(?!\d)\w+)"?[,;\t][^\n]*\n"?(?P=first)"?[,;\t]',
        "write its entries as rows source,target,partial",
    ),
    ForeignFormat("LaTeX", r"\\(?:documentclass|usepackage|begin|tikz|\[)", _EDGES),
)


def read_known(source: Source, begin: int) -> Source | None:
    """What a text in a known format says, in the language; None where it is in none. Raises ParseError.

    `begin` is where its first line stands that is no comment of the language.
    """
    text = source.text
    # Of formats with comments of their own, and of one that begins with a comment of the language.
    at = _COMMENTS.match(text, begin).end()  # type: ignore[union-attr]  # It may be empty.
    if _DOT.match(text, at):
        from backcalc.language.foreign.dot import read_dot

        return Translated(source, read_dot(source, at), is_table=False, output="output={}")
    if _MERMAID.match(text, at):
        from backcalc.language.foreign.mermaid import read_mermaid

        return Translated(source, read_mermaid(source, at), is_table=False, output="class {} output")
    for format_ in FORMATS:
        # Its own mark looks like a comment, which was passed over.
        start = 0 if format_.pattern.startswith("%") else at
        # Compiled here, for few texts come so far.
        if found := re.compile(format_.pattern, re.IGNORECASE | re.DOTALL).match(text, start):
            end = text.find("\n", found.start())
            place = Span(found.start(), min(found.end(), end if end >= 0 else found.end()))
            message = f"this is {format_.name}, which is not read"
            raise ParseError(source, [Diagnostic(Code.FORMAT, message, place, hints=(format_.remedy,))])
    return None
