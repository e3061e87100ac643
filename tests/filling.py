"""A store of very many cases: copies of a few that were really played, made by the database.

Every row of a played case is copied under new ids and with its moments put back in time;
only the journal, whose chains have to hold, is made here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
)

from engine.bpmn.library import Library
from engine.model.case import Applicant
from engine.model.controls import load_controls
from engine.model.office import Appointment, Officer, Roster
from engine.runtime import Office
from engine.store import CHINA, journal, open_store, schema
from engine.store.columns import Moment, metadata

from .cases.drawings import field, line, process, step

#: Time between two copies.
APART = timedelta(seconds=30)
_CASE_ID = "2025-"
_DIGITS = 7
_CHUNK = 50_000
#: Odd and no multiple of five: numbers times this, modulo a power of ten, are all different.
_SCRAMBLE, _MODULUS, _SCRAMBLED = 61_803_399, 10**8, 8


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
WHO = Applicant(name="何丽")
POSTS = (
    "受理窗口",
    "出纳会计",
    "资金监管",
    "补贴资金发放管理",
    "非税收入管理",
    "资产管理",
)
#: One to a post; the last is head of the office and has nothing to do.
OFFICERS = ("ding", "chu", "jian", "hui", "fei", "zi", "zhang")
#: Of a hundred cases so many wait for an officer, and so many are with one; the others ended.
FREE, HELD = 3, 1
_FORM = (field("n", "number"), field("opinion"))
_ALARM = (
    '<boundaryEvent id="bell" name="催办" attachedToRef="fill" cancelActivity="false">'
    "<timerEventDefinition><timeDuration>P30D</timeDuration></timerEventDefinition>"
    '</boundaryEvent><endEvent id="rung"/>'
)
_ITEM = (
    '<qd:item code="T-1" lists="service" category="公共服务" body="财政所" version="1" '
    'effectiveFrom="2026-01-01" promised="10" promisedUnit="working-day"/>'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """One case as played, and what its copies take in turn instead of its post and officer."""

    case_id: str
    posts: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()


def drawn() -> bytes:
    """Two steps in two hands, a limit and a timer."""
    return process(
        "p",
        step("fill", *_FORM, limit="10", limitUnit="working-day"),
        step("sign", *_FORM, post="出纳会计"),
        _ALARM,
        line("start", "fill", "sign", "end"),
        line("bell", "rung"),
        extensions=_ITEM,
    )


def office_of(url: str, folder: Path, cases: int, *, free: int = FREE, held: int = HELD) -> Office:
    """An office with so many cases; of a hundred so many are free and held, the others ended."""
    office = Office(open_store(url), "many", controls=load_controls(), clock=lambda: NOW)
    folder.mkdir(exist_ok=True)
    (folder / "drawn.bpmn").write_bytes(drawn())
    office.appoint(
        Roster(
            office="示范镇财政所",
            officers=tuple(
                Officer(id=id_, name=id_, appointments=(Appointment(post=post),))
                for id_, post in zip(OFFICERS, (*POSTS, "所长"), strict=True)
            ),
        )
    )
    office.publish(Library.load([folder]))
    free, held = cases * free // 100, cases * held // 100
    fill(
        office,
        {
            Model(case_id=_played(office, 0), posts=POSTS): range(1, free + 1),
            Model(case_id=_played(office, 1), posts=POSTS[:1], officers=OFFICERS[:-1]): range(
                free + 1, free + held + 1
            ),
            Model(case_id=_played(office, 2)): range(free + held + 1, cases + 1),
        },
    )
    return office


def _played(office: Office, steps: int) -> str:
    """A case that waits to be claimed, is with the first officer, or has ended."""
    by, head = OFFICERS[0], OFFICERS[-1]
    opened = office.open_case("T-1", by=by, applicant=WHO).id
    if steps == 0:
        return opened
    (waiting,) = office.case(opened).work_items
    office.accept(opened, by=by)
    office.claim(waiting.id, by=by)
    if steps == 1:
        office.urge(waiting.id, by=head, text="请尽快办理")
        office.copy_to(opened, by=head, to=[by])
        return opened
    values = {"n": "3", "opinion": "情况属实，同意"}
    office.complete(waiting.id, by=by, values=values)
    signing = next(w for w in office.case(opened).work_items if w.done_at is None)
    office.claim(signing.id, by=OFFICERS[1])
    office.complete(signing.id, by=OFFICERS[1], values=values)
    return opened


def fill(office: Office, models: Mapping[Model, range]) -> None:
    """Copy each model once for every number of its range; no number stands in two of them."""
    # SQLite changes how it keeps its journal only while nobody else looks.
    office.store.close()
    with office.store.engine.connect() as connection:
        _unguard(connection)
        for model, numbers in models.items():
            rows = _rows(connection, office.id, model.case_id)
            for chunk in (numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)):
                copies = _Copies(connection, model, rows, chunk)
                copies.write()
                connection.commit()
        connection.commit()
        if connection.dialect.name == "postgresql":
            # As its own housekeeping would, but not while somebody measures; SQLite was told
            # when the tables were made.
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("VACUUM ANALYZE")
        connection.detach()


def _unguard(connection: Connection) -> None:
    """The copies refer to each other rightly: nobody need look, or wait for the disk."""
    if connection.dialect.name == "postgresql":
        settings = ["SET session_replication_role = replica", "SET synchronous_commit = off"]
    else:
        fast = ("foreign_keys = OFF", "journal_mode = OFF", "cache_size = -1000000")
        settings = [f"PRAGMA {one}" for one in fast]
        connection.commit()
    driver: Any = connection.connection.dbapi_connection
    for setting in settings:
        driver.execute(setting)
    driver.commit()


def _rows(connection: Connection, office_id: str, case_id: str) -> dict[Table, list[Any]]:
    """Everything the store holds of a case."""
    found: dict[Table, list[Any]] = {}
    for table in metadata.sorted_tables:
        key = table.c.id if table is schema.case_file else table.c.get("case_id")
        if key is not None:
            query = select(table).where(table.c.office_id == office_id, key == case_id)
            found[table] = list(connection.execute(query).mappings())
    return found


class _Copies:
    """Some copies of one model."""

    def __init__(
        self,
        connection: Connection,
        model: Model,
        rows: Mapping[Table, list[Any]],
        numbers: range,
    ) -> None:
        self.connection = connection
        self.model = model
        self.rows = rows
        self.numbers = numbers
        self._is_sqlite = connection.dialect.name == "sqlite"
        first = select(literal(numbers[0], BigInteger).label("n")).cte("numbers", recursive=True)
        self._numbers = first.union_all(select(first.c.n + 1).where(first.c.n < numbers[-1]))
        self._n: ColumnElement[int] = self._numbers.c.n
        self._ids = {
            row[name]
            for table, found in rows.items()
            for row in found
            for name in ("id", "work_item_id", "task_id", "parent_task")
            if row.get(name) and table is not schema.case_file
        }

    def write(self) -> None:
        """Insert them."""
        for table, rows in self.rows.items():
            if table is schema.journal:
                self._write_journal()
                continue
            for row in rows:
                values = [self._value(column, row[column.name]) for column in table.c]
                query = select(*values).select_from(self._numbers)
                self.connection.execute(insert(table).from_select(list(table.c), query))

    def _digits(self, number: ColumnElement[int], width: int) -> ColumnElement[str]:
        return func.substr(cast(number + 10**width, Text), 2)

    def _value(self, column: Any, value: Any) -> ColumnElement[Any]:
        """What stands in a column of the copies."""
        if value is None:
            return null()
        instead = {"post": self.model.posts, "officer": self.model.officers}.get(column.name, ())
        if column.table is schema.work_item and instead:
            turns = self._n % len(instead)
            return case(*((turns == turn, one) for turn, one in enumerate(instead)))
        if isinstance(value, datetime | date):
            return self._moved(column, value)
        if isinstance(value, str):
            return self._renamed(value)
        return literal(value, column.type)

    def _renamed(self, value: str) -> ColumnElement[str]:
        made: ColumnElement[str] = literal(value, Text)
        for id_ in sorted(self._ids):
            if id_ in value:
                scrambled = self._digits(self._n * _SCRAMBLE % _MODULUS, _SCRAMBLED)
                made = func.replace(made, id_, scrambled.concat(id_[_SCRAMBLED:]))
        if self.model.case_id in value:
            number = literal(_CASE_ID, Text).concat(self._digits(self._n, _DIGITS))
            made = func.replace(made, self.model.case_id, number)
        return made

    def _moved(self, column: Any, value: datetime | date) -> ColumnElement[Any]:
        # Timers run; everything else has been.
        direction = 1 if column.table is schema.timer else -1
        seconds = self._n * (direction * int(APART.total_seconds()))
        if not self._is_sqlite:
            moved = cast(value, column.type) + seconds * text("interval '1 second'")
            return cast(moved, column.type)
        modifier = func.printf("%+d seconds", seconds)
        bound = literal(value, column.type)
        if isinstance(column.type, Moment):
            made = func.strftime("%Y-%m-%d %H:%M:%f", bound, modifier).concat("000")
        else:
            made = func.date(bound, modifier)
        # As text: the type would take it apart again.
        return cast(made, Text)

    def _write_journal(self) -> None:
        """Chains as the journal links them; the moments stay, so that a row is made fast."""
        rows = self.rows[schema.journal]
        names = [column.name for column in schema.journal.c]
        contents = [_content(row) for row in rows]
        bound = _bound if self._is_sqlite else lambda value: value
        before = [tuple(bound(row[name]) for name in names[2:-3]) for row in rows]
        with _bulk(self.connection, schema.journal) as insert_row:
            for n in self.numbers:
                case_id = f"{_CASE_ID}{n:0{_DIGITS}}"
                hash_, sm3 = journal.GENESIS, ""
                for content, kept in zip(contents, before, strict=True):
                    text_ = content.replace(self.model.case_id, case_id)
                    previous, hash_ = hash_, sha256(f'{text_},"{hash_}"]'.encode()).hexdigest()
                    sm3 = journal.sm3_of(f'{text_},"{sm3 or journal.GENESIS}"]'.encode())
                    insert_row((rows[0]["office_id"], case_id, *kept, previous, hash_, sm3))


def _content(row: Any) -> str:
    """What a journal row's hash covers, without the hash before it."""
    covered = [row["office_id"], row["case_id"], row["sequence"]]
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said = [row[name] for name in ("actor", "action", "step", "step_name", "form_digest", "note")]
    return json.dumps([*covered, at, *said], ensure_ascii=False, separators=(",", ":"))[:-1]


@contextmanager
def _bulk(connection: Connection, table: Table) -> Iterator[Callable[[tuple[Any, ...]], object]]:
    """The fastest way each driver has to insert rows."""
    driver: Any = connection.connection.dbapi_connection
    names = ", ".join(column.name for column in table.c)
    if connection.dialect.name == "postgresql":
        with driver.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            yield copy.write_row
        return
    rows: list[tuple[Any, ...]] = []
    yield rows.append
    marks = ", ".join("?" * len(table.c))
    driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)


def _bound(value: Any) -> Any:
    """A moment as SQLite keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
