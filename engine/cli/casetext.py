"""Cases and work items as text for a terminal."""

from collections.abc import Iterable
from datetime import datetime

from engine.model.case import Case, JournalEntry, Undone, WorkItem
from engine.model.wording import clauses, say
from engine.runtime import Office, Todo

from .columns import columns


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "—"


def cases_text(cases: Iterable[Case]) -> str:
    """A line per case."""
    rows = [
        (case.id, say(f"run.cli.state.{case.state}"), _when(case.opened_at), case.title)
        for case in cases
    ]
    return columns(rows) if rows else say("run.cli.no-cases")


def todo_text(todo: Todo) -> str:
    """What an officer has claimed, and what may be claimed."""
    parts = []
    lists = (("mine", todo.mine, todo.mine_next), ("free", todo.open, todo.open_next))
    for heading, items, next_ in lists:
        lines = [f"  {item_text(item)}" for item in items] or [f"  {say('run.cli.none')}"]
        parts += [say(f"run.cli.{heading}"), *lines]
        if next_:
            parts.append(f"  {say('hotpath.has-more')}")
    return "\n".join(parts)


def item_text(item: WorkItem) -> str:
    """One line about a work item, and why it may not be taken."""
    line = say(
        "run.cli.item",
        case=item.case_id,
        step=item.step,
        name=item.step_name,
        post=item.post or "—",
        state=say(f"run.cli.item-state.{item.state}"),
        officer=item.officer or "",
        due=say("clock.stands") if item.stands else _when(item.due),
    )
    undone = undone_text(item.undone)
    return "\n    ".join(filter(None, (line, undone, item.refusal, item.warning)))


def undone_text(undone: Undone | None) -> str:
    """That work counts no more, with who undid it and when; empty where it counts."""
    if undone is None:
        return ""
    facts = {"officer": undone.officer, "at": _when(undone.at)}
    return say("returning.cli.undone", word=undone.word, **facts)


def case_text(office: Office, case_id: str) -> str:
    """A case with its steps, form and attachments."""
    file = office.case(case_id)
    case = file.case
    lines = [
        f"{case.id}  {case.title}  {say(f'run.cli.state.{case.state}')}",
        say("run.cli.applicant", name=case.applicant.name, version=case.version),
        *(f"  {item_text(item)}" for item in file.work_items),
        *(
            f"  {name} = {_value(value)}  {undone_text(file.undone.get(name))}".rstrip()
            for name, value in file.data.items()
        ),
        *(
            f"  {say('run.cli.attachment', name=a.filename, size=a.size_bytes)}"
            for a in file.attachments
        ),
    ]
    if case.children:
        lines.append(say("run.cli.children", cases="、".join(case.children)))
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, list):
        return say("run.cli.rows", count=len(value))
    return "—" if value is None else str(value)


def history_text(entries: Iterable[JournalEntry]) -> str:
    """A line per journal entry."""
    return columns(
        [
            (
                str(entry.sequence),
                f"{entry.at:%Y-%m-%d %H:%M:%S}",
                entry.actor,
                say(f"run.action.{entry.action}"),
                entry.step_name or "—",
                clauses(entry.note, undone_text(entry.undone)),
            )
            for entry in entries
        ]
    )
