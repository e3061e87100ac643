"""What must hold whatever is done: one story told alike, no conflict of duties, an end."""

from collections import Counter, defaultdict

from sqlalchemy import select, text

from engine.model.case import CaseState, WorkItem, WorkItemKind, WorkItemState
from engine.model.errors import QingdanError
from engine.runtime import Office
from engine.runtime.vouching import unvouched
from engine.store import chains, schema

from .anything import CONTROLS, generous, takes_two
from .walking import BESIDE, OPEN, Walk

#: Rounds in which everybody does what there is to do before a case counts as stuck.
ROUNDS = 400


def look(walk: Walk) -> None:
    """Another process sees the same; no officer did what conflicts; every chain holds."""
    other = Office(walk.office.store, walk.office.id, controls=CONTROLS, clock=walk.office.clock)
    everything = [case.id for case in walk.office.cases(limit=99)]
    for case in everything:
        assert other.case(case) == walk.office.case(case)
    for officer in walk.random.sample(walk.office.roster().officers, 3):
        assert other.todo(officer.id) == walk.office.todo(officer.id)
    _no_conflict(walk)
    with walk.office.store.read() as connection:
        assert chains.breaches(connection, walk.office.id) == []
        assert list(unvouched(connection)) == []


def replays(walk: Walk) -> None:
    """The changes alone, without a snapshot, give the same states."""
    cases = [case.id for case in walk.office.cases(limit=99)]
    before = {case: walk.office.case(case) for case in cases}
    with walk.office.store.write() as connection:
        connection.execute(text("DELETE FROM case_snapshot"))
    other = Office(walk.office.store, walk.office.id, controls=CONTROLS, clock=walk.office.clock)
    assert {case: other.case(case) for case in cases} == before


def _no_conflict(walk: Walk) -> None:
    """Nobody did or holds two duties of one family that conflict, or what is another's post."""
    with walk.office.store.read() as connection:
        rows = connection.execute(select(schema.work_item)).mappings().all()
    urgent = {row["of_item"] for row in rows if row["kind"] == "review"}
    duties: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in (row for row in rows if row["officer"] and row["state"] != "ready"):
        of_post = walk.by_post.get(row["post"]) or walk.officers
        for officer in filter(None, (row["officer"], *(row["cosigners"] or "").split(","))):
            duties[row["root_id"], officer].add(row["duty"] or "")
            free = row["kind"] != "step" or row["id"] in urgent or officer in walk.deputies
            assert free or officer in of_post, row
    clashes = [conflict.duties for conflict in CONTROLS.duty_conflicts]
    for (root, officer), held in duties.items():
        assert not [clash for clash in clashes if clash <= held], (root, officer)


def finish(walk: Walk) -> None:
    """Everybody does what there is to do; every case comes to its end."""
    visits: Counter[tuple[str, str]] = Counter()
    walk.office.appoint(generous())
    for _ in range(ROUNDS):
        going_on = walk.going_on()
        if not going_on:
            return
        for case in walk.office.cases(state=CaseState.SUSPENDED):
            walk.office.resume(case.id, by=walk.heads[0], reason="继续")
        went_on = [_go_on(walk, item, visits) for item in walk.items(*OPEN)]
        if not any(went_on):
            walk.clock.move(days=1)
            walk.office.tick()
    left = [(i.case_id, i.step, i.kind, i.officer, i.waits_for) for i in walk.items(*OPEN)]
    raise AssertionError(left)


def _go_on(walk: Walk, item: WorkItem, visits: Counter[tuple[str, str]]) -> bool:
    """Do an item, by whoever may."""
    item = walk.office.work_item(item.id)
    if item.state not in OPEN or item.waits_for:
        return False
    turn = (item.case_id, item.step)
    # What several sign is agreed to, unless that goes on for ever.
    option = 0 if item.kind in BESIDE else visits[turn] // (9 if item.sign else 1)
    visits[turn] += item.kind not in BESIDE
    values, files = walk.filled(item, option)
    if item.state is WorkItemState.CLAIMED and item.officer:
        who = [item.officer]
    else:
        who = [*walk.of_post(item), *walk.heads]
    walk.random.shuffle(who)
    for officer in who:
        try:
            if item.sign or item.kind in BESIDE:
                if item.kind is WorkItemKind.REVIEW:
                    walk.office.claim(item.id, by=officer)
                choice = walk.choice(item, option)
                walk.office.sign(
                    item.id, by=officer, choice=choice, text="已阅", values=values, files=files
                )
                return True
            walk.office.claim(item.id, by=officer)
            helper = next(one for one in walk.of_post(item) if one != officer)
            several = {"cosigner": helper} if takes_two(item) else {}
            walk.office.complete(item.id, by=officer, values={**values, **several}, files=files)
        except QingdanError as error:
            print(f"(end) {item.step} {officer} → {error}")
            continue
        return True
    if item.state is WorkItemState.CLAIMED:
        try:
            walk.office.release_for(item.id, by=walk.heads[0], reason="换人")
        except QingdanError as error:
            print(f"(end) {item.step} 换人 → {error}")
    return False
