"""`python -m backcalc`."""

from backcalc.cli import main

main()
