"""Column types all tables share."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import DateTime, Dialect
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
