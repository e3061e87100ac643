"""A run replayed: what SpiffWorkflow does at each node, and how it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.library import Library
from engine.model.controls import Controls
from engine.model.procedure import FormField, NodeKind, Procedure, Trigger
from engine.verify.behaviour.retrace import Act, Passage

from ..places import Place, place
from ..program import Program
from ..versions import program_from
from .directing import Astray, DirectedParser, Stepper
from .filling import Filling, Forced, Spot


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    """A flow a gateway takes."""

    id: str
    #: Its name; that of the node it leads to where it has none.
    name: str
    #: Its condition as written, or None.
    condition: str | None
    is_default: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """What happened at one node."""

    act: Act
    #: Path of the node: ``callId/nodeId``.
    path: str
    kind: NodeKind
    name: str
    #: What an event waits for or does; None for other nodes.
    trigger: Trigger | None
    #: Name of the activity that an event on its border breaks off; else empty.
    breaks_off: str
    #: What a step asks of the office; None for other nodes.
    asked: Place | None
    #: Fields filled in so that the run goes on as it does, and with what.
    values: tuple[tuple[FormField, object], ...]
    exits: tuple[Exit, ...]
    #: Why a gateway had to be forced to take these exits, or None.
    forced: Forced | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """What came of a run."""

    happenings: tuple[Happening, ...]
    #: The thing SpiffWorkflow did not do; None where it did all.
    astray: Passage | None
    #: The name of its node; else empty.
    astray_name: str
    #: Whether it could not do it because what follows has no end.
    endless: bool
    #: Paths where something can still go on at the end, and the names of these nodes.
    waiting: tuple[str, ...]
    waiting_names: tuple[str, ...]
    #: How many tokens wait at each node asked for.
    tokens: Mapping[str, int]
    finished: bool


class Player:
    """Plays runs of a procedure."""

    def __init__(
        self, library: Library, procedure: Procedure, controls: Controls, now: datetime
    ) -> None:
        self._library = library
        self._procedure = procedure
        self._controls = controls
        self._now = now
        self._programs: dict[str, Program] = {}
        #: Workflows by what stands before the paths of their nodes.
        self._steppers: dict[str, Stepper] = {}
        self._counts: Mapping[str, Sequence[int]] = {}

    def play(self, passages: Sequence[Passage], wanted: Sequence[str] = ()) -> Replay:
        """Have SpiffWorkflow do all this.

        Parameters
        ----------
        wanted : paths of nodes whose tokens are counted at the end.

        Raises
        ------
        Unexecutable
            The procedure holds something the runtime will not run.
        """
        self._counts = _counts(passages)
        self._steppers.clear()
        self._program(self._procedure.id)
        filling = Filling(passages, self._locate, self._order)
        done: list[Happening] = []
        astray, endless = None, False
        for number, passage in enumerate(passages):
            try:
                done.append(self._do(number, passage, filling))
            except (Astray, RecursionError) as error:
                # SpiffWorkflow looks ahead as far as the way is certain: for ever in a loop.
                astray, endless = passage, isinstance(error, RecursionError)
                break
        waiting = tuple(p + w for p, s in self._steppers.items() for w in s.waiting())
        return Replay(
            happenings=tuple(done),
            astray=astray,
            astray_name=self._locate(astray.label).node.label if astray else "",
            endless=endless,
            waiting=waiting,
            waiting_names=tuple(self._locate(path).node.label for path in waiting),
            tokens={path: self._tokens(path) for path in wanted},
            finished=any(s.finished for case, s in self._steppers.items() if not case),
        )

    def _do(self, number: int, passage: Passage, filling: Filling) -> Happening:
        if not self._steppers:
            self._begin("", self._procedure.id, {})
        spot = self._locate(passage.label)
        stepper, path = self._steppers[spot.case], passage.label.removeprefix(spot.case)
        values = filling.at(number, spot.case)
        stepper.data.update({field.name: value for field, value in values})
        conditions = filling.conditions.get(number)
        stepper.act(passage.act, path, passage.exits, conditions)
        opens = spot.node.step is not None and spot.node.step.child_rows
        if opens and passage.act is Act.OPEN:
            below = f"{passage.label}/"
            values = filling.at(number, below)
            row = {field.name: value for field, value in values}
            self._begin(below, spot.node.called or "", row)
        elif opens:
            self._steppers.pop(f"{passage.label}/", None)
        return self._told(passage, spot, values, filling.forced.get(number))

    def _told(
        self,
        passage: Passage,
        spot: Spot,
        values: tuple[tuple[FormField, object], ...],
        forced: Forced | None,
    ) -> Happening:
        node, nodes, flows = spot.node, spot.procedure.nodes, spot.procedure.flows
        path = passage.label.removeprefix(spot.case)
        program = self._steppers[spot.case].program
        broken = nodes.get(node.attached_to or "") if node.interrupting else None
        splits = len(node.outgoing) > 1
        return Happening(
            act=passage.act,
            path=passage.label,
            kind=node.kind,
            name=node.label,
            trigger=node.event.trigger if node.event else None,
            breaks_off=broken.label if broken else "",
            asked=place(program, self._controls, path) if node.kind.is_task else None,
            values=values,
            exits=tuple(
                Exit(
                    id=flow,
                    name=flows[flow].name or nodes[flows[flow].target].label,
                    condition=flows[flow].condition,
                    is_default=flow == node.default,
                )
                for flow in (passage.exits if splits else ())
            ),
            forced=forced,
        )

    def _tokens(self, path: str) -> int:
        case = self._locate(path).case
        return self._steppers[case].tokens(path.removeprefix(case)) if case in self._steppers else 0

    def _begin(self, case: str, process: str, data: dict[str, object]) -> None:
        """Start a workflow: the case itself, or one of its child cases."""
        counts = {
            path.removeprefix(case): count
            for path, count in self._counts.items()
            if path.startswith(case)
        }
        program = self._program(process)
        self._steppers[case] = Stepper(program, data, lambda: self._now, counts)

    def _program(self, process: str) -> Program:
        if process not in self._programs:
            self._programs[process] = program_from(
                self._library, process, even_faulty=True, parser=DirectedParser
            )
        return self._programs[process]

    def _locate(self, path: str) -> Spot:
        """The node a path names, and the case it is reached in."""
        procedure, case, passed = self._procedure, "", ""
        *calls, last = path.split("/")
        for call in calls:
            node = procedure.nodes[call]
            passed += f"{call}/"
            if node.step is not None and node.step.child_rows:
                case = passed
            procedure = self._library.procedures[node.called or ""]
        return Spot(case=case, procedure=procedure, node=procedure.nodes[last])

    def _order(self, spot: Spot) -> tuple[str, ...]:
        """The exits of a gateway in the order SpiffWorkflow asks for them."""
        for program in self._programs.values():
            for key, spec in program.called.items():
                gateway = spec.task_specs.get(spot.node.id)
                if key.partition("/")[0] == spot.procedure.id and gateway is not None:
                    asked = [c.args[0] for c, _ in gateway.cond_task_specs if c is not None]
                    default = [spot.node.default] if spot.node.default else []
                    return (*asked, *default)
        return spot.node.outgoing


def _counts(passages: Sequence[Passage]) -> dict[str, list[int]]:
    """How often each occurrence of an activity is done, by its path."""
    counts: dict[str, list[int]] = {}
    begun: set[str] = set()
    before = ""
    for passage in passages:
        of = counts.setdefault(passage.label, [])
        if passage.act is Act.SKIP:
            of.append(0)
        elif passage.act is Act.OPEN and before == passage.label and of:
            of[-1] += 1
        elif passage.act is Act.OPEN or (passage.act is Act.DO and passage.label not in begun):
            of.append(1)
        (begun.add if passage.act is Act.OPEN else begun.discard)(passage.label)
        before = passage.label
    return counts
