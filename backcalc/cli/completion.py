"""Completion in fish, whose script of click's cuts each proposal at its first comma: `w=1,x=` and most descriptions."""

from __future__ import annotations

from click.shell_completion import FishComplete, add_completion_class

_AT_COMMAS = 'string split ","'


class WholeFishComplete(FishComplete):
    """Completion in fish that parts the kind of a proposal from the rest, and nothing else."""

    name = "fish"
    # Replaced in click's own script, which is the rest of it; a click that has another leaves this without effect.
    source_template = FishComplete.source_template.replace(_AT_COMMAS, 'string split --max 1 ","')


add_completion_class(WholeFishComplete)  # By its name it takes the place of click's own.
