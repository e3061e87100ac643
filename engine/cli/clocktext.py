"""A case's clock as text for a terminal, and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from engine.model.case import WorkItem
from engine.model.clock import CaseClock, Pause, Standing
from engine.model.wording import say
from engine.runtime import Office
from engine.runtime.deadlines.handover import Answerability
from engine.runtime.deadlines.view import LimitLine, limit_lines, step_standing
from engine.store import CHINA


def clock_facts(office: Office, case_id: str) -> dict[str, object]:
    """Everything about a case's time, and who answers for it."""
    clock, answers = office.case_clock(case_id), office.answerability(case_id)
    facts: dict[str, object] = {"case": case_id, "answerability": asdict(answers), "clock": None}
    facts["steps"] = [
        {
            "work_item": item.id,
            "step": item.step,
            "own": asdict(own),
            "by_law": list(map(asdict, law)),
        }
        for item, own, law in _steps(office, case_id)
    ]
    if clock is not None:
        lines = limit_lines(clock, office.calendar(), office.clock())
        happened = {name: getattr(clock, name) for name in _HAPPENED}
        facts["clock"] = {
            "stage": clock.stage,
            "regime": clock.regime.id if clock.regime else "",
            "deemed": clock.deemed,
            "limits": [asdict(line) for line in lines],
            "pauses": [asdict(pause) for pause in clock.pauses],
            "extensions": [
                {"kind": deadline.kind, **asdict(deadline.extension)}
                for deadline in clock.deadlines
                if deadline.extension
            ],
            "corrections": clock.corrections,
            "refusal": clock.refusal,
            **happened,
        }
    return facts


_HAPPENED = (
    "received_at",
    "corrections_asked_at",
    "corrected_at",
    "accepted_at",
    "refused_at",
    "decided_at",
    "delivered_at",
)


def clock_text(office: Office, case_id: str) -> str:
    """A case's clock, its limits side by side, those of open steps, the ledger, who answers."""
    clock = office.case_clock(case_id)
    lines = []
    if clock is None:
        lines.append(say("clock.refused.no-clock", case=case_id))
    else:
        lines += _clock_lines(office, clock)
    lines += _step_lines(office, case_id)
    return "\n".join([*lines, *_answer_lines(office.answerability(case_id), office)])


def _steps(office: Office, case_id: str) -> Iterator[tuple[WorkItem, Standing, list[LimitLine]]]:
    """The open steps of a case, how their own limits stand, and those statutes set them."""
    by_law, calendar = office.step_lines(case_id), office.calendar()
    for item in office.open_steps([case_id]).get(case_id, ()):
        own = step_standing(item, calendar, office.clock())
        yield item, own, list(by_law.get(item.id, ()))


def _step_lines(office: Office, case_id: str) -> Iterator[str]:
    for item, own, law in _steps(office, case_id):
        light = say(f"clock.light.{own.light}")
        yield say("clock.step", step=item.step_name, light=light, word=own.word)
        for line in law:
            yield from (f"  {text}" for text in _limit_lines(line))


def _clock_lines(office: Office, clock: CaseClock) -> list[str]:
    lines = [f"{clock.case_id}  {say(f'clock.stage.{clock.stage}')}"]
    for name in _HAPPENED:
        moment = getattr(clock, name)
        if moment is not None:
            lines.append(f"  {say(f'clock.happened.{name}')}  {_when(moment)}")
    for line in limit_lines(clock, office.calendar(), office.clock()):
        lines += _limit_lines(line)
    return [*lines, *(f"  {line}" for line in _said_lines(office, clock))]


def _said_lines(office: Office, clock: CaseClock) -> list[str]:
    """What officers wrote down for it: corrections, a refusal, extensions, the ledger."""
    lines = []
    if clock.corrections:
        lines.append(say("clock.corrections", corrections=clock.corrections))
    if clock.refusal:
        lines.append(say("clock.refusal", refusal=clock.refusal))
    for deadline in clock.deadlines:
        if more := deadline.extension:
            lines.append(
                say(
                    "clock.extension",
                    kind=deadline.kind.label,
                    days=more.days,
                    officer=office.names().get(more.by, more.by),
                    at=_when(more.at),
                    reason=more.reason,
                    notice=more.notice,
                )
            )
    return [*lines, *map(_pause, clock.pauses)]


def _limit_lines(line: LimitLine) -> list[str]:
    told = say(
        "clock.line",
        label=line.label,
        limit=line.limit,
        since=line.since,
        last=line.last or "—",
        light=say(f"clock.light.{line.standing.light}"),
        word=line.standing.word,
    )
    provisional = f"  {say('clock.provisional')}" if line.provisional else ""
    return [
        f"  {told}{provisional}",
        f"    {say('clock.account', basis=line.basis, account=line.account)}",
    ]


def _pause(pause: Pause) -> str:
    return say(
        "clock.pause",
        kind=pause.kind,
        reason=pause.reason,
        since=_when(pause.since),
        until=_when(pause.until) if pause.until else say("clock.lasting"),
        basis=pause.basis or say("clock.promise-only"),
    )


def _answer_lines(answers: Answerability, office: Office) -> list[str]:
    names = office.names()

    def name(officer_id: str) -> str:
        return names.get(officer_id, officer_id)

    lines = [say("clock.answers", first=name(answers.first), present=name(answers.present))]
    for handover in answers.handovers:
        lines.append(
            "  "
            + say(
                "clock.handover",
                giver=name(handover.giver),
                taker=name(handover.taker),
                state=say(f"clock.handover-state.{handover.state}"),
                reason=handover.reason,
            )
        )
    return lines


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
