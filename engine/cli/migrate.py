"""``qingdan case migrate``: running cases on another version, the plan first."""

import sys
from collections.abc import Iterator, Sequence

import click

from engine.model.wording import say
from engine.runtime import Office, Plan, Report

from .columns import columns
from .form import show_result
from .options import KEY, with_office

_BY = click.option("--as", "officer", default="", envvar="QINGDAN_OFFICER", help=say("run.help.as"))


@click.command(help=say("migration.command.migrate"))
@click.argument("cases", nargs=-1, metavar=say("migration.metavar.cases"))
@click.option("--item", help=say("migration.help.item"))
@click.option("--from", "since", default="", help=say("migration.help.from"))
@click.option("--to", default="", help=say("migration.help.to"))
@click.option(
    "--renamed",
    multiple=True,
    metavar=say("renaming.metavar"),
    help=say("renaming.help"),
)
@click.option("--apply", is_flag=True, help=say("migration.help.apply"))
@click.option("--reason", default="", help=say("migration.help.reason"))
@KEY
@_BY
@with_office
def migrate(
    cases: tuple[str, ...],
    item: str | None,
    since: str,
    to: str,
    renamed: tuple[str, ...],
    apply: bool,
    reason: str,
    key: str,
    officer: str,
    office: Office,
    form: str,
) -> None:
    if bool(cases) == bool(item):
        raise click.UsageError(say("migration.cli.which"))
    if since and not item:
        raise click.UsageError(say("migration.cli.from-alone"))
    if apply and not reason.strip():
        raise click.UsageError(say("migration.cli.no-reason"))
    chosen = cases or office.cases_on(str(item), since, to=to)
    said = dict(map(_pair, renamed))
    if len(said) < len(renamed):
        raise click.UsageError(say("renaming.twice"))
    asked = {"to": to, "by": officer, "reason": reason, "key": key}
    reports = tuple(office.migrate_all(chosen, renamed=said, apply=apply, **asked))
    show_result(form, reports, _text(office, reports, whole=bool(cases)))
    if not apply and any(report.outcome == "possible" for report in reports):
        click.echo(say("migration.cli.only-a-plan"), err=True)
    if any(report.outcome == "refused" for report in reports):
        sys.exit(1)


def _pair(text: str) -> tuple[str, str]:
    """Two ids, as ``old=new``."""
    old, _, new = (part.strip() for part in text.partition("="))
    if not (old and new):
        raise click.UsageError(say("renaming.unreadable", text=text))
    return old, new


def _text(office: Office, reports: Sequence[Report], *, whole: bool) -> str:
    """A line per case, and below it why not; for cases named one by one the whole plan."""
    if not reports:
        return say("migration.cli.none")
    heads = tuple(say(f"migration.head.{head}") for head in ("case", "from", "to", "outcome"))
    rows = columns([heads, *map(_row, reports)]).splitlines()
    lines = [rows[0]]
    for row, report in zip(rows[1:], reports, strict=True):
        lines.append(row)
        if whole and report.plan is not None and not report.plan.is_current:
            lines += [f"  {line}" for line in _plan_text(office, report.plan)]
        lines += [f"  · {reason}" for reason in report.reasons]
    plans = [] if whole else [report.plan for report in reports if report.plan is not None]
    lines += dict.fromkeys(text for plan in plans for text in plan.renaming_texts)
    counted = {
        outcome: sum(report.outcome == outcome for report in reports)
        for outcome in ("possible", "moved", "refused", "current")
    }
    lines.append(say("migration.cli.counted", **counted))
    return "\n".join(lines)


def _row(report: Report) -> tuple[str, ...]:
    hashes = (report.old[:12] or "—", report.new[:12] or "—")
    return (report.case_id, *hashes, say(f"migration.outcome.{report.outcome}"))


def _plan_text(office: Office, plan: Plan) -> Iterator[str]:
    roster = office.roster()
    names = {officer.id: officer.name for officer in roster.officers}
    yield say("migration.cli.done", steps="、".join(plan.done) or "—")
    for landing in plan.waiting:
        yield say(
            "migration.cli.waiting",
            before=_place(landing.old_name, landing.old_post),
            after=_place(landing.new_name, landing.new_post) if landing.new_name else "—",
            officer=names.get(landing.officer or "", landing.officer or "—"),
        )
    for name in ("added", "dropped", "children"):
        found = getattr(plan, name)
        if found:
            yield say(f"migration.cli.{name}", names="、".join(found))
    yield from plan.renaming_texts
    for side in ("gone", "fresh"):
        places = [say("renaming.place", id=p.id, name=p.name) for p in getattr(plan, side)]
        if plan.reasons and places:
            yield say(f"renaming.{side}", places="、".join(places))
    yield from plan.warnings


def _place(name: str, post: str) -> str:
    return f"{name}（{post}）" if post else name


#: What ``qingdan case`` takes in.
COMMANDS = (migrate,)
