"""`backcalc samples`."""

from __future__ import annotations

import sys

import click
from click.shell_completion import CompletionItem

from backcalc.analysis.samples import sample, samples
from backcalc.cli.options import Shown, as_command, shows
from backcalc.cli.output import print_report
from backcalc.cli.typed import tell_unheeded
from backcalc.render.reports.samples import SamplesReport

EXAMPLES = """\b
Examples:
  backcalc samples
  backcalc samples lattice > lattice.bg
"""


def _completion(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(entry.name) for entry in samples() if entry.name.startswith(incomplete)]


@as_command("samples", EXAMPLES)
@click.argument("name", required=False, shell_complete=_completion)
@shows("document", digits=False)
def command(name: str | None, shown: Shown) -> int:
    """NAME is that of the sample to print."""
    if name is not None:
        tell_unheeded("format", "a sample is printed as its file is")
        sys.stdout.write(sample(name).text)  # As it is, comments too: it is to be read and copied.
    else:
        print_report(SamplesReport(samples()), shown)
    return 0
