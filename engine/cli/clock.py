"""``qingdan case clock`` and ``qingdan case handover``: a case's time, who answers for it."""

import click

from engine.model.clock import DeadlineKind
from engine.model.wording import say
from engine.runtime import Office

from .clocktext import clock_facts, clock_text
from .form import show_result
from .operation import on_case
from .options import CASE, Option, with_office


@click.group(help=say("clock.help.group"))
def clock() -> None:
    pass


@click.group(help=say("clock.help.handover"))
def handover() -> None:
    pass


def _show(office: Office, case_id: str, form: str) -> None:
    show_result(form, clock_facts(office, case_id), clock_text(office, case_id))


@clock.command(help=say("clock.help.show"))
@CASE
@with_office
def show(case_id: str, office: Office, form: str) -> None:
    _show(office, case_id, form)


def _text(name: str) -> Option:
    return click.option(f"--{name}", required=True, help=say(f"clock.help.{name}"))


_DAYS = click.option("--days", required=True, type=click.IntRange(1), help=say("clock.help.days"))
_LIMIT = click.option(
    "--limit",
    "kind",
    type=click.Choice([DeadlineKind.PROMISED.value, DeadlineKind.STATUTORY.value]),
    default=DeadlineKind.PROMISED.value,
    show_default=True,
    callback=lambda _context, _option, value: DeadlineKind(value),
    help=say("clock.help.limit"),
)
_REASON = _text("reason")

#: Name of the command, what of the office it does, its options.
_ON_CLOCK: tuple[tuple[str, str, tuple[Option, ...]], ...] = (
    ("accept", "accept", ()),
    ("refuse", "refuse_acceptance", (_REASON,)),
    ("ask", "ask_corrections", (_text("corrections"),)),
    ("corrected", "receive_corrections", ()),
    ("pause", "pause_clock", (_text("kind"), _REASON)),
    ("resume", "resume_clock", ()),
    ("extend", "extend", (_DAYS, _LIMIT, _REASON, _text("notice"))),
    ("decide", "decide", ()),
    ("deliver", "deliver", ()),
)
for _name, _method, _options in _ON_CLOCK:
    clock.add_command(on_case(_name, say(f"clock.help.{_name}"), _method, *_options, show=_show))

handover.add_command(
    on_case("offer", say("clock.help.offer"), "offer_handover", _text("to"), _REASON, show=_show)
)
for _name, _accept in (("sign", True), ("decline", False)):
    _help = say(f"clock.help.{_name}")
    handover.add_command(on_case(_name, _help, "answer_handover", show=_show, accept=_accept))

#: What ``qingdan case`` takes in.
COMMANDS = (clock, handover)
