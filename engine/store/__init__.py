"""The store: SQLAlchemy Core tables, migrations, transactions, the journal.

SQLite is the default, PostgreSQL the other choice; one code path for both.
"""

from .columns import CHINA
from .errors import NewerSchema, StoreFull, StoreUnavailable
from .store import Store, open_store

__all__ = ["CHINA", "NewerSchema", "Store", "StoreFull", "StoreUnavailable", "open_store"]
