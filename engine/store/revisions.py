"""Which schema a database has, and bringing it to the newest.

Alembic runs the migrations. It takes longer to load than a command to run, and so is
loaded only where there are any to run.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text

from engine.model.wording import say

from .errors import NewerSchema
from .planning import expect_growth

if TYPE_CHECKING:
    from alembic.config import Config

#: Key of the lock that keeps two processes from bringing one PostgreSQL up to date at once.
_UPGRADE_LOCK = 0x71_69_6E_67


@cache
def revisions() -> tuple[str, ...]:
    """Every schema there has been, oldest first: each migration's file begins with its number."""
    found = files("engine.store").joinpath("migrations", "versions").iterdir()
    return tuple(sorted(file.name.partition("_")[0] for file in found if file.name[:1].isdigit()))


def is_current(connection: Connection) -> bool:
    """Whether the schema is the newest.

    Raises
    ------
    NewerSchema
        This program does not know it.
    """
    current: str | None = None
    if inspect(connection).has_table("alembic_version"):
        current = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if current is not None and current not in revisions():
        raise NewerSchema(say("store.newer-schema", revision=current))
    return current == revisions()[-1]


def prepare(connection: Connection) -> bool:
    """Bring the schema up to date in the caller's transaction; whether there was anything to do.

    Raises
    ------
    NewerSchema
        This program does not know it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    if is_current(connection):
        return False
    bring_to(connection, revisions()[-1])
    expect_growth(connection)
    return True


def bring_to(connection: Connection, revision: str) -> None:
    """Run the migrations up to a revision in the caller's transaction."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def _config(connection: Connection) -> "Config":
    """Where Alembic finds our migrations, and what it runs them on."""
    from alembic.config import Config

    made = Config()
    location = str(files("engine.store").joinpath("migrations"))
    made.set_main_option("script_location", location.replace("%", "%%"))
    made.attributes["connection"] = connection
    return made
