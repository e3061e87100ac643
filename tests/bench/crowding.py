"""Eight writers at once: on SQLite, on a slow disk, and on PostgreSQL from two processes."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Connection

from engine.runtime import Office
from engine.store import connecting

from .row import Row
from .works import BY, VALUES, WHO, bare, commit, looping, office_at, sqlite_url, waiting

Command = Callable[[Connection, str], None]

WRITERS = 8
STEPS = 400
#: Added to every commit: an office's disk.
SLOW_S = 0.004


def rows() -> Iterator[Row]:
    """Steps a second together, against the commits a second of one bare writer."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        office = office_at(sqlite_url(folder / "crowd"), folder / "a", looping())
        connection = bare(folder / "bare")

        def commits() -> float:
            start = time.perf_counter()
            for _ in range(STEPS):
                commit(connection, "x" * 2048)
            return STEPS / (time.perf_counter() - start)

        floor = commits()
        yield _row("8 writers, SQLite", _together(office), floor, 0.5)
        # The slowed commit of the bare writer, by the same sleep.
        slow = 1 / (1 / floor + _sleep())
        with patch.object(connecting, "command", _slowed(connecting.command)):
            together, alone = _together(office), _together(office, writers=1)
        yield _row("8 writers, SQLite, commits slowed to 4 ms", together, slow, 5)
        yield _row("1 writer, SQLite, commits slowed to 4 ms", alone, slow)
        office.store.close()


def _slowed(command: Command) -> Command:
    """Commands to the driver, the slow disk's commit among them."""

    def run(connection: Connection, text: str) -> None:
        if text == "COMMIT":
            time.sleep(SLOW_S)
        command(connection, text)

    return run


def _sleep() -> float:
    start = time.perf_counter()
    for _ in range(50):
        time.sleep(SLOW_S)
    return (time.perf_counter() - start) / 50


def _row(name: str, value: float, floor: float, reach: float | None = None) -> Row:
    return Row(
        name=name,
        value=value,
        unit="steps/s",
        against="commits/s of one bare writer",
        ratio=value / floor,
        reach="" if reach is None else f">= {reach}",
        ok=None if reach is None else value / floor >= reach,
    )


def _together(office: Office, writers: int = WRITERS) -> float:
    """Steps a second of all writers, each with cases of its own."""
    cases = [office.open_case("T-1", by=BY, applicant=WHO).id for _ in range(STEPS)]
    items = [waiting(office, case) for case in cases]
    barrier = threading.Barrier(writers + 1)

    def work(mine: list[str]) -> None:
        barrier.wait()
        for item in mine:
            office.complete(item, by=BY, values=VALUES)

    threads = [
        threading.Thread(target=work, args=(items[number::writers],)) for number in range(writers)
    ]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return STEPS / (time.perf_counter() - start)
