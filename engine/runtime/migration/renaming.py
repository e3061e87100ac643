"""Steps whose id alone has changed: found where that is certain, and nowhere else.

Two nodes are the same where nothing but ids tells them apart, their neighbours included,
and no third one is like them; a step without a name is like none. What that means for a run
is not judged here: the run is held against the new drawing with the old ids in it
(:mod:`.comparing`), as against any.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass

from engine.model.procedure import Flow, Node, Procedure

#: By id as a file has it, the id as the case has it.
Renamed = Mapping[str, str]

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
        pairs = _Pairing(old[process], new[process]).pairs()
        found |= {
            after: before
            for before, after in pairs
            if ids[0][before] == 1 == ids[1][after]
            and before not in ids[1]
            and after not in ids[0]
            and before not in taken
        }
    return found


@dataclass(frozen=True, slots=True)
class _Pairing:
    """A process before and after, and how its nodes look."""

    before: Procedure
    after: Procedure

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Ids of nodes that look alike, each being the only one on its side."""
        by_look: dict[int, list[_Key]] = defaultdict(list)
        for key, look in self._looks().items():
            by_look[look].append(key)
        for keys in by_look.values():
            if [side for side, _ in keys] == [0, 1]:
                (_, before), (_, after) = keys
                node = self.before.nodes[before]
                if node.name or not node.kind.is_activity:
                    yield before, after

    def _looks(self) -> dict[_Key, int]:
        """The look of every node that only one side has, by as much as surrounds it.

        A node both sides have is known by its id. The look of any other is refined by that
        of its neighbours until no more nodes can be told apart.
        """
        sides = (self.before, self.after)
        numbers: dict[_Look, int] = {}
        looks: dict[_Key, int] = {}
        loose = {
            (side, node.id): node
            for side, procedure in enumerate(sides)
            for node in procedure.nodes.values()
            if node.id not in sides[1 - side].nodes
        }
        shared = self.before.nodes.keys() & self.after.nodes.keys()

        def number(look: _Look) -> int:
            return numbers.setdefault(look, len(numbers))

        fixed = {id_: number(("same", id_)) for id_ in shared}
        for key, node in loose.items():
            looks[key] = number(("alone", *_own(node)))
        count = 0
        while count < len(set(looks.values())):
            count = len(set(looks.values()))
            seen = {(side, id_): look for id_, look in fixed.items() for side in (0, 1)} | looks
            looks = {
                key: number((looks[key], *_around(sides[key[0]], node, key[0], seen)))
                for key, node in loose.items()
            }
        return looks


def _own(node: Node) -> _Look:
    """All that a node is, but for ids and where it stands in the file."""
    texts = (node.kind, node.name, node.lane, node.called)
    return (
        *texts,
        node.interrupting,
        node.by_event,
        *map(_plain, (node.step, node.event, node.loop)),
    )


def _around(procedure: Procedure, node: Node, side: int, looks: Mapping[_Key, int]) -> _Look:
    """How what surrounds a node looks: the ways in and out, its scope, its host, its border."""

    def look(id_: str | None) -> int:
        return -1 if id_ is None else looks[side, id_]

    def way(flow: Flow, end: str) -> tuple[object, ...]:
        default = procedure.nodes[flow.source].default == flow.id
        return (look(end), (flow.condition or "").strip(), str(flow.fact), default, flow.name)

    flows = procedure.flows
    ins = sorted(way(flows[f], flows[f].source) for f in node.incoming)
    outs = sorted(way(flows[f], flows[f].target) for f in node.outgoing)
    border = sorted(look(n.id) for n in procedure.nodes.values() if n.attached_to == node.id)
    inside = sorted(look(n.id) for n in procedure.nodes.values() if n.scope == node.id)
    place = (look(node.scope), look(node.attached_to))
    return (tuple(ins), tuple(outs), tuple(border), tuple(inside), place)


def _plain(value: object) -> object:
    """A value without the lines of the file it was read from."""
    if is_dataclass(value) and not isinstance(value, type):
        named = (f.name for f in fields(value) if f.name != _PLACE)
        return (type(value).__name__, *(_plain(getattr(value, name)) for name in named))
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value
