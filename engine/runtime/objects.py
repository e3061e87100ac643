"""Business objects of cases: what two cases of different items have in common.

An object's key is known once the form that holds it has been handed in; only
its digest is kept.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping

from engine.bpmn.expression import parse
from engine.model.errors import UnsafeExpression
from engine.model.procedure import BusinessObject
from engine.model.wording import say
from engine.store.objects import business_object

from .duties import Deed
from .family import deeds_by_root
from .program import Program
from .statements import Row, Wire

_FORGET = "DELETE FROM business_object WHERE office_id = ? AND case_id = ? AND kind = ?"
_SHARING = (
    "SELECT DISTINCT own.root_id, other.root_id, other.kind FROM business_object own "
    "JOIN business_object other ON other.office_id = own.office_id AND other.kind = own.kind "
    "AND other.key = own.key AND other.root_id <> own.root_id "
    "WHERE own.office_id = ? AND own.root_id IN ({marks})"
)


def remember(
    wire: Wire,
    row: Row,
    program: Program,
    data: Mapping[str, object],
    written: Iterable[str],
) -> None:
    """Keep the objects of a case whose key depends on fields that were just written."""
    fresh = set(written)
    for found in _objects(program):
        if fresh.isdisjoint(parse(found.key).names):
            continue
        try:
            key = parse(found.key).evaluate(data)
        except UnsafeExpression:
            # Another form has yet to bring the rest of the key.
            continue
        wire.put(_FORGET, row["office_id"], row["id"], found.kind)
        if key not in (None, ""):
            wire.insert(
                business_object,
                {
                    "office_id": row["office_id"],
                    "case_id": row["id"],
                    "kind": found.kind,
                    "key": hashlib.sha256(str(key).encode()).hexdigest(),
                    "root_id": row["root_id"],
                },
            )


def shared_deeds(wire: Wire, office_id: str, roots: Collection[str]) -> dict[str, tuple[Deed, ...]]:
    """What officers did in other families about the same objects, for each of some families.

    The name of each tells the case and the kind of object.
    """
    text = _SHARING.format(marks=", ".join("?" * len(roots)))
    sharing = wire.run(text, office_id, *roots).fetchall() if roots else []
    deeds = deeds_by_root(wire, office_id, {other for _, other, _ in sharing})
    found: dict[str, tuple[Deed, ...]] = dict.fromkeys(roots, ())
    for own, other, kind in sharing:
        found[own] += tuple(_elsewhere(deed, other, kind) for deed in deeds[other])
    return found


def _elsewhere(deed: Deed, other: str, kind: str) -> Deed:
    return Deed(
        officer=deed.officer,
        case_id=deed.case_id,
        trail=f"{other}:{deed.trail}",
        name=say("object.elsewhere", step=deed.name, case=deed.case_id, kind=kind),
        duty=deed.duty,
        post=deed.post,
    )


def _objects(program: Program) -> Iterator[BusinessObject]:
    for procedure in program.procedures.values():
        yield from procedure.objects
