"""A family of cases on its way to another version: the case at the top and all that run below."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.bpmn.renumbering import ids_in
from engine.model.procedure import Procedure
from engine.model.wording import say

from ..casework import Casework
from ..judging import Judge
from ..machine import Machine
from ..program import Program
from ..statements import Row
from ..versions import are_same_files, renamed_in, with_renamed
from .comparing import Reason, differences, reason
from .deeds import Apart, asked_of, items_of, misjudged
from .facts import missing_facts, nodes_ahead
from .outlook import Prospect
from .plan import Landing, NamedNode, Plan, Renaming
from .renaming import NONE, Stated, carried, mixed_up, recognised, stated

_BELOW = (
    "SELECT id FROM case_file WHERE office_id = ? AND root_id = ? AND id <> root_id "
    "AND state IN ('open', 'faulty', 'suspended') ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One case of the family, its run, and the program it is to go on with."""

    row: Row
    machine: Machine
    bundle: str
    program: Program


class FamilyMove:
    """A family of cases, and whether it can go on with another version.

    Parameters
    ----------
    root : the case at the top.
    bundle : the version it is to run on.
    read : how to read a case of the family.
    said : nodes that somebody says are the same.
    """

    def __init__(
        self,
        work: Casework,
        judge: Judge,
        root: Row,
        bundle: str,
        read: Callable[[str], Row],
        said: Stated = NONE,
    ) -> None:
        self.work = work
        self.judge = judge
        self.root = root
        self.read = read
        # On that version already, there is nothing more to say.
        self.said = NONE if are_same_files(bundle, root["bundle"]) else said
        self.old = work.program(root)
        #: Ids the case has for steps the version names otherwise, having given them to others.
        self.mixed_up: tuple[str, ...] = ()
        #: By id as the version has it, the id the case has, where this version brings it.
        self.fresh: dict[str, str] = {}
        self.bundle = self._with_own_ids(bundle)
        self.new = work.versions.program(work.connection, self.bundle)
        self.items = items_of(work.wire, work.office_id, root["id"])
        self.members = [self._member(root, self.bundle), *self._below()]

    def _with_own_ids(self, bundle: str) -> str:
        """The version, read with the ids the case has for what is the same."""
        versions, connection = self.work.versions, self.work.connection
        drawn = versions.program(connection, bundle).procedures
        taken = frozenset[str]().union(*map(ids_in, versions.contents(connection, bundle)))
        before = renamed_in(self.root["bundle"])
        self.mixed_up = mixed_up(before, drawn)
        kept = carried(before, drawn, taken)
        old = self.old.procedures
        same = kept | stated(self.said, before, kept, old, drawn, taken)
        known = versions.program(connection, with_renamed(bundle, same)).procedures
        same |= recognised(old, known, taken)
        self.fresh = {id_: own for id_, own in same.items() if id_ not in kept}
        return with_renamed(bundle, same)

    def _renamings(self) -> Iterator[Renaming]:
        """The renamings the version brings, as people read them."""
        shown = {own: id_ for id_, own in renamed_in(self.root["bundle"]).items()}
        for process, procedure in self.new.procedures.items():
            for id_, own in self.fresh.items():
                if own in procedure.nodes:
                    old = shown.get(own, own)
                    was = ""
                    if id_ in self.said.values():
                        was = self.old.procedures[process].nodes[own].label
                    yield Renaming(name=procedure.nodes[own].name, old=old, new=id_, was=was)

    def _only_in(
        self, one: Mapping[str, Procedure], other: Mapping[str, Procedure]
    ) -> Iterator[NamedNode]:
        """Nodes of the same procedures that only one of two versions has."""
        shown = {own: id_ for id_, own in renamed_in(self.root["bundle"]).items()}
        for process in sorted(one.keys() & other.keys()):
            for node in one[process].nodes.values():
                if node.id not in other[process].nodes:
                    id_ = shown.get(node.id, node.id)
                    yield NamedNode(id=id_, name=node.name or id_)

    def _member(self, row: Row, bundle: str) -> Member:
        program = self.work.versions.program(self.work.connection, bundle)
        return Member(row, self.work.load(row), bundle, program)

    def _below(self) -> Iterator[Member]:
        """Running child cases whose own file changes with that of the case above."""
        found = self.work.wire.run(_BELOW, self.work.office_id, self.root["id"]).fetchall()
        for (case_id,) in found:
            row = self.read(case_id)
            process = row["process_id"]
            if process not in self.new.procedures:
                continue
            bundle = self.work.versions.sub_bundle(self.bundle, process, self.new.procedures)
            if bundle != row["bundle"]:
                yield self._member(row, bundle)

    def plan(self) -> Plan:
        """What it would mean, and what speaks against it."""
        root = self.members[0]
        reasons = tuple(dict.fromkeys(self._reasons()))
        mine = [item for item in self.items if item["kind"] == "step"]
        ahead = {
            path: node.label
            for path, (_, node) in nodes_ahead(root.program, root.machine.footprints()).items()
            if node.kind.is_task
        }
        before, after = _steps(self.old), _steps(self.new)
        done = [i for i in mine if i["state"] == "done"]
        return Plan(
            case_id=self.root["id"],
            title=self.root["title"],
            old=self.root["digest"],
            new=self.work.versions.digest(self.bundle),
            version=self.root["version"],
            done=tuple(item["step_name"] for item in done),
            waiting=tuple(self._landing(i) for i in mine if i["state"] != "done"),
            added=tuple(name for path, name in ahead.items() if path not in before),
            dropped=tuple(name for path, name in before.items() if path not in after),
            children=tuple(member.row["id"] for member in self.members[1:]),
            reasons=reasons,
            warnings=() if reasons else tuple(self._warnings()),
            renamings=tuple(self._renamings()),
            gone=tuple(self._only_in(self.old.procedures, self.new.procedures)),
            fresh=tuple(self._only_in(self.new.procedures, self.old.procedures)),
            is_current=are_same_files(self.bundle, self.root["bundle"]),
        )

    def _landing(self, item: Row) -> Landing:
        asked = asked_of(self.new, self.judge, item)
        return Landing(
            step=item["trail"],
            old_name=item["step_name"],
            new_name=asked.name if asked else "",
            old_post=item["post"],
            new_post=asked.post if asked else "",
            officer=item["officer"],
        )

    def _reasons(self) -> Iterator[Reason]:
        if self.old.procedure.id != self.new.procedure.id:
            yield reason("procedure", name=self.new.procedure.title)
            return
        for id_ in self.mixed_up:
            yield reason("mixed-up", id=id_)
        for member in self.members:
            yield from _of_member(self.work.program(member.row), member)
        yield from misjudged(self.new, self.judge, self.items)
        yield from Apart(self.old, self.new, self.judge, self.root).breaches()
        trouble = self._trouble(self.bundle)
        if trouble and not self._trouble(self.root["bundle"]):
            yield reason("leaves-nobody", trouble=trouble)

    def _warnings(self) -> Iterator[str]:
        trouble = self._trouble(self.bundle)
        if trouble:
            yield say("migration.unstaffable", trouble=trouble)

    def _trouble(self, bundle: str) -> str:
        """Which steps nobody could take on a version."""
        root = {**self.root, "bundle": bundle}
        return self.judge.outlook(Prospect, root).trouble()


def _of_member(old: Program, member: Member) -> Iterator[Reason]:
    footprints = member.machine.footprints()
    found = list(differences(old, member.program, footprints))
    # What stands ahead can be told only where the present position is found.
    if not found:
        found += missing_facts(old, member.program, footprints, member.machine.data)
    if member.row["parent_id"] is None:
        yield from found
        return
    for each in found:
        yield replace(each, text=say("migration.of-child", case=member.row["id"], text=each.text))


def _steps(program: Program, prefix: str = "", process: str = "") -> dict[str, str]:
    """Name of every step by path, called procedures' included."""
    found = {}
    procedure = program.procedures[process] if process else program.procedure
    for node in procedure.nodes.values():
        if node.kind.is_task:
            found[prefix + node.id] = node.label
        elif node.called and prefix.count("/") < len(program.procedures):
            found |= _steps(program, f"{prefix}{node.id}/", node.called)
    return found
