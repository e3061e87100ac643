"""Shapes of banks' files that an office described itself."""

from sqlalchemy import Column, Table, Text

from .columns import ID, Moment, metadata, office_key

bank = Table(
    "bank",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    #: The TOML text, as :func:`engine.runtime.batch.bank.parse_bank` reads it.
    Column("content", Text, nullable=False),
    Column("added_at", Moment, nullable=False),
)
