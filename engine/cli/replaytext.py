"""A replayed run as text a designer reads, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from engine.model.procedure import FieldType, FormField, NodeKind, Trigger
from engine.model.wording import say

if TYPE_CHECKING:
    from engine.model.finding import Finding
    from engine.runtime.replaying import Exit, Happening, Replay

#: What is said of an event that takes place.
_EVENTS = {Trigger.TIMER: "timer", Trigger.MESSAGE: "message", Trigger.SIGNAL: "message"}
#: Faults a run gets stuck by.
_STUCK = ("deadlock", "or-join-cycle")
#: Faults a token too many shows.
_DOUBLED = ("lack-of-synchronisation", "no-proper-completion")


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """A run that was replayed, and what it was to show."""

    #: Name of the process.
    title: str
    #: The rule whose finding it shows; empty for a run that was given.
    rule: str
    #: Names of the elements concerned, by path.
    names: Mapping[str, str]
    replay: "Replay"

    @property
    def agrees(self) -> bool:
        """Whether SpiffWorkflow did all of it, and it ended as the finding says."""
        if self.replay.endless:
            return self.rule == "cannot-complete"
        return self.replay.astray is None and self._shows()

    def _shows(self) -> bool:
        reached = {happening.path for happening in self.replay.happenings}
        if self.rule in _STUCK:
            return not self.replay.waiting and not self.replay.finished
        if self.rule in _DOUBLED:
            return self.count() > 1
        return self.rule == "cannot-complete" or reached.issuperset(self.names)

    def count(self) -> int:
        """How many tokens met at the elements, or how often an end was reached."""
        if self.rule == "no-proper-completion":
            paths = [happening.path for happening in self.replay.happenings]
            return max((paths.count(element) for element in self.names), default=0)
        return max(self.replay.tokens.values(), default=0)


def lines(finding: "Finding | None", played: Sequence[Played], alike: int) -> Iterator[str]:
    """The text form."""
    if finding is None:
        yield say("replay.head.run", process=played[0].title)
    else:
        where = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
        yield say(
            "replay.head.finding",
            where=click.style(where, bold=True),
            rule=finding.rule,
            message=finding.message,
        )
    if finding is not None and alike > 1:
        yield say("replay.head.others", count=alike, rule=finding.rule)
    for part in played:
        if len(played) > 1:
            yield say("replay.head.part", process=part.title)
        for number, happening in enumerate(part.replay.happenings, 1):
            yield _line(number, happening, marked=happening.path in part.names)
        yield _end(part)


def _line(number: int, happening: "Happening", *, marked: bool) -> str:
    line = say(
        "replay.line.step",
        number=number,
        mark="★" if marked else "　",
        act=say(f"replay.act.{_act(happening)}"),
        name=happening.name,
        more=_post(happening) + _more(happening),
    )
    return click.style(line, bold=True) if marked else line


def _act(happening: "Happening") -> str:
    if happening.act.value == "open" and happening.asked is not None:
        return "open-step"
    if happening.act.value == "fire" and happening.trigger in _EVENTS:
        return _EVENTS[happening.trigger]
    if happening.act.value != "pass":
        return happening.act.value
    kinds = {
        NodeKind.START_EVENT: "start",
        NodeKind.END_EVENT: "end",
        NodeKind.EVENT_BASED_GATEWAY: "wait",
        NodeKind.THROW_EVENT: "throw",
        NodeKind.BOUNDARY_EVENT: "fire",
    }
    if happening.kind in kinds:
        return kinds[happening.kind]
    if not happening.exits:
        return "meet"
    return "split" if happening.kind is NodeKind.PARALLEL_GATEWAY else "choice"


def _post(happening: "Happening") -> str:
    asked = happening.asked
    if asked is None or happening.act.value not in ("do", "open"):
        return ""
    key = "records" if asked.external else "post"
    return say(
        f"replay.line.{key}",
        post=asked.post or say("replay.line.anybody"),
        party=asked.party,
    )


def _more(happening: "Happening") -> str:
    more = ""
    if happening.breaks_off:
        more += say("replay.line.breaks-off", name=happening.breaks_off)
    if happening.exits:
        ways = "、".join(map(_exit, happening.exits))
        if happening.kind is NodeKind.PARALLEL_GATEWAY:
            ways = "、".join(say("replay.line.always", name=e.name) for e in happening.exits)
        more += say("replay.line.takes", exits=ways)
    if happening.values:
        values = "，".join(
            say("replay.line.value", label=field.label, value=_value(field, value))
            for field, value in happening.values
        )
        more += say("replay.line.values", values=values)
    if happening.forced is not None:
        names = "”“".join(happening.forced.names)
        more += say(f"replay.forced.{happening.forced.why}", names=names)
    return more


def _exit(found: "Exit") -> str:
    condition = found.condition or say("replay.line.unconditional")
    if found.is_default:
        condition = say("replay.line.default")
    return say("replay.line.exit", name=found.name, condition=condition)


def _value(field: FormField, value: object) -> str:
    """A value as it would be typed."""
    if value is None:
        return say("replay.line.nothing")
    if field.type is FieldType.TABLE and isinstance(value, list):
        return say("replay.line.rows", count=len(value))
    return f"{value:f}{field.unit}" if field.type in _NUMBERS else str(value)


_NUMBERS = (FieldType.NUMBER, FieldType.MONEY)


def _end(part: Played) -> str:
    """The last line: what the run shows, or where it went astray."""
    found = part.replay
    elements = "”“".join(dict.fromkeys(part.names.values()))
    if found.endless and part.agrees:
        return say("replay.end.endless", name=found.astray_name)
    if found.astray is not None:
        return _astray(part)
    if not part.agrees:
        kind = _DIFFERS.get(part.rule, "differs")
        return click.style(
            say(f"replay.end.{kind}", waiting="”“".join(found.waiting_names)), fg="red"
        )
    kind = part.rule if part.rule in _ENDS else "pair"
    line = say(f"replay.end.{kind}", elements=elements, count=part.count())
    return line + _afterwards(found)


#: What is said where SpiffWorkflow does not get stuck, or has one token for two.
_DIFFERS = dict.fromkeys(_STUCK, "differs-stuck") | {"lack-of-synchronisation": "differs-doubled"}
_ENDS = (*_STUCK, *_DOUBLED, "cannot-complete")


def _afterwards(found: "Replay") -> str:
    if found.finished:
        return say("replay.end.finished")
    if not found.waiting:
        return ""
    return say("replay.end.waiting", waiting="、".join(found.waiting_names))


def _astray(part: Played) -> str:
    found = part.replay
    assert found.astray is not None
    waiting = "、".join(found.waiting_names)
    reason = say(f"replay.end.astray-{'waiting' if waiting else 'nothing'}", waiting=waiting)
    if found.endless:
        reason = say("replay.end.astray-endless")
    past = [h.path for h in found.happenings if h.act.value == "fire"]
    if found.astray.label in past:
        reason = say("replay.end.astray-again") + reason
    return click.style(say("replay.end.astray", name=found.astray_name, reason=reason), fg="red")


def as_json(finding: "Finding | None", played: Sequence[Played]) -> dict[str, Any]:
    """The stable form of ``--format json``."""
    from .check import fields_of

    return {
        "finding": None if finding is None else fields_of(finding),
        "agrees": all(part.agrees for part in played),
        "runs": [_run(part) for part in played],
    }


def _run(part: Played) -> dict[str, Any]:
    found = part.replay
    astray = found.astray
    return {
        "process": part.title,
        "steps": [
            _step(number, happening, marked=happening.path in part.names)
            for number, happening in enumerate(found.happenings, 1)
        ],
        "astray": None if astray is None else {"act": astray.act.value, "path": astray.label},
        "finished": found.finished,
        "waiting": list(found.waiting),
        "tokens": dict(found.tokens),
        "result": _end(part),
    }


def _step(number: int, happening: "Happening", *, marked: bool) -> dict[str, Any]:
    asked, forced = happening.asked, happening.forced
    return {
        "number": number,
        "act": happening.act.value,
        "path": happening.path,
        "kind": happening.kind.value,
        "name": happening.name,
        "concerned": marked,
        "post": None if asked is None else asked.post,
        "party": None if asked is None else asked.party,
        "duty": None if asked is None else asked.duty,
        "values": {field.name: _plain(value) for field, value in happening.values},
        "exits": [
            {"flow": e.id, "name": e.name, "condition": e.condition, "default": e.is_default}
            for e in happening.exits
        ],
        "forced": None if forced is None else {"why": forced.why, "names": list(forced.names)},
    }


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [{name: _plain(cell) for name, cell in row.items()} for row in value]
    return value if value is None else str(value)
