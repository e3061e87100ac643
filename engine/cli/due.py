"""``qingdan case due``: cases and steps that are late or nearly so, and who has them."""

from dataclasses import dataclass

import click

from engine.model.case import Case, WorkItem
from engine.model.clock import DeadlineKind, Light, Standing
from engine.model.wording import say
from engine.runtime import Office
from engine.runtime.deadlines.stepwatch import StepLimit
from engine.runtime.deadlines.watch import CaseLimit

from .columns import columns
from .form import show_result
from .options import with_office

_LIGHTS = click.Choice([Light.RED.value, Light.YELLOW.value, Light.GREY.value])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Late:
    """A case in the answer for programs."""

    case: Case
    limits: tuple[CaseLimit, ...]


@click.command(help=say("due.command"))
@click.option(
    "--of",
    type=click.Choice(["cases", "steps"]),
    default="cases",
    show_default=True,
    help=say("due.help.of"),
)
@click.option("--light", type=_LIGHTS, default="red", show_default=True, help=say("due.help.light"))
@click.option(
    "--most", type=click.IntRange(1, 1000), default=50, show_default=True, help=say("due.help.most")
)
@click.option("--after", default="", help=say("due.help.after"))
@with_office
def due(of: str, light: str, most: int, after: str, office: Office, form: str) -> None:
    if of == "steps":
        found = office.steps_due(Light(light), after=after, limit=most)
        told = [_step_row(office, one) for one in found.limits]
        more = [say("due.more", after=found.after)] if found.after else []
        show_result(form, found, "\n".join([columns(told) if told else say("due.none"), *more]))
        return
    if light == Light.GREY:
        raise click.UsageError(say("due.grey-of-steps"))
    cases = office.cases_due(Light(light), limit=most)
    limits = office.case_limits([case.id for case in cases])
    rows = [
        (case.id, _limit_text(one), case.title) for case in cases for one in limits.get(case.id, ())
    ]
    facts = tuple(_Late(case=case, limits=limits.get(case.id, ())) for case in cases)
    show_result(form, facts, columns(rows) if rows else say("due.none"))


def _limit_text(one: CaseLimit) -> str:
    return _standing_text(one.kind, one.standing)


def _standing_text(kind: DeadlineKind, standing: Standing) -> str:
    light = say(f"clock.light.{standing.light}")
    return say("due.standing", kind=kind.label, light=light, word=standing.word)


def _step_row(office: Office, one: StepLimit) -> tuple[str, ...]:
    return (
        one.case.id,
        one.last.isoformat() if one.last else "—",
        _standing_text(one.kind, one.standing),
        one.item.step_name,
        _who(office, one.item),
        one.case.title,
    )


def _who(office: Office, item: WorkItem) -> str:
    if item.officer is None:
        return say("due.free", post=item.post or say("due.any-post"))
    return say("due.holder", officer=office.names().get(item.officer, item.officer))


#: What ``qingdan case`` takes in.
COMMANDS = (due,)
