"""Steps whose id alone has changed: found where that is certain, and nowhere else.

Two nodes are the same where nothing but ids tells them apart, their neighbours included,
and no third one is like them; a step without a name is like none. What that means for a run
is not judged here: the run is held against the new drawing with the old ids in it
(:mod:`.comparing`), as against any. Of steps that were edited too, somebody has to tell that
they are the same (:func:`stated`).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType

from engine.model.procedure import Flow, Node, Procedure
from engine.model.wording import say

from ..errors import NotAllowed

#: By id as a file has it, the id as the case has it.
Renamed = Mapping[str, str]

#: By id in the version a case runs on, the id in the one it is to go on with.
Stated = Mapping[str, str]
NONE: Stated = MappingProxyType({})

#: How something looks: equal for what only ids tell apart.
_Look = tuple[object, ...]
#: The side it stands on (0 before, 1 after) and its id.
_Key = tuple[int, str]
#: Of our annotations, what says where in the file they stand.
_PLACE = "line"


def carried(
    before: Renamed, new: Mapping[str, Procedure], taken: Collection[str]
) -> dict[str, str]:
    """The renamings a case has, as far as the version it goes to has the same ids."""
    present = {id_ for procedure in new.values() for id_ in procedure.nodes}
    return {id_: own for id_, own in before.items() if id_ in present and own not in taken}


def mixed_up(before: Renamed, new: Mapping[str, Procedure]) -> tuple[str, ...]:
    """Ids that a case has for steps which a version names otherwise, and uses for others."""
    present = {id_ for procedure in new.values() for id_ in procedure.nodes}
    return tuple(own for id_, own in before.items() if {id_, own} <= present)


def stated(
    pairs: Stated,
    before: Renamed,
    kept: Renamed,
    old: Mapping[str, Procedure],
    new: Mapping[str, Procedure],
    taken: Collection[str],
) -> dict[str, str]:
    """Nodes that somebody says are the same, edited or not.

    Parameters
    ----------
    before : the renamings the case has.
    kept : those of them that the version it goes to has as well.
    old, new : by process id, the former with the ids the case has.
    taken : ids that stand for something in the new files.

    Returns
    -------
    dict
        By new id the one the case has.

    Raises
    ------
    NotAllowed
        An id names no node, more than one, or one that both versions have.
    """
    sides = [_homes(old), _homes(new)]
    found: dict[str, str] = {}
    for shown, id_ in pairs.items():
        own = before.get(shown, shown)
        homes = sides[0].get(own, ()), sides[1].get(id_, ())
        problem = next(
            (
                problem
                for problem, holds in (
                    ("old-unknown", not homes[0]),
                    ("new-unknown", not homes[1]),
                    ("old-stays", own in taken or own in kept.values()),
                    ("new-was-there", id_ in sides[0] or id_ in kept or id_ in found),
                    ("elsewhere", homes[0] != homes[1] or len(homes[0]) > 1),
                )
                if holds
            ),
            "",
        )
        if problem:
            raise NotAllowed(say(f"renaming.{problem}", old=shown, new=id_))
        found[id_] = own
    return found


def _homes(procedures: Mapping[str, Procedure]) -> dict[str, list[str]]:
    """The processes that have a node of an id."""
    found: dict[str, list[str]] = defaultdict(list)
    for process, procedure in sorted(procedures.items()):
        for id_ in procedure.nodes:
            found[id_].append(process)
    return found


def recognised(
    old: Mapping[str, Procedure], new: Mapping[str, Procedure], taken: Collection[str]
) -> dict[str, str]:
    """Nodes of the same process that are certain to be the same under another id.

    Parameters
    ----------
    old, new : by process id.
    taken : ids that stand for something in the new files, and cannot stand for more.

    Returns
    -------
    dict
        By new id the old one.
    """
    ids = [Counter(i for p in each.values() for i in p.nodes) for each in (old, new)]
    found: dict[str, str] = {}
    for process in sorted(old.keys() & new.keys()):
        pairs = _pairs(old[process], new[process])
        found |= {
            after: before
            for before, after in pairs
            if ids[0][before] == 1 == ids[1][after]
            and before not in ids[1]
            and after not in ids[0]
            and before not in taken
        }
    return found


class _Side:
    """A process on one side, and what stands at the border of its nodes and inside them."""

    def __init__(self, number: int, procedure: Procedure, other: Procedure) -> None:
        self.number = number
        self.nodes = procedure.nodes
        self.flows = procedure.flows
        #: Nodes whose ids the other side does not have.
        self.loose = [node for node in self.nodes.values() if node.id not in other.nodes]
        self.held: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes.values():
            for host in filter(None, (node.attached_to, node.scope)):
                self.held[host].append(node.id)

    def around(self, node: Node, looks: Mapping[_Key, int]) -> _Look:
        """How what surrounds a node looks: the ways in and out, where it stands, what it holds."""

        def look(id_: str | None) -> int:
            return -1 if id_ is None else looks[self.number, id_]

        def ways(flows: Iterable[str], *, out: bool) -> _Look:
            found = (self.flows[flow] for flow in flows)
            return tuple(
                sorted(
                    (look(f.target if out else f.source), *_said(f, self.nodes[f.source]))
                    for f in found
                )
            )

        held = tuple(sorted(map(look, self.held[node.id])))
        place = (look(node.scope), look(node.attached_to))
        return (ways(node.incoming, out=False), ways(node.outgoing, out=True), held, place)


def _pairs(before: Procedure, after: Procedure) -> Iterator[tuple[str, str]]:
    """Ids of nodes that look alike, each being the only one on its side."""
    by_look: dict[int, list[_Key]] = defaultdict(list)
    for key, look in _looks(before, after).items():
        by_look[look].append(key)
    for keys in by_look.values():
        if [side for side, _ in keys] == [0, 1]:
            (_, old), (_, new) = keys
            node = before.nodes[old]
            if node.name or not node.kind.is_activity:
                yield old, new


def _looks(before: Procedure, after: Procedure) -> dict[_Key, int]:
    """The look of every node that only one side has, by as much as surrounds it.

    A node both sides have is known by its id. The look of any other is refined by that of
    its neighbours until no more nodes can be told apart.
    """
    sides = (_Side(0, before, after), _Side(1, after, before))
    numbers: dict[_Look, int] = {}

    def number(look: _Look) -> int:
        return numbers.setdefault(look, len(numbers))

    shared = before.nodes.keys() & after.nodes.keys()
    fixed = {(side, id_): number(("same", id_)) for id_ in shared for side in (0, 1)}
    loose = {(side.number, node.id): (side, node) for side in sides for node in side.loose}
    looks = {key: number(("alone", *_own(node))) for key, (_, node) in loose.items()}
    count = 0
    while count < len(set(looks.values())):
        count = len(set(looks.values()))
        seen = fixed | looks
        looks = {
            key: number((looks[key], *side.around(node, seen)))
            for key, (side, node) in loose.items()
        }
    return looks


def _said(flow: Flow, source: Node) -> tuple[str, str, str, bool]:
    """All that a flow says."""
    condition = (flow.condition or "").strip()
    return (flow.name, condition, str(flow.fact), source.default == flow.id)


def _own(node: Node) -> _Look:
    """All that a node is, but for ids and where it stands in the file."""
    said = (node.kind, node.name, node.lane, node.called, node.interrupting, node.by_event)
    return (*said, *map(_plain, (node.step, node.event, node.loop)))


def _plain(value: object) -> object:
    """A value without the lines of the file it was read from."""
    if is_dataclass(value) and not isinstance(value, type):
        named = (f.name for f in fields(value) if f.name != _PLACE)
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in named))
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value
