"""Nothing is lost or doubled: kills and races."""

import threading

from engine.runtime import AlreadyTaken

from .conftest import Clock, Desk
from .drawings import line, process, step
from .test_case_kills import LOOPING


def test_of_many_completions_exactly_one_wins(desk: Desk) -> None:
    desk.publish(LOOPING)
    case = desk.open()
    item = desk.waiting(case.id)["fill"]
    desk.office.claim(item.id, by="ding")
    barrier = threading.Barrier(6)
    outcomes: list[str] = []

    def complete(number: int) -> None:
        barrier.wait()
        try:
            desk.office.complete(item.id, by="ding", values={"n": str(number)})
            outcomes.append("done")
        except AlreadyTaken as taken:
            outcomes.append(str(taken.officer))

    threads = [threading.Thread(target=complete, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ding"] * 5 + ["done"]
    assert desk.actions(case.id) == ["opened", "claimed", "completed"]


def test_case_runs_on_the_version_it_was_opened_with(desk: Desk, clock: Clock) -> None:
    def version(name: str) -> bytes:
        return process("p", step("a"), step(name), line("start", "a", name, "end"), code="T-1")

    desk.publish(version("old"))
    old = desk.open()
    desk.publish(version("new"))
    new = desk.open()
    for case in (old, new):
        desk.do(case.id, "a", "ding")
    assert (desk.steps(old.id), desk.steps(new.id)) == (["old"], ["new"])
    assert "new" not in desk.office.procedure_of(old.id).nodes
    assert old.digest != new.digest
