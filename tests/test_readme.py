"""Every console block of the README is run, in order, in one folder; what it shows is what comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ (?P<command>.*(?:\\\n.*)*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
STEPS = [(match["command"], match["output"]) for block in BLOCKS for match in STEP.finditer(block)]


def test_the_readme_has_examples():
    assert len(STEPS) >= 5


def test_console_blocks(tmp_path):
    """In order, for each may build on the files of those before it; every one that differs is told."""
    different = [
        (command, shown, output) for command, output in STEPS if (shown := printed(command, tmp_path)) != output
    ]
    assert different == []


def printed(command, folder):
    """What a command prints, in a folder in which `backcalc` is on the path."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    shell = ["bash", "-c", command]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.run(shell, cwd=folder, env=environment, check=False, **streams).stdout


def test_set_up_is_two_commands_of_one_line():
    setup = README[README.index("## Try it") : README.index("Afterwards")]
    blocks = re.findall(r"^```sh\n(.*?)^```$", setup, re.MULTILINE | re.DOTALL)
    assert [block.count("\n") for block in blocks] == [1, 1]


def test_python_block_gives_what_its_comments_say():
    scope, told = {}, 0
    for line in "\n".join(re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)).splitlines():
        code, _, comment = line.partition("  # ")
        if re.fullmatch(r"-?[\d.]+|array\(.*\)", comment):
            told += 1
            assert repr(eval(code, scope)) == comment, code
        else:
            exec(code, scope)
    assert told >= 3
