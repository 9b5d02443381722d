"""`python -m rxreplay`."""

from rxreplay.cli import main

main()
