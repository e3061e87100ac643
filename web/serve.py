"""``qingdan serve``: the pages of one database."""

from collections.abc import Callable
from pathlib import Path

import click

from engine.model.wording import say

PORT = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help=say("demo.option-port"),
)


@click.command(help=say("cli.help.serve"))
@click.option(
    "--instance",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("instance"),
    show_default=True,
    help=say("demo.option-instance"),
)
@click.option(
    "--db",
    "--database",
    "database",
    envvar="QINGDAN_DATABASE_URL",
    help=say("demo.option-database"),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=say("demo.option-host"))
@PORT
def serve(instance: Path, database: str | None, host: str, port: int) -> None:
    run(
        instance,
        database or database_of(instance),
        host,
        port,
        on_ready=lambda: click.echo(say("web.ready", host=host, port=port)),
    )


def database_of(instance: Path) -> str:
    """Address of the embedded database of an instance directory."""
    return f"sqlite:///{(instance / 'qingdan.sqlite3').as_posix()}"


def run(
    instance: Path, database: str, host: str, port: int, *, on_ready: Callable[[], None]
) -> None:
    """Serve until interrupted; ``instance`` keeps the key that signs forms.

    Raises
    ------
    StoreUnavailable
        There is no such database: in another folder than yesterday nobody could sign in.
    AddressTaken
        Nothing can listen there.
    """
    from engine.runtime import offices
    from engine.store import open_store

    from . import create_app
    from .server import serve as serve_app

    store = open_store(database, create=False)
    app = create_app({"STORE": store, "INSTANCE": instance})
    if not offices(store):
        click.echo(say("web.no-office"), err=True)
    serve_app(app, host=host, port=port, on_ready=on_ready)
