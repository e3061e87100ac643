"""The words that click itself writes around the help of a command, in Chinese.

Belongs here: headings, the line on usage, ``--help``. Does not: what commands say.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from engine.model.wording import say

_HEADINGS = {"Options": "options", "Commands": "commands"}
#: In the line on usage.
_METAVARS = {"[OPTIONS]": "options", "COMMAND": "command", "[ARGS]...": "args"}
_HELP = "Show this message and exit."


class Formatter(click.HelpFormatter):
    """Writes help; give it to :attr:`click.Context.formatter_class`."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        words = (
            say(f"help.metavar.{_METAVARS[word]}") if word in _METAVARS else word
            for word in args.split(" ")
        )
        super().write_usage(prog, " ".join(words), say("help.usage"))

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(say(f"help.{_HEADINGS[name]}") if name in _HEADINGS else name):
            yield

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        told = [(option, _told(text)) for option, text in rows]
        super().write_dl(told, col_max, col_spacing)


def _told(text: str) -> str:
    if text == _HELP:
        return say("help.help")
    text = text.replace("[default: ", f"[{say('help.default')}")
    return text.replace("[required]", f"[{say('help.required')}]")
