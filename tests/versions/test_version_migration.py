"""A running case goes on with another version: where it stands, with all that was done."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.bpmn.library import Library
from engine.model.case import CaseState
from engine.runtime import NotAllowed, Office, Refused, Stale
from engine.store import CHINA, Store, chains
from engine.store.examination import examine
from tests.cases.conftest import Clock, Desk

from .conftest import straight

THREE = ("a", "b", "c")


def begun(desk: Desk, *done: str) -> str:
    """A case of the three steps with some of them done."""
    desk.publish(straight(*THREE))
    case = desk.open()
    for each in done:
        desk.do(case.id, each, "ding")
    return case.id


def moved(desk: Desk, case: str, *files: bytes, **more: str) -> None:
    desk.publish(*files)
    desk.office.migrate(case, reason="新办法", **more)


def finish(desk: Desk, case: str) -> list[str]:
    """Do whatever waits until nothing does; the steps, in order."""
    done = []
    while waiting := desk.waiting(case):
        name = min(waiting)
        desk.do(case, name, "ding")
        done.append(name)
    assert desk.office.case(case).case.state is CaseState.FINISHED
    return done


@pytest.mark.parametrize(
    ("done", "steps", "left"),
    [
        ((), ("a", "b", "c", "d"), ["a", "b", "c", "d"]),
        (("a",), ("a", "b", "new", "c"), ["b", "new", "c"]),
        (("a",), ("a", "b"), ["b"]),
        (("a", "b"), ("a", "b", "c", "d"), ["c", "d"]),
    ],
)
def test_case_goes_on_with_what_lies_ahead(
    desk: Desk, done: tuple[str, ...], steps: tuple[str, ...], left: list[str]
) -> None:
    case = begun(desk, *done)
    moved(desk, case, straight(*steps))
    assert finish(desk, case) == left


@pytest.mark.parametrize(
    ("done", "steps", "rule"),
    [
        (("a",), ("a", "new", "b", "c"), "skipped"),
        (("a",), ("new", "a", "b", "c"), "skipped"),
        (("a",), ("b", "c"), "vanished"),
        (("a",), ("a", "c"), "vanished"),
        (("a", "b"), ("b", "a", "c"), "flow"),
    ],
)
def test_nothing_is_skipped_or_undone(
    desk: Desk, done: tuple[str, ...], steps: tuple[str, ...], rule: str
) -> None:
    case = begun(desk, *done)
    desk.publish(straight(*steps))
    with pytest.raises(Refused) as refused:
        desk.office.migrate(case, reason="新办法")
    assert refused.value.rule == rule
    assert desk.actions(case)[-1] == "refused"
    assert desk.office.case(case).case.digest == desk.office.editions("T-1")[0].digest
    assert finish(desk, case) == [each for each in THREE if each not in done]


def test_plan_tells_everything_and_changes_nothing(desk: Desk) -> None:
    case = begun(desk, "a")
    before = desk.office.case(case)
    desk.publish(straight("a", "b", "new", b="所长"))
    plan = desk.office.migration_plan(case)
    assert (plan.done, plan.added, plan.dropped) == (("a",), ("new",), ("c",))
    (landing,) = plan.waiting
    assert (landing.step, landing.old_post, landing.new_post) == ("b", "受理窗口", "所长")
    assert (plan.reasons, plan.warnings, plan.is_current) == ((), (), False)
    assert desk.office.case(case) == before


def test_waiting_step_takes_the_post_and_name_of_the_version(desk: Desk) -> None:
    case = begun(desk, "a")
    waits = desk.waiting(case)["b"]
    renamed = straight(*THREE, b="所长").replace(b'name="b"', 'name="复核"'.encode())
    moved(desk, case, renamed)
    now = desk.waiting(case)["b"]
    assert (now.id, now.since, now.due) == (waits.id, waits.since, waits.due)
    assert (now.post, now.step_name) == ("所长", "复核")
    with pytest.raises(Refused):
        desk.office.claim(now.id, by="ding")
    desk.do(case, "b", "zhang")
    assert finish(desk, case) == ["c"]


def test_step_in_hand_stays_in_hand_but_changes_no_post(desk: Desk) -> None:
    case = begun(desk, "a")
    item = desk.waiting(case)["b"].id
    desk.office.claim(item, by="ding")
    desk.publish(straight(*THREE, b="所长"))
    with pytest.raises(Refused, match="已由ding同志认领"):
        desk.office.migrate(case, reason="新办法")
    moved(desk, case, straight("a", "b", "d"))
    assert desk.waiting(case)["b"].officer == "ding"
    desk.office.complete(item, by="ding", values={})
    assert finish(desk, case) == ["d"]


def test_move_is_one_entry_with_both_hashes_and_the_reason_beside(desk: Desk, store: Store) -> None:
    case = begun(desk, "a")
    moved(desk, case, straight(*THREE, "d"), by="zhang")
    entry = desk.office.history(case)[-1]
    old, new = (edition.digest for edition in desk.office.editions("T-1"))
    assert (entry.actor, entry.action) == ("zhang", "migrated")
    assert entry.note == f"p：由 {old} 换到 {new}"
    (told,) = desk.office.migrations(case)
    assert (told.old, told.new, told.reason, told.officer) == (old, new, "新办法", "zhang")
    assert entry.form_digest
    assert "新办法" not in str(entry)
    with store.read() as connection:
        assert examine(connection).faults == ()
        assert chains.breaches(connection, "shifan") == []


def test_only_the_head_and_the_operator_may(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(straight(*THREE, "d"))
    with pytest.raises(NotAllowed, match="所长或维护人员"):
        desk.office.migrate(case, by="ding", reason="新办法")
    assert desk.office.case(case).case.version == 2
    desk.office.migrate(case, reason="新办法")
    assert desk.office.migrations(case)[0].officer == "system"


def test_repeated_key_moves_once(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(straight(*THREE, "d"))
    first = desk.office.migrate(case, reason="新办法", key="k")
    assert desk.office.migrate(case, reason="新办法", key="k") == first
    assert desk.actions(case).count("migrated") == 1
    desk.office.migrate(case, reason="新办法")
    assert desk.actions(case).count("migrated") == 1


def test_case_survives_reload_from_its_changes_and_from_a_snapshot(
    desk: Desk, reopened: Callable[[], Office], store: Store, tmp_path: Path
) -> None:
    case = begun(desk, "a")
    moved(desk, case, straight("a", "b", "x", "y"))
    desk.do(case, "b", "ding")
    other = Desk(reopened(), tmp_path)
    assert other.steps(case) == ["x"]
    other.do(case, "x", "ding")
    with store.write() as connection:
        rows = connection.execute(text("SELECT version FROM case_change ORDER BY version"))
        assert [row.version for row in rows] == [1, 2, 3, 4, 5]
        connection.execute(text("DELETE FROM case_change WHERE version < 3"))
    assert finish(Desk(reopened(), tmp_path), case) == ["y"]


def test_return_to_a_step_before_the_move_is_done_on_the_new_version(desk: Desk) -> None:
    case = begun(desk, "a")
    moved(desk, case, straight("a", "b", "x"))
    item = desk.waiting(case)["b"].id
    desk.office.claim(item, by="ding")
    desk.office.return_to(item, by="ding", target="a", reason="重办")
    assert finish(desk, case) == ["a", "b", "x"]


def test_item_that_was_returned_is_still_read_when_its_step_is_gone(desk: Desk) -> None:
    case = begun(desk, "a")
    item = desk.waiting(case)["b"].id
    desk.office.claim(item, by="ding")
    desk.office.return_to(item, by="ding", target="a", reason="重办")
    moved(desk, case, straight("a", "c"))
    assert desk.office.work_item(item).step_name == "b"
    assert finish(desk, case) == ["a", "c"]


def test_suspended_case_stays_suspended(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.office.suspend(case, by="zhang", reason="等")
    moved(desk, case, straight("a", "b", "x"))
    assert desk.office.case(case).case.state is CaseState.SUSPENDED
    desk.office.resume(case, by="zhang", reason="好了")
    assert finish(desk, case) == ["b", "x"]


def test_case_that_ended_is_not_moved(desk: Desk) -> None:
    case = begun(desk, *THREE)
    desk.publish(straight(*THREE, "d"))
    with pytest.raises(NotAllowed, match="已办结"):
        desk.office.migrate(case, reason="新办法")


def test_case_goes_back_to_the_version_before(desk: Desk) -> None:
    case = begun(desk, "a")
    moved(desk, case, straight("a", "b", "x"))
    old = desk.office.editions("T-1")[0]
    desk.office.migrate(case, reason="改回", to=str(old.digest)[:10])
    assert finish(desk, case) == ["b", "c"]
    assert len(desk.office.migrations(case)) == 2


def test_version_of_tomorrow_takes_no_case_today(desk: Desk, clock: Clock) -> None:
    case = begun(desk, "a")
    (desk.folder / "0.bpmn").write_bytes(straight("a", "b", "x"))
    desk.office.publish(Library.load([desk.folder]), effective=datetime(2026, 3, 3).date())
    with pytest.raises(NotAllowed, match="2026-03-03 起才生效"):
        desk.office.migration_plan(case, to="2026-03-03")
    assert desk.office.migration_plan(case).is_current
    clock.now = datetime(2026, 3, 3, tzinfo=CHINA)
    desk.office.migrate(case, reason="新办法")
    assert finish(desk, case) == ["b", "x"]


def test_completion_meanwhile_leaves_the_plan_stale(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(straight(*THREE, "d"))
    seen = desk.office.migration_plan(case).version
    desk.do(case, "b", "ding")
    with pytest.raises(Stale):
        desk.office.migrate(case, reason="新办法", version=seen)
