"""What a step reads before it begins: a work item, its case and family, the end of the journal."""

from dataclasses import dataclass
from datetime import date

from engine.model.office import Waiver
from engine.model.wording import say
from engine.store import schema
from engine.store.journal import GENESIS, Head

from .errors import UnknownCase, UnknownWorkItem
from .statements import Columns, Row, Wire

_OF_CASE = Columns(
    {"c": schema.case_file, "s": schema.subject},
    root_bundle="r.bundle",
    family_revision="r.revision",
    roster_revision="o.roster_revision",
    head_sequence="j.sequence",
    head_hash="j.hash",
    head_sm3="j.sm3",
    last_form="(SELECT max(f.number) FROM form_entry f "
    "WHERE f.office_id = c.office_id AND f.case_id = c.id)",
    has_objects="EXISTS (SELECT 1 FROM business_object o "
    "WHERE o.office_id = c.office_id AND o.root_id = c.root_id)",
)
#: Kind of an open side item that holds the work item ``w`` up.
WAITS_FOR = (
    "(SELECT min(x.kind) FROM work_item x WHERE x.office_id = w.office_id AND x.of_item = w.id "
    "AND coalesce(x.state, '') IN ('ready', 'claimed') AND x.kind <> 'review')"
)
_OF_ITEM = Columns(
    {"w": schema.work_item},
    waits_for=WAITS_FOR,
    has_draft="EXISTS (SELECT 1 FROM draft d "
    "WHERE d.office_id = w.office_id AND d.work_item_id = w.id)",
    plans_signers="EXISTS (SELECT 1 FROM later_signer n "
    "WHERE n.office_id = w.office_id AND n.work_item_id = w.id)",
)
#: What a list of work items shows of their cases.
_LISTED = ("item_code", "item_name", "bundle", "title")
_CASE = """
JOIN case_file r ON r.office_id = c.office_id AND r.id = c.root_id
JOIN office o ON o.id = c.office_id
JOIN subject s ON s.office_id = c.office_id AND s.case_id = c.id
LEFT JOIN journal j ON j.office_id = c.office_id AND j.case_id = c.id AND j.sequence =
 (SELECT max(l.sequence) FROM journal l WHERE l.office_id = c.office_id AND l.case_id = c.id)
"""
_BY_CASE = f"SELECT {_OF_CASE.text} FROM case_file c {_CASE} WHERE c.office_id = ? AND c.id = ?"
_BY_ITEM = (
    f"SELECT {_OF_ITEM.text}, {_OF_CASE.text} FROM work_item w "
    f"JOIN case_file c ON c.office_id = w.office_id AND c.id = w.case_id {_CASE} "
    "WHERE w.office_id = ? AND w.id = ?"
)
_REVISIONS = (
    "SELECT r.revision, o.roster_revision FROM case_file r JOIN office o ON o.id = r.office_id "
    "WHERE r.office_id = ? AND r.id = ?"
)
_LOCK = "SELECT id FROM case_file WHERE office_id = ? AND id = ({root}) FOR UPDATE"
_LOCK_BY_ITEM = _LOCK.format(root="SELECT root_id FROM work_item WHERE office_id = ? AND id = ?")
_LOCK_BY_CASE = _LOCK.format(root="SELECT root_id FROM case_file WHERE office_id = ? AND id = ?")
_LOCK_IF_FREE = f"{_LOCK_BY_CASE} SKIP LOCKED"


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """That an officer may have a work item, as judged on a day."""

    officer: str
    day: date
    #: Waivers that were needed.
    waivers: tuple[Waiver, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AtHand:
    """A work item and its case, as they were read or as a claim left them."""

    item: Row
    case: Row
    #: Whom the judgement on the claim let have it; None where it has to be judged.
    admitted: Admitted | None = None

    def is_still_so(self, wire: Wire) -> bool:
        """Whether nothing of the family or the roster has changed; the family is held then."""
        text = _REVISIONS if wire.is_sqlite else f"{_REVISIONS} FOR UPDATE OF r"
        case = self.case
        found = wire.run(text, case["office_id"], case["root_id"]).fetchone()
        return bool(found == (case["family_revision"], case["roster_revision"]))


def item_at_work(wire: Wire, office_id: str, work_item_id: str) -> AtHand:
    """A work item and its case, whose family nobody else can change meanwhile.

    Raises
    ------
    UnknownWorkItem
        No such work item in the office.
    """
    if not wire.is_sqlite:
        # On SQLite a transaction that writes is alone from its start.
        wire.run(_LOCK_BY_ITEM, office_id, office_id, work_item_id)
    found = wire.run(_BY_ITEM, office_id, work_item_id).fetchone()
    if found is None:
        raise UnknownWorkItem(say("run.unknown-work-item", work_item=work_item_id))
    width = len(_OF_ITEM)
    item = _OF_ITEM.row(found[:width], sqlite=wire.is_sqlite)
    case = _OF_CASE.row(found[width:], sqlite=wire.is_sqlite)
    return AtHand(item=item | {name: case[name] for name in _LISTED}, case=case)


def case_at_work(wire: Wire, office_id: str, case_id: str) -> Row:
    """A case whose family nobody else can change meanwhile.

    Raises
    ------
    UnknownCase
        No such case in the office.
    """
    if not wire.is_sqlite:
        wire.run(_LOCK_BY_CASE, office_id, office_id, case_id)
    found = wire.run(_BY_CASE, office_id, case_id).fetchone()
    if found is None:
        raise UnknownCase(say("run.unknown-case", case=case_id))
    return _OF_CASE.row(found, sqlite=wire.is_sqlite)


def is_free(wire: Wire, office_id: str, case_id: str) -> bool:
    """Whether nobody is changing the family of a case just now; it is held from here on."""
    if wire.is_sqlite:
        # A transaction that writes is alone.
        return True
    return wire.run(_LOCK_IF_FREE, office_id, office_id, case_id).fetchone() is not None


def head_of(case: Row) -> Head:
    """The end of the case's journal."""
    return Head(
        sequence=case["head_sequence"] or 0,
        hash=case["head_hash"] or GENESIS,
        sm3=case["head_sm3"] or "",
    )
