"""Every shipped item runs from opening to finish, by officers who may do each step."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.model.case import Applicant, CaseState, WorkItem
from engine.model.controls import load_controls
from engine.model.office import Officer
from engine.model.procedure import FieldType, FormField
from engine.model.roster_file import read_roster
from engine.runtime import Office, Refused, Upload
from engine.store import Store

from .conftest import APPLICANT, Clock

ROSTER = Path(__file__).parents[2] / "processes" / "demo" / "shifan.toml"
LIBRARY = Library.load()
SAMPLES = {
    FieldType.TEXT: "样例",
    FieldType.MONEY: "100.00",
    FieldType.NUMBER: "1",
    FieldType.DATE: "2026-03-02",
    FieldType.PERSON: "钱二水",
    FieldType.ID_CARD: "11010519491231002X",
    FieldType.BANK_CARD: "6222020200011112222",
    FieldType.PHONE: "13800000000",
}
MOST_STEPS = 60


def _value(field: FormField, last: bool) -> str:
    if field.type is FieldType.CHOICE:
        return field.options[-1 if last else 0]
    return SAMPLES[field.type]


def _fill(item: WorkItem, last: bool) -> tuple[dict[str, str], dict[str, Upload]]:
    values: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for field in item.fields:
        if field.type is FieldType.FILE:
            files[field.name] = Upload(
                filename="扫描.pdf", media_type="application/pdf", content=b"%PDF"
            )
        elif field.type is FieldType.TABLE:
            for column in field.columns:
                values[f"{field.name}.0.{column.name}"] = _value(column, last)
        else:
            values[field.name] = _value(field, last)
    return values, files


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    controls = load_controls()
    office = Office(store, "shifan", controls=controls, clock=clock)
    office.appoint(read_roster(ROSTER, controls).roster)
    office.publish(LIBRARY)
    return office


def _do_one(office: Office, visits: dict[str, int]) -> bool:
    """Let some officer do some open step; the second visit gives the other answers."""
    officers = office.roster().officers
    for case in office.cases(state=CaseState.OPEN):
        for item in office.case(case.id).work_items:
            if item.done_at is None and _do(office, item, officers, visits):
                return True
    return False


def _do(
    office: Office, item: WorkItem, officers: tuple[Officer, ...], visits: dict[str, int]
) -> bool:
    for officer in officers:
        try:
            office.claim(item.id, by=officer.id)
        except Refused:
            continue
        visits[item.step] = visits.get(item.step, 0) + 1
        values, files = _fill(item, last=visits[item.step] % 2 == 0)
        office.complete(item.id, by=officer.id, values=values, files=files)
        return True
    return False


@pytest.mark.parametrize("code", [p.item.code for p in LIBRARY.items() if p.item])
@pytest.mark.parametrize("first", [0, 1], ids=["first answers", "last answers"])
def test_item_runs_from_opening_to_finish(
    office: Office, clock: Clock, code: str, first: int
) -> None:
    case = office.open_case(code, by="sun", applicant=APPLICANT)
    visits = {node: first for procedure in LIBRARY.procedures.values() for node in procedure.nodes}
    for _ in range(MOST_STEPS):
        if not _do_one(office, visits):
            clock.now += timedelta(days=1)
            office.tick()
        if office.case(case.id).case.state is CaseState.FINISHED:
            break
    file = office.case(case.id)
    assert file.case.state is CaseState.FINISHED, [i.step for i in file.work_items if not i.done_at]
    assert office.history(case.id)[-1].action == "finished"
    assert office.cases(state=CaseState.OPEN) == ()


def _refusals(office: Office, officer: str) -> dict[str, str]:
    return {item.id: item.refusal for item in office.todo(officer, most=200).open}


def test_list_refuses_what_is_refused_to_each_case_alone(office: Office) -> None:
    rng = random.Random(20)
    codes = rng.sample([p.item.code for p in LIBRARY.items() if p.item], 4)
    names = ["何丽", "何丽", "何丽", *(officer.name for officer in office.roster().officers)]
    for code in codes * 4:
        office.open_case(code, by="sun", applicant=Applicant(name=rng.choice(names)))
    officers = office.roster().officers
    for _ in range(30):
        case = rng.choice(office.cases(state=CaseState.OPEN))
        for item in office.case(case.id).work_items:
            if item.done_at is None and item.officer is None:
                _do(office, item, officers, {})
    found = {officer.id: _refusals(office, officer.id) for officer in officers}
    assert any(filter(None, (text for refusals in found.values() for text in refusals.values())))
    for officer, refusals in found.items():
        for waiting, refusal in refusals.items():
            alone = office.kept_from(office.work_item(waiting).case_id, officer)
            refused = alone[waiting]
            assert refusal == (refused.message if refused else "")
