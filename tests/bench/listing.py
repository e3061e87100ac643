"""A store of very many cases: to-do lists, journal; a million with ``QINGDAN_BENCH=full``."""

import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ..filling import OFFICERS, office_of
from . import sealing
from .row import Row, milliseconds, p95
from .works import server, sqlite_url

CASES = 1_000_000 if os.environ.get("QINGDAN_BENCH") == "full" else 20_000
#: Who asks: holds one of six posts, and has as much claimed as any.
BY = OFFICERS[0]


def rows() -> Iterator[Row]:
    """The list as a page asks for it, on both databases."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        yield from _listed("SQLite", sqlite_url(folder / "many"), folder / "a")
        postgresql = server()
        name = postgresql.create()
        yield from _listed("PostgreSQL", postgresql.url(name), folder / "b")
        postgresql.drop(name)


def _listed(database: str, url: str, folder: Path) -> Iterator[Row]:
    """The first screen of both lists with their lengths, and the next one."""
    office = office_of(url, folder, CASES)
    first = office.todo(BY)
    assert first.mine_next
    assert first.open_next
    later = partial(office.todo, BY, mine_after=first.mine_next, open_after=first.open_next)
    for screen, asked in (("", partial(office.todo, BY)), (", later", later)):
        taken = p95(milliseconds(asked, times=60))
        yield Row(
            name=f"to-do list{screen}, {CASES:,} cases, {database}, p95",
            value=taken,
            unit="ms",
            reach="<= 10 ms",
            ok=taken <= 10,
        )
    yield from sealing.rows(database, office, CASES)
    office.store.close()
