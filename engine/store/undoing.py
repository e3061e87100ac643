"""Table of what was done and then undone by a return, or taken back."""

from sqlalchemy import Column, Index, Table

from .columns import ID, NAME, Moment, metadata, of_case, of_officer, office_key

#: Work items that count no more as work, though they stay on record as deeds.
undone = Table(
    "undone",
    metadata,
    office_key(),
    Column("work_item_id", ID, primary_key=True),
    Column("case_id", ID, nullable=False),
    #: Who returned the case, or took the step back.
    Column("officer_id", ID, nullable=False),
    #: As in the journal: ``returned`` or ``completion-withdrawn``.
    Column("action", NAME, nullable=False),
    Column("at", Moment, nullable=False),
    of_case(),
    of_officer(),
    Index(None, "office_id", "case_id"),
)
