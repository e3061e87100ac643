"""The option by which a command answers in another form than text."""

from collections.abc import Callable
from typing import Any

import click


def form_option(help: str, *more: str) -> Callable[[Any], Any]:
    """``--format``, given to the command as ``form``: ``text``, ``json``, or one of more."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", *more]),
        default="text",
        show_default=True,
        help=help,
    )
