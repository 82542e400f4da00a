"""Completion in the shells, where click's scripts do not serve values such as `w=1,x=`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from click.shell_completion import BashComplete, FishComplete, ZshComplete, add_completion_class, split_arg_string

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Replaced in click's own scripts, which are the rest of it; a click that has others leaves these without effect.
_AT_COMMAS = 'string split ","'
_WORDS = 'COMP_WORDS="${COMP_WORDS[*]}"'
_OPEN = "*=|*/"  # What is to go on.
_REPLY = "COMPREPLY+=($value)"
_PLAIN, _DESCRIBED = "compadd -U -V unsorted", "completions_with_descriptions -U"
_SUFFIX = ' "${open[@]}"'
_KEY = 'if [[ "$type" == "plain" ]]; then'


class OpenBashComplete(BashComplete):
    """Completion in bash by the whole line, which it parts at each `=`; no blank behind what is to go on."""

    name = "bash"
    source_template = BashComplete.source_template.replace(
        _WORDS, f'COMP_LINE="${{COMP_LINE:0:COMP_POINT}}" {_WORDS}'
    ).replace(_REPLY, f"{_REPLY}\n            case $value in {_OPEN}) compopt -o nospace;; esac")
    _behind = 0  # Where what bash takes for the word begins in the argument.

    def get_completion_args(self) -> tuple[list[str], str]:
        """The arguments up to the cursor, and the one that is to be completed."""
        line = os.environ.get("COMP_LINE", "")
        if not line:  # A function that calls the script has words alone.
            return super().get_completion_args()
        words = split_arg_string(line)
        incomplete = "" if line[-1].isspace() else words.pop()
        self._behind = incomplete.rfind("=") + 1
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """A proposal as the script reads it, from where bash's word begins."""
        return f"{item.type},{item.value[self._behind :]}"


class OpenZshComplete(ZshComplete):
    """Completion in zsh without a blank behind what is to go on."""

    name = "zsh"
    source_template = (
        ZshComplete.source_template.replace("local -a response", "local -a response\n    local -a open")
        .replace(_KEY, f'case "$key" in {_OPEN}) open=(-S "");; esac\n        {_KEY}')
        .replace(_PLAIN, _PLAIN + _SUFFIX)
        .replace(_DESCRIBED, _DESCRIBED + _SUFFIX)
    )


class WholeFishComplete(FishComplete):
    """Completion in fish that parts the kind of a proposal from the rest; click's cuts `w=1,x=` at its first comma."""

    name = "fish"
    source_template = FishComplete.source_template.replace(_AT_COMMAS, 'string split --max 1 ","')


for _class in (OpenBashComplete, OpenZshComplete, WholeFishComplete):
    add_completion_class(_class)  # By its name it takes the place of click's own.
