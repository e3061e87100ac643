"""What lies ahead of a case: whether its decision is still to be made, and by whom.

Ahead is what waits and what may come after it on the way to the end. A way back to a step
that came before is not the way to the end: what was decided stays decided, until the case
does go back there.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from engine.model.case import RUNNING
from engine.model.mark import ClockEvent
from engine.model.procedure import Node, NodeKind, Procedure
from engine.model.wording import say

from ..judging import Judge
from ..lookahead import MOST_OTHERS
from ..program import Program
from ..statements import Row

#: Duties that make the decision.
_DECIDING = ("approve", "decide-jointly")
_WAITING = (
    "SELECT DISTINCT trail, step_name, officer, post FROM work_item WHERE office_id = ? "
    "AND {family} = ? AND state IN ('ready', 'claimed') AND kind = 'step' ORDER BY trail, officer"
)
_RUNNING_TIMERS = (
    "SELECT DISTINCT c.trail || t.step FROM timer t JOIN case_file c "
    "ON c.office_id = t.office_id AND c.id = t.case_id WHERE c.office_id = ? AND c.{family} = ?"
)


class _Ways(dict[str, dict[str, tuple[str, ...]]]):
    """Where a node leads to on the way to the end, by procedure and id."""

    def __init__(self, program: Program) -> None:
        super().__init__({id_: _onward(procedure) for id_, procedure in program.procedures.items()})


def _onward(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """Where each node leads to, without the ways back to what every run passed before."""
    ways = {id_: tuple(_leads_to(procedure, node)) for id_, node in procedure.nodes.items()}
    entered = set(chain.from_iterable(ways.values()))
    starts = ways.keys() - entered
    return {
        id_: tuple(to for to in targets if id_ in _reached(ways, starts, without=to))
        for id_, targets in ways.items()
    }


def _leads_to(procedure: Procedure, node: Node) -> Iterator[str]:
    yield from (target.id for target in procedure.successors(node))
    for other in procedure.nodes.values():
        begins = other.kind is NodeKind.START_EVENT and other.scope == node.id and not node.by_event
        if begins or other.attached_to == node.id:
            yield other.id
    around = procedure.nodes.get(node.scope or "")
    if around is not None and not node.outgoing and not around.by_event:
        yield from (
            to for to in _leads_to(procedure, around) if to not in _within(procedure, around)
        )


def _within(procedure: Procedure, around: Node) -> set[str]:
    return {node.id for node in procedure.nodes.values() if node.scope == around.id}


def _reached(
    ways: Mapping[str, Collection[str]], starts: Collection[str], *, without: str = ""
) -> set[str]:
    """Nodes some way leads to from the starts, themselves included."""
    found, pile = set[str](), [start for start in starts if start != without]
    while pile:
        here = pile.pop()
        if here not in found:
            found.add(here)
            pile += [to for to in ways[here] if to != without]
    return found


def steps_ahead(program: Program, waiting: Collection[str]) -> dict[str, Node]:
    """The steps a run waits at and those that may come, by path.

    Parameters
    ----------
    waiting : paths of what it waits at: steps, messages, timers, calls.
    """
    found: dict[str, Node] = {}
    for path in waiting:
        *calls, last = path.split("/")
        for depth, id_ in enumerate((*calls, last)):
            procedure = program.chain("/".join((*calls, last)[: depth + 1]))[-1][0]
            prefix = "".join(f"{call}/" for call in calls[:depth])
            reached = _reached(program.once(_Ways)[procedure.id], [id_])
            # A call the run is inside of is done when what is inside has come to its end.
            inside = {id_} if depth < len(calls) else set()
            for node in (procedure.nodes[one] for one in reached - inside):
                found.update(_steps_of(program, node, prefix))
    return found


def _steps_of(program: Program, node: Node, prefix: str) -> Iterator[tuple[str, Node]]:
    """A step itself; of a call, every step of what it calls."""
    if node.kind.is_task:
        yield f"{prefix}{node.id}", node
    if node.called in program.procedures and prefix.count("/") < len(program.procedures):
        for inner in program.procedures[node.called or ""].nodes.values():
            yield from _steps_of(program, inner, f"{prefix}{node.id}/")


def undecided(steps: Mapping[str, Node]) -> tuple[str, ...]:
    """Paths of the steps ahead that make the decision."""
    return tuple(path for path, node in steps.items() if node.step and node.step.duty in _DECIDING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """What a case has still before it."""

    #: What steps ahead do to its clock, with the name of one that does.
    drawn: Mapping[ClockEvent, str]
    #: Why the decision is not made yet and whose turn it is, in Chinese; empty once it is.
    undecided: str


def ahead_of(judge: Judge, row: Row) -> Ahead:
    """What a case has still before it; nothing once it has ended."""
    if row["state"] not in RUNNING:
        return Ahead(drawn={}, undecided="")
    family = "root_id" if row["root_id"] == row["id"] else "case_id"
    key = judge.office_id, row["id"]
    rows = judge.wire.run(_WAITING.format(family=family), *key).fetchall()
    own = "root_id" if family == "root_id" else "id"
    timers = judge.wire.run(_RUNNING_TIMERS.format(family=own), *key).fetchall()
    program = judge.versions.program(judge.connection, row["bundle"])
    waiting = [trail.removeprefix(row["trail"]) for trail, *_ in (*rows, *timers)]
    steps = steps_ahead(program, [path for path in waiting if program.has(path)])
    drawn = {
        mark.event: node.label for node in steps.values() if node.step for mark in node.step.marks
    }
    left = undecided(steps)
    if not left:
        return Ahead(drawn=drawn, undecided="")
    later = [steps[path].label for path in left if path not in waiting]
    turns = dict.fromkeys(_turn(judge, *row) for _, *row in rows)
    open_ = "、".join([*turns][:MOST_OTHERS])
    if not later:
        return Ahead(drawn=drawn, undecided=say("matter.undecided", open=open_))
    text = say(
        "matter.undecided-later",
        open=say("matter.stands-at", steps=open_) if open_ else say("matter.timer"),
        steps="”“".join(dict.fromkeys(later)),
    )
    return Ahead(drawn=drawn, undecided=text)


def _turn(judge: Judge, step: str, officer: str | None, post: str) -> str:
    """A step that waits, and who has it."""
    if officer:
        return say("matter.held", step=step, officer=judge.name(officer))
    return say("matter.free" if post else "matter.free-to-all", step=step, post=post)
