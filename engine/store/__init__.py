"""The store: SQLAlchemy Core tables, migrations, transactions, the journal.

SQLite is the default, PostgreSQL the other choice; one code path for both.
"""

from . import (
    bank,
    clock,
    dealing,
    objects,
    paying,
    running,
    schema,
    seal,
    signing,
    undoing,
    version,
)
from .columns import CHINA
from .errors import NewerSchema, StoreBusy, StoreCorrupt, StoreFull, StoreUnavailable
from .store import Store, open_store

__all__ = [
    "CHINA",
    "NewerSchema",
    "Store",
    "StoreBusy",
    "StoreCorrupt",
    "StoreFull",
    "StoreUnavailable",
    "bank",
    "clock",
    "dealing",
    "objects",
    "open_store",
    "paying",
    "running",
    "schema",
    "seal",
    "signing",
    "undoing",
    "version",
]
