"""Every operation an officer can do takes a key: sent twice, it is done once."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.model.case import WorkItem, WorkItemKind
from engine.model.office import Roster
from engine.runtime import Office, RepeatedKey
from engine.runtime.keys import Keys
from engine.runtime.statements import Wire
from engine.store.columns import metadata
from tests.cases.conftest import APPLICANT, Clock, Desk, officer

from .scene import DAYS, FILE, OPERATIONS, OPERATORS, Scene, begin, drawn

#: By nature done once: a second time finds nothing left to do.
NATURAL = {"mark_read", "recount"}
#: No operations: a transaction for what is built on the office; many of one, each with a key;
#: a look at the journal as it is now, which journals that it was taken.
OTHERS = {"case_at_work", "migrate_all", "verify_journal"}
#: What the hour brings about, once each: nobody asks for it.
CLOCKWORK = {"deem_overdue", "seal_daily"}
#: How a method of the office begins to change something.
WRITING = re.compile(r"self\.(store\.write|_at_work|_matter|_desk)\(")


@pytest.fixture
def scene(office: Office, desk: Desk) -> Scene:
    desk.publish(FILE)
    return begin(office, desk)


def stored(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database but how often a family was held."""
    with office.store.read() as connection:
        return {
            table.name: sorted(
                (tuple(row) for row in connection.execute(select(*columns))), key=repr
            )
            for table in metadata.sorted_tables
            if (columns := [column for column in table.c if column.name != "revision"])
        }


def faults(scene: Scene, name: str) -> Iterator[str]:
    """What is wrong with sending an operation twice, and with its key sent for another."""
    office = scene.office
    operation = getattr(office, name)
    places, given = {**OPERATIONS, **OPERATORS}[name](scene)
    office.open_case("T-1", by="dong", applicant=APPLICANT, key=f"other-{name}")
    try:
        operation(*places, **given, key=f"other-{name}")
        yield f"{name}: the key of another operation was taken"
    except RepeatedKey:
        pass
    first = operation(*places, **given, key=name)
    once = stored(office)
    again = operation(*places, **given, key=name)
    if untold(again) != untold(first):
        yield f"{name}: answered {again}, at first {first}"
    if stored(office) != once:
        yield f"{name}: done twice"


def untold(answer: object) -> object:
    """An answer without what is told once, at the time."""
    return replace(answer, warning="") if isinstance(answer, WorkItem) else answer


def test_same_key_twice_is_done_once_and_answered_alike(office: Office, desk: Desk) -> None:
    desk.publish(FILE)
    names = (*OPERATIONS, *OPERATORS)
    assert [fault for name in names for fault in faults(begin(office, desk), name)] == []


def test_operation_that_forgets_its_key_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keys, "first_answer", lambda *_: None)
    assert next(faults(scene, "urge")) == "urge: the key of another operation was taken"


def test_every_operation_of_an_officer_is_in_the_table_and_takes_a_key() -> None:
    parameters = {
        name: inspect.signature(method).parameters
        for name, method in inspect.getmembers(Office, callable)
        if not name.startswith("_")
    }
    of_officers = {name for name, names in parameters.items() if "by" in names}

    of_keys = {name for name, names in parameters.items() if "key" in names}
    writing = {name for name in parameters if WRITING.search(source(name))} - OTHERS

    assert of_officers == OPERATIONS.keys() | NATURAL | OTHERS
    assert of_keys - OTHERS == OPERATIONS.keys() | OPERATORS.keys()
    assert writing - of_keys - NATURAL == CLOCKWORK


def source(name: str) -> str:
    return inspect.getsource(getattr(Office, name))


def test_key_of_one_publishing_answers_that_one(scene: Scene) -> None:
    office = scene.office
    first = office.publish(drawn(scene), key="k-1")
    assert office.publish(drawn(scene, name="third")) == ("p",)

    assert first == office.publish(drawn(scene), key="k-1") == ("p",)
    assert office.items()[0].nodes["look"].name == "third"
    with pytest.raises(RepeatedKey):
        office.publish(drawn(scene, name="third"), key="k-1")


def test_planned_publishing_is_answered_even_when_its_day_is_over(
    scene: Scene, clock: Clock
) -> None:
    day = clock.now.date() + timedelta(days=1)
    for _ in range(2):
        assert scene.office.publish(drawn(scene), effective=day, key="k-1") == ("p",)
        clock.move(days=2)


def test_order_of_a_set_is_no_part_of_a_request(scene: Scene) -> None:
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert [*one] != [*other]
    with scene.office.store.write() as connection:
        keys = Keys(Wire(connection), scene.office.id, scene.office.clock())
        assert [keys.is_repeated("k-1", each) for each in (one, other)] == [False, True]


def test_what_is_done_once_by_nature_needs_no_key(scene: Scene) -> None:
    office, case_id = scene.office, scene.case.id
    office.accept(case_id, by="ding")
    office.copy_to(case_id, by="ding", to=["zhang"])
    office.set_day(date(2026, 3, 9), works=False, reason="停电", by="zhang")
    assert office.recount(by="zhang") != ()
    office.mark_read(case_id, by="zhang")
    once = stored(office)

    assert office.recount(by="zhang") == ()
    office.mark_read(case_id, by="zhang")

    assert stored(office) == once


def test_stand_in_tells_the_same_warnings_again(office: Office, desk: Desk) -> None:
    people = [officer(id_, post) for id_, post in (("ding", "受理窗口"), ("jian", "资金监管"))]
    office.appoint(Roster(office="所", officers=(*people, officer("zhang", "所长"))))
    asked_for = {**DAYS, "by": "zhang", "key": "k-1"}
    first = office.stand_in("jian", "zhang", **asked_for)  # type: ignore[arg-type]
    assert first != ()
    assert office.stand_in("jian", "zhang", **asked_for) == first  # type: ignore[arg-type]


def test_review_is_signed_once_with_a_key(scene: Scene) -> None:
    office = scene.office
    office.emergency_claim(scene.item().id, by="jian", reason="防汛")
    (review,) = [w for w in office.case(scene.case.id).work_items if w.kind is WorkItemKind.REVIEW]
    office.claim(review.id, by="zhang")
    for _ in range(2):
        office.sign(review.id, by="zhang", choice="同意", key="k-1")
    assert scene.desk.actions(scene.case.id).count("reviewed") == 1
