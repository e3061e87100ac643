"""Tables of what several officers sign, and what is signed on paper."""

from sqlalchemy import Column, Index, Integer, Table

from .columns import ID, NAME, Moment, metadata, of_case, of_officer, office_key

#: One officer's decision on a step that several sign, or as a signer who was added.
signature = Table(
    "signature",
    metadata,
    office_key(),
    #: The step's work item, or the side item of a signer who was added.
    Column("work_item_id", ID, primary_key=True),
    #: Counts up within a work item.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", ID, nullable=False),
    Column("officer_id", ID, nullable=False),
    #: The option chosen; what was written beside it is a remark.
    Column("choice", NAME, nullable=False),
    Column("at", Moment, nullable=False),
    #: Since when the work item waited: a step that comes again is signed anew.
    Column("since", Moment, nullable=False),
    of_case(),
    of_officer(),
    Index(None, "office_id", "case_id"),
)

#: 后加签: who is to sign once the holder of a work item has finished it.
later_signer = Table(
    "later_signer",
    metadata,
    office_key(),
    Column("work_item_id", ID, primary_key=True),
    Column("officer_id", ID, primary_key=True),
    Column("at", Moment, nullable=False),
    of_officer(),
)
