"""Published versions: immutable, each from its day on; cases open on the version of their day."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.model.errors import UnknownItem
from engine.runtime import BadEffectiveDate, EditionState, NotAllowed, Office, UnknownVersion
from engine.store import Store, journal, open_store
from engine.store.examination import examine
from tests.cases.conftest import APPLICANT, CONTROLS, Clock, Desk
from tests.cases.drawings import line, process, step
from tests.store.test_store_migrations import FIRST_RELEASE

TOMORROW, DAY_AFTER = date(2026, 3, 3), date(2026, 3, 4)


def version(second: str, *, code: str = "T-1", id: str = "p") -> bytes:
    return process(id, step("a"), step(second), line("start", "a", second, "end"), code=code)


def second_step(desk: Desk) -> str:
    case = desk.open()
    desk.do(case.id, "a", "ding")
    return desk.steps(case.id)[0]


def publish(desk: Desk, content: bytes, day: date | None = None, *others: bytes) -> None:
    for number, each in enumerate((content, *others)):
        (desk.folder / f"{number}.bpmn").write_bytes(each)
    desk.office.publish(Library.load([desk.folder]), effective=day)


def test_version_of_tomorrow_is_not_used_today(desk: Desk, clock: Clock) -> None:
    publish(desk, version("old"))
    publish(desk, version("new"), TOMORROW)
    assert second_step(desk) == "old"
    clock.now = clock.now.replace(hour=23, minute=59)
    assert second_step(desk) == "old"
    clock.move(minutes=1)
    assert second_step(desk) == "new"


def test_item_that_is_gone_tomorrow_can_be_opened_today(desk: Desk, clock: Clock) -> None:
    publish(desk, version("old"))
    (desk.folder / "0.bpmn").unlink()
    (desk.folder / "1.bpmn").write_bytes(version("new", code="T-2", id="q"))
    desk.office.publish(Library.load([desk.folder]), effective=TOMORROW)
    assert second_step(desk) == "old"
    clock.move(days=1)
    with pytest.raises(UnknownItem):
        desk.open()
    was, gone = desk.office.editions("T-1")
    assert (was.state, gone.digest, was.until) == (EditionState.PAST, None, gone.since)


def test_list_says_what_applies_from_when_until_when(desk: Desk, clock: Clock) -> None:
    publish(desk, version("one"))
    desk.open()
    clock.move(hours=1)
    publish(desk, version("two"))
    desk.open()
    desk.open()
    publish(desk, version("three"), DAY_AFTER)
    one, two, three = desk.office.editions("T-1")
    assert [e.state for e in (one, two, three)] == ["past", "in-force", "planned"]
    assert [e.running for e in (one, two, three)] == [1, 2, 0]
    assert (one.until, two.until, three.until) == (two.since, three.since, None)
    assert two.since == clock.now
    assert f"{three.since:%Y-%m-%d %H:%M}" == "2026-03-04 00:00"
    assert {e.process_id for e in desk.office.editions()} == {"p"}


def test_file_of_every_version_stays_byte_for_byte(desk: Desk, clock: Clock, store: Store) -> None:
    files = [version(name) for name in ("one", "two", "one")]
    for content in files:
        publish(desk, content)
        clock.move(days=1)
    editions = desk.office.editions("T-1")
    assert [e.digest for e in editions] == [hashlib.sha256(f).hexdigest() for f in files]
    for edition, content in zip(editions, files, strict=True):
        name, kept = desk.office.version_file("p", str(edition.digest)[:8])
        assert (name, kept) == ("0.bpmn", content)
    with store.read() as connection:
        assert examine(connection).faults == ()


def test_version_is_named_by_hash_or_day(desk: Desk, clock: Clock) -> None:
    publish(desk, version("one"))
    clock.move(days=1)
    publish(desk, version("two"))
    assert desk.office.version_file("T-1", "2026-03-02")[1] == version("one")
    with pytest.raises(UnknownVersion, match="不止一个版本"):
        desk.office.version_file("T-1", desk.office.editions("T-1")[0].label)
    with pytest.raises(UnknownVersion, match="没有“xyz”这个版本"):
        desk.office.version_file("T-1", "xyz")
    with pytest.raises(UnknownVersion, match="从来没有发布过“T-9”"):
        desk.office.version_file("T-9", "xyz")


def test_version_of_a_day_that_is_over_is_refused(desk: Desk) -> None:
    with pytest.raises(BadEffectiveDate, match="2026-03-01 已经过去"):
        publish(desk, version("one"), date(2026, 3, 1))
    assert desk.office.editions() == ()
    publish(desk, version("one"), date(2026, 3, 2))
    assert second_step(desk) == "one"


def dated(content: bytes, **days: str) -> bytes:
    """A file that says from when or until when it applies."""
    said = " ".join(f'{name}="{day}"' for name, day in days.items())
    return content.replace(b'effectiveFrom="2026-01-01"', said.encode())


def test_file_applies_no_earlier_than_it_says(desk: Desk, clock: Clock) -> None:
    publish(desk, version("old"))
    later = dated(version("new"), effectiveFrom="2026-03-04")
    for day in (None, TOMORROW):
        with pytest.raises(BadEffectiveDate, match=r"自 2026-03-04 起生效.*--effective 2026-03-04"):
            publish(desk, later, day)
    assert len(desk.office.editions("T-1")) == 1
    publish(desk, later, DAY_AFTER)
    clock.move(days=2)
    assert second_step(desk) == "new"
    publish(desk, later)
    assert len(desk.office.editions("T-1")) == 2


def test_the_file_that_applies_last_is_named(desk: Desk) -> None:
    one = dated(version("one"), effectiveFrom="2026-03-03")
    other = dated(version("x", code="T-2", id="q"), effectiveFrom="2026-03-05")
    with pytest.raises(BadEffectiveDate, match="自 2026-03-05 起生效"):
        publish(desk, one, None, other)
    publish(desk, one, date(2026, 3, 5), other)


def test_file_that_applies_no_more_is_refused(desk: Desk) -> None:
    days = {"effectiveFrom": "2026-01-01", "effectiveTo": "2026-03-02"}
    publish(desk, dated(version("one"), **days))
    with pytest.raises(BadEffectiveDate, match="2026-03-02 失效"):
        publish(desk, dated(version("two"), **days), TOMORROW)


def test_calling_off_is_for_the_head(desk: Desk) -> None:
    publish(desk, version("one"))
    publish(desk, version("two"), TOMORROW)
    with pytest.raises(NotAllowed, match="由所长或维护人员管理"):
        desk.office.call_off(TOMORROW, by="ding")
    assert desk.office.call_off(TOMORROW, by="zhang") == ("p",)


def test_two_versions_on_one_day_are_refused(desk: Desk) -> None:
    publish(desk, version("one"))
    publish(desk, version("two"), TOMORROW)
    publish(desk, version("two"), TOMORROW)
    with pytest.raises(BadEffectiveDate, match="已有另一个待生效的版本"):
        publish(desk, version("three"), TOMORROW)
    assert len(desk.office.editions("T-1")) == 2


def test_planned_version_stays_planned_when_another_is_published_at_once(
    desk: Desk, clock: Clock
) -> None:
    publish(desk, version("one"))
    publish(desk, version("three"), TOMORROW)
    publish(desk, version("two"))
    assert second_step(desk) == "two"
    clock.move(days=1)
    assert second_step(desk) == "three"


def test_planned_version_is_called_off(desk: Desk, clock: Clock) -> None:
    publish(desk, version("one"))
    publish(desk, version("two"), TOMORROW)
    assert desk.office.call_off(TOMORROW, ["T-1"]) == ("p",)
    clock.move(days=1)
    assert second_step(desk) == "one"
    one, two = desk.office.editions("T-1")
    assert (one.state, two.state) == (EditionState.IN_FORCE, EditionState.CALLED_OFF)
    assert (one.until, two.running) == (None, 0)
    publish(desk, version("two"))
    assert second_step(desk) == "two"


def test_version_in_effect_is_not_called_off(desk: Desk) -> None:
    publish(desk, version("one"), date(2026, 3, 2))
    with pytest.raises(BadEffectiveDate, match="已经生效"):
        desk.office.call_off(date(2026, 3, 2))
    with pytest.raises(BadEffectiveDate, match="没有从 2026-03-03 起"):
        desk.office.call_off(TOMORROW)
    with pytest.raises(UnknownVersion):
        desk.office.call_off(TOMORROW, ["T-9"])


def test_everything_of_a_day_is_called_off_at_once(desk: Desk) -> None:
    more = version("x", code="T-2", id="q")
    publish(desk, version("one"), None, more)
    publish(desk, version("two"), TOMORROW, version("y", code="T-2", id="q"))
    assert desk.office.call_off(TOMORROW) == ("p", "q")
    with pytest.raises(BadEffectiveDate):
        desk.office.call_off(TOMORROW)


def test_publishing_and_calling_off_are_journalled(desk: Desk, store: Store) -> None:
    publish(desk, version("one"))
    publish(desk, version("two"), TOMORROW)
    desk.office.call_off(TOMORROW)
    with store.read() as connection:
        rows = journal.entries(connection, "shifan", journal.OFFICE_CHAIN)
    told = [(row.action, row.note) for row in rows]
    assert told[-3:] == [
        ("published", "p"),
        ("published", "p，2026-03-03 起生效"),
        ("called-off", "p，2026-03-03 起生效"),
    ]


def test_another_process_sees_the_same_versions(
    desk: Desk, clock: Clock, reopened: Callable[[], Office], tmp_path: Path
) -> None:
    publish(desk, version("one"))
    desk.open()
    publish(desk, version("two"), TOMORROW)
    other = Desk(reopened(), tmp_path)
    assert second_step(other) == "one"
    clock.move(days=1)
    assert (second_step(desk), second_step(other)) == ("two", "two")


def test_what_the_first_release_published_is_in_force(tmp_path: Path) -> None:
    path = tmp_path / "q.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(FIRST_RELEASE)
    store = open_store(f"sqlite:///{path.as_posix()}")
    office = Office(store, "shifan", controls=CONTROLS, clock=Clock())
    (edition,) = office.editions()
    assert (edition.state, edition.running) == (EditionState.IN_FORCE, 1)
    assert office.open_case(edition.code, by="ding", applicant=APPLICANT).digest == edition.digest
    store.close()
