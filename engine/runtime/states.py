"""The execution state of cases in the store: changes step by step, now and then a snapshot."""

import hashlib
from collections.abc import Sequence

from engine.model.wording import say
from engine.store import running

from .clock import Clock
from .errors import StateDamaged
from .machine import Machine
from .program import Program
from .statements import Row, Wire
from .values import from_store

#: A snapshot is written when the changes since the last one are longer than it, and than
#: this: then reading is bounded by the state's own length, and writing at most doubles.
LEAST_SNAPSHOT = 6_000

_SNAPSHOT = "SELECT version, digest, content FROM case_snapshot WHERE office_id = ? AND case_id = ?"
_CHANGES = (
    "SELECT version, content FROM case_change "
    "WHERE office_id = ? AND case_id = ? AND version > ? ORDER BY version"
)
#: The first change that counts: that of the last migration, which holds the whole state.
_FROM_BASE = (
    "SELECT version, content FROM case_change WHERE office_id = ? AND case_id = ? AND version >= "
    "(SELECT coalesce(max(m.version), 0) FROM case_migration m "
    "WHERE m.office_id = ? AND m.case_id = ?) ORDER BY version"
)
_FORGET = "DELETE FROM case_snapshot WHERE office_id = ? AND case_id = ?"
_KEEP = (
    "INSERT INTO case_snapshot (office_id, case_id, version, digest, content) "
    "VALUES (?, ?, ?, ?, ?) ON CONFLICT (office_id, case_id) DO UPDATE SET "
    "version = excluded.version, digest = excluded.digest, content = excluded.content"
)
_FORM = (
    "SELECT v.field, v.type, v.fen, v.content FROM form_value v JOIN (SELECT field, "
    "max(number) AS number FROM form_value WHERE office_id = ? AND case_id = ? GROUP BY field) l "
    "ON l.field = v.field AND l.number = v.number "
    "WHERE v.office_id = ? AND v.case_id = ? ORDER BY v.number, v.field"
)


def form_data(wire: Wire, office_id: str, case_id: str) -> dict[str, object]:
    """The form of a case as it stands: the latest value of every field."""
    key = office_id, case_id
    found = wire.run(_FORM, *key, *key).fetchall()
    return {field: from_store(kind, fen, content) for field, kind, fen, content in found}


def load(wire: Wire, office_id: str, case: Row, program: Program, clock: Clock) -> Machine:
    """The machine of a case as stored; a damaged snapshot is passed over.

    Raises
    ------
    StateDamaged
        The changes themselves do not tell the state.
    """
    data = form_data(wire, office_id, case["id"])
    kept = wire.run(_SNAPSHOT, office_id, case["id"]).fetchone()
    if kept is not None and _digest(kept[2]) == kept[1]:
        rows = wire.run(_CHANGES, office_id, case["id"], kept[0]).fetchall()
        if _is_whole(rows, kept[0], case["version"]):
            machine = _replayed(program, [kept[2], *(r[1] for r in rows)], data, clock)
            if machine is not None:
                machine.written = len(kept[2]), sum(len(r[1]) for r in rows)
                return machine
    key = office_id, case["id"]
    rows = wire.run(_FROM_BASE, *key, *key).fetchall()
    if _is_whole(rows, rows[0][0] - 1 if rows else 0, case["version"]):
        machine = _replayed(program, [r[1] for r in rows], data, clock)
        if machine is not None:
            machine.written = 0, sum(len(r[1]) for r in rows)
            return machine
    raise StateDamaged(say("hotpath.damaged", case=case["id"]))


def _is_whole(rows: Sequence[tuple[int, str]], before: int, version: int) -> bool:
    return [row[0] for row in rows] == list(range(before + 1, version + 1))


def _replayed(
    program: Program, texts: list[str], data: dict[str, object], clock: Clock
) -> Machine | None:
    try:
        return Machine.load(program, texts, data, clock)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def save(wire: Wire, office_id: str, case_id: str, version: int, machine: Machine) -> None:
    """Store what a step changed, and a snapshot where one is due."""
    text = machine.changes()
    wire.insert(
        running.case_change,
        {"office_id": office_id, "case_id": case_id, "version": version, "content": text},
    )
    kept, since = machine.written
    since += len(text)
    if version > 1 and since > max(kept, LEAST_SNAPSHOT):
        whole = machine.snapshot()
        wire.put(_KEEP, office_id, case_id, version, _digest(whole), whole)
        kept, since = len(whole), 0
    machine.written = kept, since


def rebase(wire: Wire, office_id: str, case_id: str, version: int, machine: Machine) -> None:
    """Store the whole state of a case that goes on with another program.

    The changes before are of the program before; they are kept, but read no more.
    """
    whole = machine.snapshot()
    wire.insert(
        running.case_change,
        {"office_id": office_id, "case_id": case_id, "version": version, "content": whole},
    )
    wire.put(_FORGET, office_id, case_id)
    machine.written = 0, len(whole)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
