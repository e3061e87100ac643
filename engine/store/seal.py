"""Seals over the journal: what all chains of an office ended in, at one moment."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
)

from .columns import ID, Moment, metadata, office_key

_HASH = String(64)

#: One seal; append-only, numbered without gaps.
seal = Table(
    "seal",
    metadata,
    office_key(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    #: How many chains there were, and how many rows in all of them.
    Column("chains", Integer, nullable=False),
    Column("entries", BigInteger, nullable=False),
    #: Merkle root over the seal before and the heads of chains.
    Column("root", _HASH, nullable=False),
    #: The same by SM3 over the chains of SM3; empty where the platform has none.
    Column("sm3_root", _HASH, nullable=False),
    #: 1 where the roots cover the heads of all chains, 2 where those kept with this seal.
    Column("version", Integer, nullable=False, server_default="1"),
)

#: Where a chain ended; kept with a seal only for chains that went on since the seal before.
sealed_head = Table(
    "sealed_head",
    metadata,
    office_key(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", ID, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", _HASH, nullable=False),
    Column("sm3", _HASH, nullable=False),
    ForeignKeyConstraint(["office_id", "number"], ["seal.office_id", "seal.number"]),
    #: Where a chain was sealed last is read off it.
    Index("ix_sealed_head_chain", "office_id", "case_id", "number", "sequence"),
)
