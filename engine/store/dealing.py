"""Tables of what officers do with work items besides doing them."""

from sqlalchemy import Column, Index, String, Table, Text

from .columns import ID, NAME, Moment, index_where, metadata, of_case, of_officer, office_key

#: A form begun and not handed in; gone when it is, or when the item changes hands.
draft = Table(
    "draft",
    metadata,
    office_key(),
    Column("work_item_id", ID, primary_key=True),
    Column("officer_id", ID, nullable=False),
    #: JSON: text as typed, by key of the form.
    Column("content", Text, nullable=False),
    Column("at", Moment, nullable=False),
    of_officer(),
)

#: What officers wrote beside the forms: reasons, reminders. The journal holds the digest.
remark = Table(
    "remark",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    Column("case_id", ID, nullable=False),
    #: Work item it is about, or empty.
    Column("work_item_id", ID, nullable=False),
    Column("officer_id", ID, nullable=False),
    #: As in the journal: ``reassigned``, ``urged`` …
    Column("action", NAME, nullable=False),
    Column("at", Moment, nullable=False),
    Column("content", Text, nullable=False),
    #: Keeps the digest from being guessed back.
    Column("salt", String(32), nullable=False),
    of_case(),
    of_officer(),
    Index(None, "office_id", "case_id"),
    Index(None, "office_id", "work_item_id", "action"),
)

#: 抄送: a case an officer was told of; gives no right to act.
carbon_copy = Table(
    "carbon_copy",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("officer_id", ID, primary_key=True),
    Column("sender_id", ID, nullable=False),
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    of_case(),
    of_officer(),
    Index(None, "office_id", "officer_id", "at", "case_id"),
    index_where("read_at IS NULL", "ix_carbon_copy_unread", "officer_id", "at", "case_id"),
)
