"""What all tables share: the metadata, column types, the keys of office, case and officer."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    text,
)
from sqlalchemy.types import TypeDecorator

#: China Standard Time; no daylight saving since 1992, so a fixed offset is exact.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


class Moment(TypeDecorator[datetime]):
    """An aware datetime: kept in UTC, given back in China Standard Time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(CHINA)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Ids and codes.
ID = String(64)
#: Names people gave.
NAME = String(200)


def office_key() -> Column[str]:
    """The first column of every key."""
    return Column("office_id", ID, ForeignKey("office.id"), primary_key=True)


def index_where(condition: str, name: str | None, *columns: str) -> Index:
    """An index of an office's rows that fulfil a condition."""
    only = text(condition)
    return Index(name, "office_id", *columns, sqlite_where=only, postgresql_where=only)


def office_of_case() -> Column[str]:
    """The same where every step adds rows: that the case exists says that its office does."""
    return Column("office_id", ID, primary_key=True)


def of_case(*columns: str) -> ForeignKeyConstraint:
    """The case a row belongs to."""
    return ForeignKeyConstraint(
        ["office_id", *(columns or ("case_id",))], ["case_file.office_id", "case_file.id"]
    )


def of_officer() -> ForeignKeyConstraint:
    """The officer a row belongs to."""
    return ForeignKeyConstraint(["office_id", "officer_id"], ["officer.office_id", "officer.id"])
