"""The form of an answer: text or JSON, and the option that chooses it."""

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import click

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any] | click.Command)


def form_option(help: str, *more: str) -> Callable[[_Decorated], _Decorated]:
    """``--format``, given to the command as ``form``: ``text``, ``json``, or one of more."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", *more]),
        default="text",
        show_default=True,
        help=help,
    )


def show_result(form: str, value: object, text: str) -> None:
    """Print an answer as JSON or as text."""
    click.echo(as_json(value) if form == "json" else text)


def as_json(value: object) -> str:
    """Stable JSON: sorted keys, ISO times, exact decimals as text."""
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, indent=2, default=_primitive
    )


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _primitive(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value))
