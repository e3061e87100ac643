"""PostgreSQL: eight writers in two processes, against a bare loop that writes the same rows."""

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import Table, select
from sqlalchemy.engine import make_url

from engine.runtime import Office
from engine.store import running, schema

from .row import Row
from .works import BY, VALUES, WHO, looping, office_at, server, waiting

PROCESSES = 2
#: Writers of each process.
THREADS = 4
STEPS = 240
#: All that a step writes to.
_WRITTEN = (
    schema.case_file,
    schema.work_item,
    schema.form_entry,
    schema.form_value,
    running.case_change,
    schema.journal,
)

Work = Callable[[], None]
#: For one process: what its writers do with their jobs, and what is to be closed after.
Prepare = Callable[[Sequence[str]], tuple[list[Work], Work]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One row written."""

    text: bytes
    values: tuple[object, ...]
    #: Which values are replaced by a key of the row's own.
    keys: frozenset[int]

    def run(self, connection: psycopg.Connection, key: str) -> None:
        """Write it."""
        values = [key if n in self.keys else value for n, value in enumerate(self.values)]
        connection.execute(self.text, values)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What one step writes."""

    #: Rows that are there before, of each connection's own.
    before: tuple[Statement, ...]
    step: tuple[Statement, ...]


def rows() -> Iterator[Row]:
    """Steps a second together, against as many rows a second without an engine."""
    postgresql = server()
    # The tests do without; an office does not.
    postgresql.run("ALTER SYSTEM SET fsync = on")
    postgresql.run("SELECT pg_reload_conf()")
    name = postgresql.create()
    url = postgresql.url(name)
    with tempfile.TemporaryDirectory() as directory:
        office = office_at(url, Path(directory) / "a", looping())
        cases = [office.open_case("T-1", by=BY, applicant=WHO).id for _ in range(STEPS)]
        items = [waiting(office, case) for case in cases]
        loop = partial(_bare, url, _written(office))
        office.store.close()
    floors = [_together(loop, [""] * STEPS)]
    own = _together(partial(_own, url), [""] * STEPS)
    others = _together(partial(_complete, url), items)
    floors.append(_together(loop, [""] * STEPS))
    postgresql.drop(name)
    name, against = "8 writers in 2 processes, PostgreSQL", "a bare loop on 8 connections"
    ratio = own / max(floors)
    yield Row(
        name=name,
        value=own,
        unit="steps/s",
        against=against,
        ratio=ratio,
        reach=">= 0.35",
        ok=ratio >= 0.35,
    )
    yield Row(
        name=f"{name}, cases opened and claimed in a third",
        value=others,
        unit="steps/s",
        against=against,
        ratio=others / max(floors),
    )


def _together(prepare: Prepare, jobs: list[str]) -> float:
    """Jobs done a second by all writers of all processes."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES + 1)
    processes = [
        context.Process(target=_process, args=(prepare, jobs[number::PROCESSES], barrier))
        for number in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    taken = time.perf_counter() - start
    for process in processes:
        process.join()
    return len(jobs) / taken


def _process(prepare: Prepare, jobs: Sequence[str], barrier: Barrier) -> None:
    works, close = prepare(jobs)
    writers = [threading.Thread(target=work) for work in works]
    barrier.wait()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    barrier.wait()
    close()


def _own(url: str, jobs: Sequence[str]) -> tuple[list[Work], Work]:
    """Writers whose process opened the cases and claimed the items, as a server has it mostly."""
    office = office_at(url, Path(), new=False)
    cases = [office.open_case("T-1", by=BY, applicant=WHO).id for _ in jobs]
    return _writers(office, [waiting(office, case) for case in cases])


def _complete(url: str, items: Sequence[str]) -> tuple[list[Work], Work]:
    """Writers of a process that has never seen the cases."""
    return _writers(office_at(url, Path(), new=False), items)


def _writers(office: Office, items: Sequence[str]) -> tuple[list[Work], Work]:
    def work(mine: Sequence[str]) -> None:
        for item in mine:
            office.complete(item, by=BY, values=VALUES)

    return [partial(work, items[n::THREADS]) for n in range(THREADS)], office.store.close


def _bare(url: str, written: Written, jobs: Sequence[str]) -> tuple[list[Work], Work]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connections = [psycopg.connect(address) for _ in range(THREADS)]
    own = [uuid4().hex for _ in connections]
    for connection, key in zip(connections, own, strict=True):
        for statement in written.before:
            statement.run(connection, key)
        connection.commit()

    def work(connection: psycopg.Connection, key: str) -> None:
        for _ in range(len(jobs) // THREADS):
            fresh = uuid4().hex
            for statement in written.step:
                statement.run(connection, key if statement.text.startswith(b"UPDATE") else fresh)
            connection.commit()

    def close() -> None:
        for connection in connections:
            connection.close()

    return [partial(work, *pair) for pair in zip(connections, own, strict=True)], close


def _written(office: Office) -> Written:
    """What a step writes, into tables without foreign keys beside our own."""
    case = office.open_case("T-1", by=BY, applicant=WHO).id
    office.complete(waiting(office, case), by=BY, values=VALUES)
    item = waiting(office, case)
    before = _all(office)
    office.complete(item, by=BY, values=VALUES)
    old, step = [], []
    for table, kept in _all(office).items():
        with office.store.write() as connection:
            text = f"CREATE TABLE bare_{table.name} (LIKE {table.name} INCLUDING ALL)"
            connection.exec_driver_sql(text)
        for key, row in kept.items():
            if key not in before[table]:
                step.append(_insert(table, row))
            elif row != before[table][key]:
                old.append(_insert(table, before[table][key]))
                step.append(_update(table, before[table][key], row))
    return Written(before=tuple(old), step=tuple(step))


def _all(office: Office) -> dict[Table, dict[tuple[object, ...], dict[str, Any]]]:
    with office.store.read() as connection:
        return {
            table: {
                tuple(row[column.name] for column in table.primary_key): dict(row)
                for row in connection.execute(select(table)).mappings()
            }
            for table in _WRITTEN
        }


def _own_key(table: Table) -> str:
    return "id" if "id" in table.primary_key else "case_id"


def _insert(table: Table, row: dict[str, Any]) -> Statement:
    marks = ", ".join(["%s"] * len(row))
    keys = frozenset(n for n, name in enumerate(row) if name in ("case_id", _own_key(table)))
    text = f"INSERT INTO bare_{table.name} ({', '.join(row)}) VALUES ({marks})"
    return Statement(text=text.encode(), values=tuple(row.values()), keys=keys)


def _update(table: Table, before: dict[str, Any], row: dict[str, Any]) -> Statement:
    changed = {name: value for name, value in row.items() if value != before[name]}
    names = ", ".join(f"{name} = %s" for name in changed)
    where = " AND ".join(f"{column.name} = %s" for column in table.primary_key)
    values = (*changed.values(), *(row[column.name] for column in table.primary_key))
    own = [column.name for column in table.primary_key].index(_own_key(table))
    text = f"UPDATE bare_{table.name} SET {names} WHERE {where}"
    return Statement(text=text.encode(), values=values, keys=frozenset([len(changed) + own]))
