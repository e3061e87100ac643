"""What a case is about across cases and items: the business objects it touches."""

from sqlalchemy import Column, Index, String, Table

from .columns import ID, NAME, metadata, of_case, office_key

#: One row for each kind of object of a case, once its key is known.
business_object = Table(
    "business_object",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("kind", NAME, primary_key=True),
    #: SHA-256 of the key: some keys name persons.
    Column("key", String(64), nullable=False),
    #: The case at the top of the family.
    Column("root_id", ID, nullable=False),
    of_case(),
    Index(None, "office_id", "kind", "key"),
    Index(None, "office_id", "root_id"),
)
