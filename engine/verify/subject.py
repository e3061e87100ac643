"""What a rule judges: a file, a procedure or an office, with everything it may look up.

Belongs here: look-ups that several rules share. Does not: any verdict.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from engine.bpmn.library import Library
from engine.model.controls import Controls
from engine.model.finding import Fault, Finding, Severity
from engine.model.item import LegalBasis
from engine.model.office import Officer, Roster, Waiver
from engine.model.procedure import Document, Flow, Lane, Node, Procedure, Suppression
from engine.model.roster_file import RosterFile
from engine.model.wording import say

if TYPE_CHECKING:
    from engine.verify import Behaviour


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What every rule may consult."""

    #: The files being checked and those they call.
    library: Library
    #: The files being checked, sorted by path.
    documents: tuple[Document, ...]
    controls: Controls
    #: The office's roster, or None when the check has none (or cannot read it).
    roster: Roster | None
    today: date
    #: What was explored, by path, line and id of the procedure: items that touch one object
    #: look at each other.
    explored: "dict[tuple[str, int, str], Behaviour]" = field(default_factory=dict, compare=False)

    @property
    def shared(self) -> dict[str, Any]:
        """What every subject of the check has, by name."""
        return {part.name: getattr(self, part.name) for part in fields(Bench)}

    def post(self, name: str) -> str:
        """The proper name of a post; the name as written where it is unknown."""
        known = self.controls.post(name)
        return name if known is None else known.name

    @cached_property
    def posts_held(self) -> tuple[tuple[Officer, frozenset[str]], ...]:
        """Each officer of the roster with the proper names of the posts held today."""
        return tuple(
            (officer, frozenset(map(self.post, officer.posts_on(self.today))))
            for officer in (self.roster.officers if self.roster else ())
        )

    def waiver(self, *pairs: tuple[str, str]) -> Waiver | None:
        """The first waiver in force for one of these pairs of posts, duties or steps."""
        wanted = {frozenset(map(self.post, pair)) for pair in pairs}
        for waiver in self.roster.waivers if self.roster else ():
            if (
                waiver.is_in_force(self.today)
                and waiver.covers(item=self.item_code)
                and frozenset(map(self.post, waiver.between)) in wanted
            ):
                return waiver
        return None

    @property
    def item_code(self) -> str:
        """Code of the item that is judged; empty where it is none."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A step as seen from the procedure that is judged."""

    #: Id of the step; ``callId/stepId`` for one of a called procedure.
    id: str
    node: Node
    #: The procedure the step is drawn in.
    procedure: Procedure


def compose(
    rule: str, severity: Severity, file: str, line: int | None, variant: str, **rest: object
) -> Finding:
    """A finding with its wording; what is not a field of a finding is a fact of the text."""
    fields: dict[str, object] = {
        name: rest.pop(name)
        for name in ("process", "elements", "posts", "officers", "basis", "witness", "statutory")
        if name in rest
    }
    waiver = rest.pop("waiver", None)
    key = f"check.{rule}.{variant}" if variant else f"check.{rule}"
    message = say(f"{key}.message", **rest)
    if isinstance(waiver, Waiver):
        severity = Severity.WARNING
        message += say("check.waived", waiver=waiver.id, by=waiver.approved_by, until=waiver.until)
        fields["waived_by"] = waiver.id
    return Finding(
        rule=rule,
        severity=severity,
        file=file,
        line=line,
        message=" ".join(message.split()),
        hint=" ".join(say(f"{key}.hint", **rest).split()),
        **fields,  # type: ignore[arg-type]
    )


@dataclass(frozen=True, kw_only=True)
class OfficeSubject(Bench):
    """An office and its roster."""

    roster_file: RosterFile

    @cached_property
    def relatives(self) -> tuple[tuple[Officer, Officer], ...]:
        """Pairs of officers who are close relatives, as declared by either way."""
        roster = self.roster
        if roster is None:
            return ()
        related = {frozenset(avoidance.officers) for avoidance in roster.relatives}
        return tuple(
            pair
            for pair in combinations(roster.officers, 2)
            if {officer.id for officer in pair} in related
        )

    def leads(self, post: str) -> bool:
        """Whether the holder of a post leads the office."""
        known = self.controls.post(post)
        return known is not None and known.leads

    def finding(
        self, rule: str, severity: Severity, line: int | None, variant: str = "", **rest: object
    ) -> Finding:
        """A finding at a line of the roster."""
        return compose(rule, severity, self.roster_file.path, line, variant, **rest)


@dataclass(frozen=True, kw_only=True)
class FileSubject(Bench):
    """A BPMN file as a whole."""

    document: Document

    def faults(self, rule: str) -> Iterator[Fault]:
        """What the reader found that belongs to the rule."""
        return (fault for fault in self.document.faults if fault.rule == rule)

    def finding(
        self, rule: str, severity: Severity, line: int | None, variant: str = "", **rest: object
    ) -> Finding:
        """A finding at a line of the file."""
        return compose(rule, severity, self.document.path, line, variant, **rest)

    def from_faults(
        self, rule: str, severity: Severity, *, by_problem: bool = True
    ) -> Iterator[Finding]:
        """The reader's faults of a rule, each with the wording of its problem."""
        for fault in self.faults(rule):
            variant = str(fault.facts["problem"]) if by_problem else ""
            elements = () if fault.element is None else (fault.element,)
            yield self.finding(
                rule,
                severity,
                fault.line,
                variant,
                process=fault.process,
                elements=elements,
                **fault.facts,
            )


@dataclass(frozen=True, kw_only=True)
class ProcedureSubject(Bench):
    """One procedure."""

    document: Document
    procedure: Procedure

    @property
    def item_code(self) -> str:
        """Code of the procedure's item; empty for a sub-procedure."""
        return self.procedure.item.code if self.procedure.item else ""

    def at(self, document: Document, procedure: Procedure) -> "ProcedureSubject":
        """Another procedure of the same check."""
        return ProcedureSubject(**self.shared, document=document, procedure=procedure)

    def finding(
        self,
        rule: str,
        severity: Severity,
        at: Node | Flow | Lane | int | None = None,
        variant: str = "",
        **rest: object,
    ) -> Finding:
        """A finding at an element, at a line, or at the procedure itself."""
        if at is None or isinstance(at, int):
            line = self.procedure.line if at is None else at
        else:
            line = at.line
            rest.setdefault("elements", (at.id,))
        rest.setdefault("process", self.procedure.id)
        return compose(rule, severity, self.procedure.path, line, variant, **rest)

    def steps(self) -> Iterator[Node]:
        """The steps done inside the office: those of outside parties are left out."""
        return (n for n in self.procedure.steps() if n.step is None or not n.step.external)

    def is_misread(self, element: str, *names: str) -> bool:
        """Whether an attribute of an element was written, but so that it could not be read.

        A rule then keeps silent about what is missing: the fault is reported already.
        """
        return any(
            fault.element == element
            and fault.rule in ("bad-annotation", "unknown-extension")
            and not {
                str(fault.facts.get("name")),
                *str(fault.facts.get("near")).split("、"),
            }.isdisjoint(names)
            for fault in self.document.faults
        )

    def bases(self) -> Iterator[LegalBasis]:
        """Every legal basis of the procedure and of its steps."""
        yield from self.procedure.bases
        for node in self.procedure.nodes.values():
            yield from node.step.bases if node.step else ()

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Every activity by id, those of called procedures as ``callId/stepId``.

        The calls are those the behaviour follows: what is judged is what is explored.
        """
        return {place.id: place for place in self._places(self.procedure, "")}

    def _places(self, procedure: Procedure, prefix: str) -> Iterator[Place]:
        for node in procedure.nodes.values():
            id_ = prefix + node.id
            if node.kind.is_activity:
                yield Place(id=id_, node=node, procedure=procedure)
            called = self.behaviour.calls.get(id_)
            if called is not None:
                yield from self._places(self.library.procedures[called], f"{id_}/")

    def post_at(self, place: Place) -> str:
        """Proper name of the post that does a step; empty where none is given."""
        return self.post(place.procedure.post_of(place.node))

    def node_at(self, place: Place) -> Node:
        """The node of this procedure to point at: the step, or the call it lies in."""
        return self.procedure.nodes[place.id.partition("/")[0]]

    @cached_property
    def behaviour(self) -> "Behaviour":
        """What the procedure can do, explored once for all rules."""
        from engine.verify import explore

        key = (self.procedure.path, self.procedure.line, self.procedure.id)
        if key not in self.explored:
            self.explored[key] = explore(self.procedure, self.library.procedures)
        return self.explored[key]

    def unsound(self, kind: str, severity: Severity) -> Iterator[Finding]:
        """The soundness faults of one kind; a rule has the id of its kind."""
        for fault in self.behaviour.soundness.faults:
            if fault.kind == kind:
                yield self.finding(
                    kind,
                    severity,
                    fault.line,
                    elements=fault.elements,
                    witness=fault.witness,
                    where="”“".join(map(self._label, fault.elements)),
                )

    def _label(self, element: str) -> str:
        node = self.procedure.nodes.get(element)
        if element in self.places:
            node = self.places[element].node
        return element if node is None else node.label


@dataclass(frozen=True, kw_only=True)
class SuppressionSubject(ProcedureSubject):
    """A procedure after all other rules, with the suppressions that silenced nothing."""

    unused: tuple[Suppression, ...]
