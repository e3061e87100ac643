"""``qingdan batch reconcile``: a batch added up, by bank, file and household."""

from collections.abc import Sequence
from pathlib import Path

import click

from engine.model.wording import say
from engine.runtime import Office
from engine.runtime.batch.gathering import gather
from engine.runtime.batch.reconciliation import Reconciliation, Round, Share
from engine.runtime.batch.reconciliation import reconcile as added_up
from engine.runtime.batch.standing import Household
from engine.runtime.batch.telling import (
    Person,
    bank_of,
    book,
    differences,
    is_meant,
    masked,
    part_name,
    round_name,
    way,
    where,
)

from .columns import columns
from .files import save
from .form import show_result
from .options import CASE, with_office

#: Households, and lines of what is wrong, that are shown; all stand in the Excel file.
MOST = 20
_SHARES = ("sent", "credited", "returned", "open")


@click.command("reconcile", help=say("reconcile.command"))
@CASE
@click.option("--household", default="", help=say("reconcile.help.household"))
@click.option("--out", help=say("reconcile.help.out"))
@with_office
def reconcile(case_id: str, household: str, out: str | None, office: Office, form: str) -> None:
    found = added_up(gather(office, case_id))
    person = _names(office)
    if out is not None:
        save(Path(out), book(found, person, office.clock()), "reconcile.unwritten")
        click.echo(say("reconcile.kept", path=out), err=True)
    chosen = [one for one in found.households if is_meant(one, household)]
    lines = [_one(each, person) for each in chosen] if household else _told(found)
    facts = _facts(found, chosen, person)
    show_result(form, facts, "\n".join(lines or [say("reconcile.nobody", text=household)]))
    if not found.balances:
        raise SystemExit(1)


def _names(office: Office) -> Person:
    known = {officer.id: officer.name for officer in office.roster().officers}
    return lambda id_: known.get(id_, id_)


def _told(found: Reconciliation) -> list[str]:
    rows = [(say("reconcile.roll"), *_share(found.roll))]
    rows += [(part_name(p), *_share(share)) for p, share in found.parts.items()]
    told = [say("reconcile.heading", case=found.case_id, title=found.title), columns(rows)]
    told.append(say("reconcile.difference-is", difference=found.difference))
    if found.rounds:
        told += ["", say("reconcile.by-bank"), *(f"{bank_of(b)}：{_line(b)}" for b in found.banks)]
        told += ["", say("reconcile.by-file")]
        told += [
            f"{round_name(r)} {bank_of(r) if r.file else ''}：{_line(r)}" for r in found.rounds
        ]
    problems = (*found.problems, *differences(found))
    told += ["", say("reconcile.problems" if problems else "reconcile.balances")]
    told += [f"- {text}" for text in problems[:MOST]]
    if len(problems) > MOST:
        told.append(say("batch.more", count=len(problems) - MOST))
    return told


def _share(share: Share) -> tuple[str, str]:
    facts = {"count": share.count, "amount": share.amount}
    return say("reconcile.households", **facts), say("reconcile.yuan", **facts)


def _line(each: Round) -> str:
    return "，".join(
        say(f"reconcile.share.{name}", count=share.count, amount=share.amount)
        for name in _SHARES
        if (share := getattr(each, name)).count or name == "sent"
    )


def _one(one: Household, person: Person) -> str:
    facts = {"card": masked(one.bank_card), "amount": one.payment.amount, "where": where(one)}
    lines = [say("reconcile.one", who=one.called, **facts)]
    lines += [f"  {text}" for text in (*way(one, person), *one.problems)]
    return "\n".join(lines)


def _facts(
    found: Reconciliation, households: Sequence[Household], person: Person
) -> dict[str, object]:
    """The reconciliation for programs."""
    return {
        "case": found.case_id,
        "balances": found.balances,
        "difference": str(found.difference),
        "roll": _share_facts(found.roll),
        "parts": {part.value: _share_facts(share) for part, share in found.parts.items()},
        "banks": [_round_facts(each) for each in found.banks],
        "files": [_round_facts(each) for each in found.rounds],
        "problems": list(found.problems),
        "differences": list(differences(found)),
        "households": [
            {
                "row": one.row,
                "name": one.payment.name,
                "card": masked(one.bank_card),
                "amount": str(one.payment.amount),
                "part": one.part.value,
                "way": list(way(one, person)),
                "problems": list(one.problems),
            }
            for one in households
        ],
    }


def _round_facts(each: Round) -> dict[str, object]:
    number, voided = (each.file.number, bool(each.file.voided_at)) if each.file else (0, False)
    shares = {name: _share_facts(getattr(each, name)) for name in _SHARES}
    return {"number": number, "bank": each.bank_name, "voided": voided, **shares}


def _share_facts(share: Share) -> dict[str, object]:
    return {"count": share.count, "amount": str(share.amount)}
