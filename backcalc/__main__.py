"""The program: `backcalc`, and `python -m backcalc`."""

from __future__ import annotations

import sys

from backcalc.version import __version__


def main() -> None:
    """Run the command line; the version alone is told without loading it."""
    if sys.argv[1:] == ["--version"] and _told():
        return
    from backcalc.cli import main as run

    run()


def _told() -> bool:
    """Whether the version could be written; where not, the command line knows what to say."""
    try:
        sys.stdout.write(f"backcalc {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # Closed by its reader, full, or by the shell: `>&-`.
        return False
    return True


if __name__ == "__main__":
    main()
