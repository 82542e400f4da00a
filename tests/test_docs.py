"""The README and docs: every console block is run, a page in one folder; what it shows is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import mistake_list
import pytest
from function_list import PAGE, function_list, page_with

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")
STEP = re.compile(r"^\$ (?P<command>.*(?:\\\n.*)*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
IMAGE = re.compile(r"!\[[^\]]+\]\((?P<target>[^)\s]+)\)")
MOST_WORDS = 900

every_page = pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])


def blocks(page, language):
    """What stands in the fenced blocks of a `language` on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def steps(page):
    """The commands on a page, each with the output that it is shown with."""
    return [(match["command"], match["output"]) for block in blocks(page, "console") for match in STEP.finditer(block)]


def test_the_pages_have_examples():
    assert len(steps(PAGES[0])) >= 5
    assert sum(len(steps(page)) for page in PAGES) >= 40


@every_page
def test_console_blocks(page, tmp_path):
    """In order, for each may build on the files of those before it; every one that differs is told."""
    different = [
        (command, shown, output) for command, output in steps(page) if (shown := printed(command, tmp_path)) != output
    ]
    assert different == []
    assert [
        name for name in IMAGE.findall(page.read_text(encoding="utf-8")) if not is_made_anew(page, name, tmp_path)
    ] == []


def is_made_anew(page, name, folder):
    """Whether a picture that a page shows is the one that a command on it has made; stored anew where asked for."""
    stored = page.parent / name
    if os.environ.get("BACKCALC_REWRITE"):
        stored.write_bytes((folder / name).read_bytes())
    return stored.read_bytes() == (folder / name).read_bytes()


def printed(command, folder):
    """What a command prints, in a folder in which `backcalc` is on the path."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    shell = ["bash", "-c", command]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(shell, cwd=folder, env=environment, check=False, **streams).stdout


def test_set_up_is_two_commands_of_one_line():
    setup = README[README.index("## Try it") : README.index("Afterwards")]
    found = re.findall(r"^```sh\n(.*?)^```$", setup, re.MULTILINE | re.DOTALL)
    assert [block.count("\n") for block in found] == [1, 1]


@every_page
def test_python_blocks_give_what_their_comments_say(page):
    scope = {}
    for code, comment in told(page):
        if comment:
            assert repr(eval(code, scope)) == comment, code
        else:
            exec(code, scope)


def told(page):
    """The lines of a page's Python, each with the value that its comment states, if it does."""
    for line in "\n".join(blocks(page, "python")).splitlines():
        code, _, comment = line.partition("  # ")
        yield code, comment if re.fullmatch(r"-?[\d.]+|array\(.*\)", comment) else ""


def test_the_library_tells_values():
    assert sum(bool(comment) for page in PAGES for _, comment in told(page)) >= 3


def test_the_readme_is_short():
    assert len(README.split()) <= MOST_WORDS


@every_page
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    lost = [link for link in LINK.findall(without_blocks(text)) if not leads_somewhere(page, link)]
    assert lost == []


def leads_somewhere(page, link):
    """Whether a link is of the web, or of a file in this tree, and of a heading in it where it names one."""
    if "://" in link:
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))


def anchors(text):
    """The headings of a page as links name them: small letters, words joined by hyphens."""
    headings = re.findall(r"^#+ (.*)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_blocks(text):
    """A page without its fenced blocks, where brackets and # mean something else."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_the_index_lists_every_page():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    listed = {link.partition("#")[0] for link in LINK.findall(index)}
    assert {path.name for path in PAGES[1:]} - {"README.md"} <= listed


def test_the_function_list_is_the_tables():
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("`softmax(x)`") == 1  # The marks that the list stands between are there, and so is the list.
    assert page_with(page, function_list()) == page


def test_the_list_of_mistakes_is_the_tables():
    page = mistake_list.PAGE.read_text(encoding="utf-8")
    assert page.count("| a slope | `p` |") == 1
    assert mistake_list.page_with(page, mistake_list.mistake_list()) == page


@every_page
def test_named_files_exist(page):
    text = without_blocks(page.read_text(encoding="utf-8"))
    named = re.findall(r"`((?:backcalc|grammars|samples|tests|benchmarks|docs)/[\w./-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_walk_takes_the_floors_in_their_order():
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    floors = [name for layer in layers[0]["layers"] for name in layer.split(" | ")]
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == floors


def test_named_modules_exist():
    """`calculus/sweep` on a page for developers is a module, by its package."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = "|".join(path.name for path in (ROOT / "backcalc").iterdir() if (path / "__init__.py").exists())
    named = re.findall(rf"`((?:{packages})/[\w/]*\w)`", page)
    assert len(named) > 40
    assert [name for name in named if not (ROOT / "backcalc" / f"{name}.py").exists()] == []
