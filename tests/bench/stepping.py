"""Steps of a case: against a bare commit, against stock SpiffWorkflow, and over a long life."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.model.procedure import FieldType
from engine.model.roster_file import read_roster
from engine.runtime import Office, states
from engine.runtime.program import closure
from engine.runtime.statements import Wire
from engine.store import open_store

from .row import Row
from .works import (
    BY,
    NOW,
    VALUES,
    WHO,
    Stock,
    bare,
    batch,
    commit,
    dozen,
    instances,
    looping,
    office_at,
    size_of,
    sqlite_url,
    waiting,
)

#: Steps measured for each figure.
STEPS = 204
CHILDREN = 5_000
#: An office as shipped, the longest of its items, and who registers it.
DEMO = Path(__file__).parents[2] / "processes" / "demo"
ITEM = "CZ-JF-001"
REGISTRAR = "sun"
NUMBER = FieldType.NUMBER


def rows() -> Iterator[Row]:
    """Figures of the durable step."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        yield from _single(folder)
        yield from _shipped(folder)
        yield from _growth(folder)
        yield _cold_load(folder)
        yield _children(folder)


def _single(folder: Path) -> Iterator[Row]:
    office = office_at(sqlite_url(folder / "single"), folder / "a", dozen())
    content = dozen()
    connection = bare(folder / "bare")
    text = "x" * 2048
    found: dict[str, list[float]] = {"bare": [], "claim": [], "complete": [], "stock": []}
    for number in range(STEPS):
        if number % 12 == 0:
            case = office.open_case("T-1", by=BY, applicant=WHO).id
            stock = Stock(content)
        item = next(w for w in office.case(case).work_items if w.done_at is None)
        calls: dict[str, Callable[[], object]] = {
            "bare": partial(commit, connection, text),
            "claim": partial(office.claim, item.id, by=BY),
            "complete": partial(office.complete, item.id, by=BY, values=VALUES),
            "stock": partial(stock.step, connection, n=3, opinion=VALUES["opinion"]),
        }
        for name, call in calls.items():
            found[name].append(_taken(call))
    quick = _quick(found)
    yield Row(name="bare commit of a 2 KB row", value=quick["bare"], unit="ms")
    step, floor = quick["complete"], quick["bare"]
    yield _against("complete one step, durable", step, "bare commit", floor, 2.5)
    yield _against("complete one step, durable", step, "stock load and save", quick["stock"], 0.2)
    claim = quick["claim"]
    yield Row(name="claim", value=claim, unit="ms", against="bare commit", ratio=claim / floor)
    case = office.open_case("T-1", by=BY, applicant=WHO).id
    before, kept = size_of(office), waiting(office, case)
    office.complete(kept, by=BY, values=VALUES)
    written = size_of(office) - before
    yield Row(
        name="claim and complete: columns written",
        value=written,
        unit="bytes",
        reach="<= 1536",
        ok=written <= 1536,
    )
    office.store.close()


def _shipped(folder: Path) -> Iterator[Row]:
    """The first step of the longest shipped item, whose drawing and all that it calls are real."""
    controls, library = load_controls(), Library.load()
    roster = read_roster(DEMO / "shifan.toml", controls).roster
    office = Office(open_store(sqlite_url(folder / "item")), "shifan", controls=controls)
    office.appoint(roster)
    office.publish(library)
    item = library.find(ITEM)
    names = closure(item.id, library.procedures)
    files = (library.document_of(library.procedures[name]) for name in names)
    stock = Stock(*(Path(file.path).read_bytes() for file in files), process=item.id)
    start, connection, text = stock.text, bare(folder / "bare item"), "x" * 2048
    found: dict[str, list[float]] = {"bare": [], "complete": [], "stock": []}
    for _ in range(STEPS // 2):
        case = office.open_case(ITEM, by=REGISTRAR, applicant=WHO).id
        (step,) = office.case(case).work_items
        office.claim(step.id, by=REGISTRAR)
        values = {field.name: "12" if field.type is NUMBER else "样例" for field in step.fields}
        stock.text = start
        calls: dict[str, Callable[[], object]] = {
            "bare": partial(commit, connection, text),
            "complete": partial(office.complete, step.id, by=REGISTRAR, values=values),
            "stock": partial(stock.step, connection, **values),
        }
        for name, call in calls.items():
            found[name].append(_taken(call))
    office.store.close()
    quick = _quick(found)
    name = "complete the first step of 一卡通"
    yield _against(name, quick["complete"], "bare commit", quick["bare"], 2.5)
    yield _against(name, quick["complete"], "stock load and save", quick["stock"], 0.2)


def _quick(found: Mapping[str, list[float]]) -> dict[str, float]:
    """The first quarter: what the rest of the machine does meanwhile is in the others."""
    return {name: sorted(times)[len(times) // 4] for name, times in found.items()}


def _taken(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def _against(name: str, value: float, against: str, other: float, reach: float) -> Row:
    ratio = value / other
    return Row(
        name=name,
        value=value,
        unit="ms",
        against=against,
        ratio=ratio,
        reach=f"<= {reach}",
        ok=ratio <= reach,
    )


def _growth(folder: Path) -> Iterator[Row]:
    office = office_at(sqlite_url(folder / "rounds"), folder / "b", looping())
    early, late = _life(office, 2_000)
    yield _against("step at 1,000 loop rounds", late, "at 10 rounds", early, 1.5)
    office.store.close()
    office = office_at(sqlite_url(folder / "ten"), folder / "c", instances(30))
    early, _ = _life(office, 25)
    office.store.close()
    office = office_at(sqlite_url(folder / "many"), folder / "d", instances(1_000))
    _, late = _life(office, 200)
    yield _against("step at 1,000 instances", late, "at 10 instances", early, 1.5)
    office.store.close()


def _life(office: Office, steps: int) -> tuple[float, float]:
    """Duration of a step: the median of the first twenty, and of the last hundred."""
    case = office.open_case("T-1", by=BY, applicant=WHO).id
    times = []
    for _ in range(steps):
        item = _next_item(office, case)
        office.claim(item, by=BY)
        times.append(_taken(partial(office.complete, item, by=BY, values=VALUES)))
    first, last = sorted(times[4:24]), sorted(times[-100:])
    return first[len(first) // 2], last[len(last) // 2]


def _next_item(office: Office, case: str) -> str:
    """An open work item of the case, found without reading all of it."""
    with office.store.read() as connection:
        found = Wire(connection).run(
            "SELECT id FROM work_item WHERE office_id = 'bench' AND case_id = ? "
            "AND state = 'ready' LIMIT 1",
            case,
        )
        return str(found.fetchone()[0])


def _cold_load(folder: Path) -> Row:
    office = office_at(sqlite_url(folder / "cold"), folder / "e", looping())
    case = office.open_case("T-1", by=BY, applicant=WHO).id
    stock = Stock(looping())
    workflow = stock.load()
    for _ in range(200):
        item = _next_item(office, case)
        office.claim(item, by=BY)
        office.complete(item, by=BY, values=VALUES)
        stock.run(workflow, {"n": 3, "opinion": VALUES["opinion"]})
    stock.save(workflow)
    ours, theirs = [], []
    for _ in range(20):
        ours.append(_taken(lambda: _load(office, case)))
        theirs.append(_taken(stock.load))
    office.store.close()
    return _against(
        "cold load of a case of 200 steps", sorted(ours)[10], "stock load", sorted(theirs)[10], 0.5
    )


def _load(office: Office, case_id: str) -> None:
    with office.store.read() as connection:
        row = {"id": case_id, "version": 201}
        program = office._versions.program(connection, office._versions.bundle(connection, "p"))
        states.load(Wire(connection), "bench", row, program, lambda: NOW)


def _children(folder: Path) -> Row:
    office = office_at(sqlite_url(folder / "batch"), folder / "f", *batch())
    case = office.open_case("T-1", by=BY, applicant=WHO).id
    item = waiting(office, case)
    people = "\n".join(f"户{number}" for number in range(CHILDREN))
    seconds = _taken(lambda: office.complete(item, by=BY, values={"people": people})) / 1000
    office.store.close()
    return Row(
        name="opening 5,000 children of a batch",
        value=seconds,
        unit="s",
        reach="<= 10 s",
        ok=seconds <= 10,
    )
