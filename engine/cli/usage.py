"""What is wrong with a call, in Chinese: click says it in English.

Its own types and texts are known here; what commands themselves refuse is Chinese already.
"""

import re

import click

from engine.model.errors import reason_of
from engine.model.wording import say

#: What click has no class for, by the entry of the catalogue.
_TEXTS = {
    "too-many": re.compile(r"Got unexpected extra arguments? \((?P<given>.*)\)", re.DOTALL),
    "no-value": re.compile(r"Option '(?P<name>.*)' requires (an argument|\d+ arguments)\."),
    "needless-value": re.compile(r"Option '(?P<name>.*)' does not take a value\."),
}


def told(error: click.UsageError, commands: tuple[str, ...]) -> str:
    """One line that says what is wrong and what to do.

    Parameters
    ----------
    commands : what could have been called, unless the error knows better.
    """
    match error:
        case click.NoSuchCommand():
            if error.ctx and isinstance(error.ctx.command, click.Group):
                commands = tuple(error.ctx.command.list_commands(error.ctx))
            return say("cli.no-such-command", known="、".join(sorted(commands)))
        case click.NoSuchOption():
            near = "、".join(error.possibilities or ())
            if not near:
                return say("cli.no-option-like-it", name=error.option_name)
            return say("cli.no-such-option", name=error.option_name, near=near)
        case click.MissingParameter():
            return say("cli.missing-parameter", name=_name_of(error))
        case click.BadParameter():
            return say("cli.bad-parameter", name=_name_of(error), problem=_problem(error))
    for key, text in _TEXTS.items():
        if found := text.fullmatch(error.message):
            return say(f"cli.{key}", **found.groupdict())
    return say("cli.usage", problem=error.message)


def _name_of(error: click.BadParameter) -> str:
    """The parameter as the user writes it."""
    if isinstance(error.param, click.Option):
        return error.param.opts[0]
    return error.param.human_readable_name if error.param else str(error.param_hint)


def _problem(error: click.BadParameter) -> str:
    """What is wrong with a value, by the type it should have."""
    match error.param.type if error.param else None:
        case click.Choice(choices=choices):
            return say("cli.one-of", known="、".join(map(str, choices)))
        case click.IntRange(min=least, max=None) | click.FloatRange(min=least, max=None):
            return say("cli.at-least", least=least)
        case click.IntRange(min=least, max=most):
            return say("cli.between", least=least, most=most)
        case click.types.IntParamType():
            return say("cli.whole-number")
        case click.Path(file_okay=False):
            return say("system.file")
        case click.Path(dir_okay=False):
            return say("system.directory")
        case click.File() if isinstance(error.__context__, OSError):
            return reason_of(error.__context__)
    return error.message.rstrip(".")
