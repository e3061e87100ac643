"""Reading what the database holds byte by byte, whether or not it is what it should be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, String, func, text, type_coerce


@contextmanager
def bytes_for_texts(connection: Connection) -> Iterator[None]:
    """Let queries give the bytes of texts: a text that is none any more is no failure to read."""
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        driver.text_factory = bytes
        try:
            yield
        finally:
            driver.text_factory = str
        return
    before = connection.scalar(text("SHOW client_encoding"))
    connection.execute(text("SET LOCAL client_encoding TO 'SQL_ASCII'"))
    yield
    connection.execute(text(f"SET LOCAL client_encoding TO '{before}'"))


def moment(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """A moment as text, in UTC, the way SQLite keeps it."""
    if connection.dialect.name == "sqlite":
        return type_coerce(column, String)
    return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")


def legible(content: bytes) -> str:
    """The text, for whoever reads it, with a mark in place of what is none."""
    return content.decode(errors="replace")


def escaped(content: bytes) -> str:
    """The text, with what is none so escaped that :func:`unescaped` gives the same bytes."""
    return content.decode(errors="surrogateescape")


def unescaped(content: str) -> bytes:
    """The bytes of a text."""
    return content.encode(errors="surrogateescape")
