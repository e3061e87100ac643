"""``qingdan case clock`` and ``qingdan case handover``: a case's time, who answers for it."""

import click

from engine.model.clock import DeadlineKind
from engine.model.wording import say
from engine.runtime import Office

from .case import BY, office_at, show_result, with_office
from .clocktext import clock_facts, clock_text

_CASE = click.argument("case_id", metavar=say("run.metavar.case"))
_REASON = click.option("--reason", required=True, help=say("clock.help.reason"))


@click.group(help=say("clock.help.group"))
def clock() -> None:
    pass


def _show(office: Office, case_id: str, form: str) -> None:
    show_result(form, clock_facts(office, case_id), clock_text(office, case_id))


@clock.command(help=say("clock.help.show"))
@_CASE
@with_office
def show(case_id: str, db: str, office_id: str | None, form: str) -> None:
    _show(office_at(db, office_id), case_id, form)


@clock.command(help=say("clock.help.accept"))
@_CASE
@BY
@with_office
def accept(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.accept(case_id, by=officer)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.refuse"))
@_CASE
@_REASON
@BY
@with_office
def refuse(
    case_id: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.refuse_acceptance(case_id, by=officer, reason=reason)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.ask"))
@_CASE
@click.option("--corrections", required=True, help=say("clock.help.corrections"))
@BY
@with_office
def ask(
    case_id: str, corrections: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.ask_corrections(case_id, by=officer, corrections=corrections)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.corrected"))
@_CASE
@BY
@with_office
def corrected(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.receive_corrections(case_id, by=officer)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.pause"))
@_CASE
@click.option("--kind", required=True, help=say("clock.help.kind"))
@_REASON
@BY
@with_office
def pause(
    case_id: str, kind: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.pause_clock(case_id, by=officer, kind=kind, reason=reason)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.resume"))
@_CASE
@BY
@with_office
def resume(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.resume_clock(case_id, by=officer)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.extend"))
@_CASE
@click.option("--days", required=True, type=click.IntRange(1), help=say("clock.help.days"))
@click.option(
    "--limit",
    "kind",
    type=click.Choice([DeadlineKind.PROMISED.value, DeadlineKind.STATUTORY.value]),
    default=DeadlineKind.PROMISED.value,
    show_default=True,
    help=say("clock.help.limit"),
)
@_REASON
@click.option("--notice", required=True, help=say("clock.help.notice"))
@BY
@with_office
def extend(
    case_id: str,
    days: int,
    kind: str,
    reason: str,
    notice: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office = office_at(db, office_id)
    chosen = DeadlineKind(kind)
    office.extend(case_id, by=officer, days=days, reason=reason, notice=notice, kind=chosen)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.decide"))
@_CASE
@BY
@with_office
def decide(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.decide(case_id, by=officer)
    _show(office, case_id, form)


@clock.command(help=say("clock.help.deliver"))
@_CASE
@BY
@with_office
def deliver(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.deliver(case_id, by=officer)
    _show(office, case_id, form)


@click.group(help=say("clock.help.handover"))
def handover() -> None:
    pass


@handover.command(help=say("clock.help.offer"))
@_CASE
@click.option("--to", required=True, help=say("clock.help.to"))
@_REASON
@BY
@with_office
def offer(
    case_id: str, to: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.offer_handover(case_id, by=officer, to=to, reason=reason)
    _show(office, case_id, form)


@handover.command(help=say("clock.help.sign"))
@_CASE
@BY
@with_office
def sign(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.answer_handover(case_id, by=officer, accept=True)
    _show(office, case_id, form)


@handover.command(help=say("clock.help.decline"))
@_CASE
@BY
@with_office
def decline(case_id: str, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    office.answer_handover(case_id, by=officer, accept=False)
    _show(office, case_id, form)
