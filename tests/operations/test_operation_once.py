"""Every operation is one transaction, one entry in the journal, one judgement of who does it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from engine.model.case import WorkItemState
from engine.model.errors import QingdanError
from engine.model.office import Relative
from engine.runtime import Office, Refused
from engine.runtime.casework import Casework
from engine.runtime.ledger import SYSTEM
from engine.runtime.matter import Matter
from engine.store import Store
from engine.store.columns import metadata
from engine.store.schema import journal, work_item
from tests.cases.conftest import APPLICANT, Desk

from .scene import FILE, OPERATIONS, Scene, begin

#: No fact about a step: the form begun, which goes when the step is done.
UNTOLD = {"save_draft"}
#: What finishes a step; nothing else does.
FINISHING = {"complete", "record_paper"}
#: Done by somebody who has to keep out of the case as well: it gives the step to others or
#: back, only tells, or is no operation on a case. Who gets the step then is judged.
UNJUDGED = {
    "release",
    "release_for",
    "give_back",
    "reassign",
    "delegate",
    "save_draft",
    "urge",
    "copy_to",
    "add_signer",
    "drop_signer",
    "offer_handover",
    "record_paper",
    "open_case",
    "stand_in",
    "end_stand_in",
    "seal_journal",
    "set_day",
    "call_off",
    "import_notice",
}


class Counted:
    """How many transactions wrote."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = 0
        write = Store.write

        def counted(store: Store) -> AbstractContextManager[Connection]:
            self.number += 1
            return write(store)

        monkeypatch.setattr(Store, "write", counted)


def entries(office: Office) -> dict[tuple[object, ...], tuple[str, str]]:
    """Who is journalled to have done what, by the row."""
    columns = (journal.c.office_id, journal.c.case_id, journal.c.sequence)
    with office.store.read() as connection:
        rows = connection.execute(select(*columns, journal.c.actor, journal.c.action)).all()
    return {tuple(row[:3]): (row.actor, row.action) for row in rows}


def fresh(
    office: Office, before: dict[tuple[object, ...], tuple[str, str]]
) -> list[tuple[str, str]]:
    return [told for key, told in entries(office).items() if key not in before]


def done(office: Office) -> set[str]:
    """Steps that are done."""
    query = select(work_item.c.id).where(
        work_item.c.state == WorkItemState.DONE.value, work_item.c.kind == "step"
    )
    with office.store.read() as connection:
        return set(connection.scalars(query))


def faults(scene: Scene, name: str, counted: Counted) -> Iterator[str]:
    """What an operation does more, or less, than once."""
    office = scene.office
    places, given = OPERATIONS[name](scene)
    before, finished, written = entries(office), done(office), counted.number
    getattr(office, name)(*places, **given)
    if counted.number - written != 1:
        yield f"{name}: {counted.number - written} transactions"
    told = fresh(office, before)
    own = [action for actor, action in told if actor == given["by"]]
    if len(own) != (name not in UNTOLD) or {actor for actor, _ in told} - {given["by"], SYSTEM}:
        yield f"{name}: {told} in the journal"
    if bool(done(office) - finished) != (name in FINISHING):
        yield f"{name}: finished {done(office) - finished}"


def test_each_is_one_transaction_and_one_entry_and_approves_nothing(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(FILE)
    counted = Counted(monkeypatch)
    found = [fault for name in OPERATIONS for fault in faults(begin(office, desk), name, counted)]
    assert found == []


@pytest.mark.parametrize(
    ("of", "method", "name"), [(Casework, "note", "claim"), (Matter, "note", "accept")]
)
def test_what_is_entered_twice_or_apart_is_found(
    office: Office,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    of: type,
    method: str,
    name: str,
) -> None:
    desk.publish(FILE)
    counted, note = Counted(monkeypatch), getattr(of, method)
    monkeypatch.setattr(of, method, lambda *given, **more: [note(*given, **more) for _ in "ab"])
    assert [*faults(begin(office, desk), name, counted)] != []


def everything(office: Office) -> dict[str, list[str]]:
    """The database but the journal and how often a family was held."""
    with office.store.read() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(select(*columns)))
            for table in metadata.sorted_tables
            if table is not journal
            and (columns := [column for column in table.c if column.name != "revision"])
        }


def barred(scene: Scene, name: str) -> Iterator[str]:
    """What comes of it when the officer turns out to be the applicant's brother."""
    office = scene.office
    places, given = OPERATIONS[name](scene)
    kin = (Relative(name=APPLICANT.name, relation="兄弟"),)
    officers = tuple(
        replace(officer, relatives=kin) if officer.id == given["by"] else officer
        for officer in office.roster().officers
    )
    office.appoint(replace(office.roster(), officers=officers))
    before, stood = entries(office), {} if name in UNJUDGED else everything(office)
    try:
        getattr(office, name)(*places, **given)
    except Refused:
        if fresh(office, before) != [(given["by"], "refused")]:
            yield f"{name}: {fresh(office, before)} in the journal"
        if everything(office) != stood:
            yield f"{name}: judged, or changed something"
    except QingdanError as error:
        yield f"{name}: {error}"
    else:
        if name not in UNJUDGED:
            yield f"{name}: not judged"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_is_judged_and_a_refusal_is_all_that_is_written(office: Office, desk: Desk) -> None:
    desk.publish(FILE)
    assert [fault for name in OPERATIONS for fault in barred(begin(office, desk), name)] == []
