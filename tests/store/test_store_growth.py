"""What a page asks for costs the same however many cases an office has.

Every question the office can be asked is played on a store and on one with several times
as many cases. A new one has to be entered here: see ``READINGS``.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from engine.model.case import CaseState
from engine.model.clock import Light
from engine.runtime import Office
from engine.store.columns import metadata

from ..filling import NOW, OFFICERS, office_of
from ..postgresql import Server

FEW, TIMES = 1200, 3
#: Of a hundred cases, so that a screen of each list is full with few cases too.
FREE, HELD = 30, 25
#: How much more a reading may do in the larger store: deeper indexes, fuller pages of them.
MOST = 1.5
#: Below this many steps or rows nothing is said: a list may just have become full.
LEAST = {"sqlite": 3000, "postgresql": 60}
#: Cases that were played, not copied: one waits, one is claimed, one has ended.
WAITS, HOLDS, ENDED = (f"2026-00000{number}" for number in (1, 2, 3))
BY = OFFICERS[0]


def _items(office: Office, case_id: str) -> list[str]:
    return [item.id for item in office.case(case_id).work_items]


#: When the limits of cases and steps that wait, ten working days from the filling's day, are
#: nearly over, and over.
NEAR, LATE = NOW + timedelta(days=11), NOW + timedelta(days=30)


def _on(day: datetime, office: Office) -> Office:
    """The office on another day."""
    return Office(office.store, office.id, controls=office.controls, clock=lambda: day)


#: Every question, by the method that answers it and perhaps more words.
READINGS: dict[str, Callable[[Office], object]] = {
    "todo": lambda o: o.todo(BY),
    "todo later": lambda o: o.todo(
        BY, mine_after=o.todo(BY).mine_next, open_after=o.todo(BY).open_next
    ),
    "kept_from": lambda o: o.kept_from(WAITS, BY),
    "cases": lambda o: o.cases(limit=20),
    "cases top": lambda o: o.cases(top=True, limit=20),
    "cases top later": lambda o: o.cases(top=True, limit=20, offset=100),
    "cases open": lambda o: o.cases(state=CaseState.OPEN, limit=20),
    "cases top open": lambda o: o.cases(state=CaseState.OPEN, top=True, limit=20),
    "cases faulty": lambda o: o.cases(state=CaseState.FAULTY, top=True, limit=20),
    "cases below": lambda o: o.cases(parent=ENDED, limit=20),
    "cases by number": lambda o: o.cases(text="2025-0", limit=20),
    "cases by digits": lambda o: o.cases(text="3", limit=20),
    "cases by name": lambda o: o.cases(text="何", limit=20),
    "cases by item": lambda o: o.cases(text="T-1", limit=20),
    "cases by nothing": lambda o: o.cases(text="没有", limit=20),
    "cases_due": lambda o: o.cases_due(limit=20),
    "cases_due red": lambda o: o.cases_due(Light.RED, limit=20),
    "cases_due by name": lambda o: o.cases_due(text="何", limit=20),
    "count_due": lambda o: o.count_due(Light.RED),
    "cases_due late": lambda o: _on(LATE, o).cases_due(Light.RED, limit=20),
    "count_due late": lambda o: _on(LATE, o).count_due(Light.RED),
    "steps_due": lambda o: o.steps_due(Light.YELLOW),
    "steps_due late": lambda o: _on(LATE, o).steps_due(Light.RED),
    "steps_due later": lambda o: _on(LATE, o).steps_due(
        Light.RED, after=_on(LATE, o).steps_due(Light.RED).after
    ),
    "steps_due standing": lambda o: o.steps_due(Light.GREY),
    "count_steps_due standing": lambda o: o.count_steps_due(Light.GREY),
    "steps_due near": lambda o: _on(NEAR, o).steps_due(Light.YELLOW),
    "count_steps_due": lambda o: _on(LATE, o).count_steps_due(Light.RED),
    "count_steps_due near": lambda o: _on(NEAR, o).count_steps_due(Light.YELLOW),
    "case_limits": lambda o: o.case_limits([HOLDS, ENDED]),
    "step_lines": lambda o: o.step_lines(HOLDS),
    "open_steps": lambda o: o.open_steps([WAITS, HOLDS]),
    "suspended": lambda o: o.suspended([HOLDS, ENDED]),
    "offers_to": lambda o: o.offers_to(BY),
    "copies": lambda o: o.copies(BY),
    "copies unread": lambda o: o.copies(BY, unread=True),
    "urged": lambda o: o.urged(_items(o, HOLDS)),
    "signed": lambda o: o.signed(_items(o, HOLDS)),
    "case": lambda o: o.case(ENDED),
    "procedure_of": lambda o: o.procedure_of(ENDED),
    "history": lambda o: o.history(ENDED),
    "remarks": lambda o: o.remarks(HOLDS),
    "signatures": lambda o: o.signatures(ENDED),
    "answerability": lambda o: o.answerability(ENDED),
    "case_clock": lambda o: o.case_clock(HOLDS),
    "ahead": lambda o: o.ahead(HOLDS),
    "migrations": lambda o: o.migrations(ENDED),
    "work_item": lambda o: o.work_item(_items(o, HOLDS)[0]),
    "later_signers": lambda o: o.later_signers(_items(o, HOLDS)[0]),
    "targets": lambda o: o.targets(_items(o, HOLDS)[0]),
    "draft": lambda o: o.draft(_items(o, HOLDS)[0]),
    "tick": lambda o: o.tick(),
    "next_timer": lambda o: o.next_timer(),
    "roster": lambda o: o.roster(),
    "names": lambda o: o.names(),
    "calendar": lambda o: o.calendar(),
    "items": lambda o: o.items(),
    "library": lambda o: o.library(),
    "procedure": lambda o: o.procedure("T-1"),
    "may_oversee": lambda o: o.may_oversee(o.roster().officer(BY)),
    "check_oversees": lambda o: o.check_oversees(o.roster().officer(OFFICERS[-1])),
    "seals": lambda o: o.seals(),
    "sealer": lambda o: [o.sealer(seal) for seal in o.seals()],
    "seal_with": lambda o: [o.seal_with(seal.root) for seal in o.seals()],
    "last_verification": lambda o: o.last_verification(),
    "office_journal": lambda o: o.office_journal(limit=20),
}
#: What changes something, or by its nature looks at every case concerned.
OTHERS = {
    "appoint": "a change",
    "publish": "a change",
    "seal_daily": "reads where every chain ends",
    "journal_lines": "the whole journal",
    "deem_overdue": "a change of every case concerned",
    "cases_on": "every case of a version",
    "editions": "counts the running cases of each version",
    "cases_behind": "counts the running cases of each version",
    "migration_plan": "of one case, as its operation",
    "migration_reports": "every case of one bulk move",
    "migration_round": "counts the cases of one bulk move",
    "migration_rounds": "counts the cases of the latest bulk moves",
    "version_file": "no list",
    "attachment": "no list",
}


def test_every_question_an_office_can_be_asked_is_looked_at() -> None:
    asked = {
        name
        for name, method in inspect.getmembers(Office, callable)
        if not name.startswith("_") and "by" not in inspect.signature(method).parameters
    }
    known = {name.split()[0] for name in READINGS} | OTHERS.keys()
    assert asked - known == set(), "enter these in READINGS, or in OTHERS with the reason"
    assert known - asked == set(), "these are gone"


@dataclass
class Watch:
    """Statements a store was asked, and what they cost."""

    office: Office
    statements: list[tuple[str, Any]] = field(default_factory=list)
    steps: int = 0

    def ask(self, name: str) -> None:
        """Play a reading; what it needs to have in memory is there from a first time."""
        READINGS[name](self.office)
        self.statements.clear()
        self.steps = 0
        READINGS[name](self.office)

    def step(self) -> None:
        """Ten more instructions of SQLite."""
        self.steps += 10


@pytest.fixture(autouse=True)
def counting_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are counted no further than both stores fill them."""
    monkeypatch.setattr("engine.runtime.todo.MOST_COUNTED", 20)


def _grown(table: str) -> bool:
    """Whether a table has a row for every case, or more."""
    columns = metadata.tables[table].c if table in metadata.tables else ()
    return table == "case_file" or "case_id" in columns


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Watch, Watch]:
    """The smaller and the larger store as SQLite files."""

    def made(cases: int) -> Watch:
        folder = tmp_path_factory.mktemp("growth")
        url = f"sqlite:///{(folder / 'q.sqlite3').as_posix()}"
        watch = Watch(office_of(url, folder / "drawn", cases, free=FREE, held=HELD))

        def connected(connection: Any, _record: object) -> None:
            connection.set_progress_handler(watch.step, 10)
            connection.set_trace_callback(lambda text: watch.statements.append((text, ())))

        watch.office.store.close()
        event.listen(watch.office.store.engine, "connect", connected)
        return watch

    return made(FEW), made(FEW * TIMES)


@pytest.mark.parametrize("name", READINGS)
def test_sqlite_does_not_more_for_more_cases(sqlite: tuple[Watch, Watch], name: str) -> None:
    few, many = sqlite
    few.ask(name)
    many.ask(name)
    assert many.steps <= max(few.steps * MOST, LEAST["sqlite"])
    with many.office.store.engine.connect() as connection:
        for text, _ in list(many.statements):
            if text.lstrip().upper().startswith(("SELECT", "WITH")):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
                scanned = [m[1] for row in plan if (m := re.match(r"SCAN (\w+)", row[3]))]
                assert not [table for table in scanned if _grown(table)], (text, plan)


@pytest.fixture(scope="module")
def postgresql_pair(
    postgresql: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Watch, Watch]]:
    """The smaller and the larger store on a server."""
    names = [postgresql.create(), postgresql.create()]

    def made(name: str, cases: int) -> Watch:
        folder = tmp_path_factory.mktemp("growth")
        watch = Watch(office_of(postgresql.url(name), folder, cases, free=FREE, held=HELD))

        class Watched(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
                watch.statements.append((str(query), params))
                return super().execute(query, params, **more)

        def connected(connection: Any, _record: object) -> None:
            connection.cursor_factory = Watched

        watch.office.store.close()
        event.listen(watch.office.store.engine, "connect", connected)
        return watch

    pair = made(names[0], FEW), made(names[1], FEW * TIMES)
    yield pair
    for watch, name in zip(pair, names, strict=True):
        watch.office.store.close()
        postgresql.drop(name)


#: Ways to read tables whole, which are the best for the few rows of a test.
_WHOLE = ("seqscan", "hashjoin", "mergejoin")


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _explained(watch: Watch, name: str) -> tuple[float, list[str]]:
    """Rows a reading looks at, and statements that would read a growing table whole.

    The latter by the plan for any values: what a statement runs with once it is prepared.
    """
    watch.ask(name)
    rows, whole = 0.0, []
    selects = [s for s in watch.statements if s[0].lstrip().startswith(("SELECT", "WITH"))]
    engine = watch.office.store.engine
    with psycopg.connect(engine.url.render_as_string(False).replace("+psycopg", "")) as server:
        for way in _WHOLE:
            server.execute(f"SET enable_{way} = off")
        for text, values in selects:
            query = server.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", values).fetchone()
            assert query is not None
            rows += sum(
                (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
                for node in _nodes(query[0][0]["Plan"])
                if "Relation Name" in node and _grown(node["Relation Name"])
            )
            whole += [text for table in _whole(server, text) if _grown(table)]
    return rows, whole


def _whole(server: psycopg.Connection[Any], text: str) -> Iterator[str]:
    """Tables a statement would read whole."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1] or f"#{len(numbers)}"
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    numbered = re.sub(r"%\((\w+)\)s|%s", number, text).replace("%%", "%")
    cursor = psycopg.ClientCursor(server)
    plan = cursor.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered}").fetchone()
    assert plan is not None
    for node in _nodes(plan[0][0]["Plan"]):
        if node["Node Type"] == "Seq Scan":
            yield node["Relation Name"]


@pytest.mark.parametrize("name", READINGS)
def test_postgresql_looks_at_no_more_rows_for_more_cases(
    postgresql_pair: tuple[Watch, Watch], name: str
) -> None:
    few, _ = _explained(postgresql_pair[0], name)
    many, whole = _explained(postgresql_pair[1], name)
    assert whole == []
    assert many <= max(few * MOST, LEAST["postgresql"])
