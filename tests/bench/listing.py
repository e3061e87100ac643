"""One officer's to-do list in a store of very many cases; a million with ``QINGDAN_BENCH=full``."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Table, insert

from engine.runtime import Office
from engine.store import schema

from ..postgresql import Server
from .row import Row, milliseconds, p95
from .works import BY, WHO, looping, office_at, sqlite_url

CASES = 1_000_000 if os.environ.get("QINGDAN_BENCH") == "full" else 20_000
#: Open for the officer; the other cases are finished or wait for other posts.
MINE = 20
_CHUNK = 20_000


def rows() -> Iterator[Row]:
    """The list as a page asks for it, on both databases."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        yield _listed("SQLite", sqlite_url(folder / "many"), folder / "a")
        server = Server("bench")
        name = server.create()
        yield _listed("PostgreSQL", server.url(name), folder / "b")
        server.drop(name)


def _listed(database: str, url: str, folder: Path) -> Row:
    office = office_at(url, folder, looping())
    for _ in range(MINE):
        office.open_case("T-1", by=BY, applicant=WHO)
    _fill(office)
    assert len(office.todo(BY).open) == MINE
    taken = p95(milliseconds(lambda: office.todo(BY), times=60))
    office.store.close()
    return Row(
        name=f"to-do list, {CASES:,} cases, {database}, p95",
        value=taken,
        unit="ms",
        reach="<= 10 ms",
        ok=taken <= 10,
    )


def _fill(office: Office) -> None:
    """Cases like the first one, most of them finished."""
    with office.store.read() as connection:
        models: dict[Table, dict[str, object]] = {
            table: dict(connection.execute(table.select().limit(1)).mappings().one())
            for table in (schema.case_file, schema.subject, schema.work_item)
        }
    for start in range(0, CASES, _CHUNK):
        numbers = [f"2025-{number:07}" for number in range(start, min(start + _CHUNK, CASES))]
        with office.store.write() as connection:
            for table, model in models.items():
                key = "id" if table is schema.case_file else "case_id"
                made = [model | {key: number} for number in numbers]
                connection.execute(insert(table), [_varied(table, row) for row in made])


def _varied(table: Table, row: dict[str, object]) -> dict[str, object]:
    if table is schema.case_file:
        return row | {"root_id": row["id"], "state": "finished"}
    if table is schema.work_item:
        state = "ready" if str(row["case_id"]).endswith("0") else "done"
        return row | {
            "id": uuid4().hex,
            "root_id": row["case_id"],
            "state": state,
            "post": "资金监管",
        }
    return row
