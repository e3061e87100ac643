"""``python -m engine.cli``: the command where no console script is on the path."""

from .main import main

main()
