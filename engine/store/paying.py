"""Tables of what a batch was given to a bank: the files, and the payments in each."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
)

from .columns import ID, NAME, Moment, metadata, of_case, office_key

#: A payment file made for a bank; its bytes are an attachment of the case.
payment_file = Table(
    "payment_file",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    #: Counts up within a batch, from 1.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("bank_id", ID, nullable=False),
    Column("bank_name", NAME, nullable=False),
    Column("filename", Text, nullable=False),
    Column("attachment_id", ID, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", ID, nullable=False),
    #: Set where it never went to the bank and counts no more.
    Column("voided_at", Moment),
    Column("voided_by", ID),
    of_case(),
)

#: One payment of a payment file: personal data, like the form it comes from.
payment_line = Table(
    "payment_line",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    #: The household's own case; null before it has one.
    Column("child_id", ID),
    #: How often the bank answered about this household before, and one.
    Column("attempt", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("id_card", String(18), nullable=False),
    Column("bank_card", String(32), nullable=False),
    Column("fen", BigInteger, nullable=False),
    #: The bank's answer where the household's case had ended before it came; else null.
    Column("is_paid", Boolean),
    Column("reason", Text),
    Column("answered_at", Moment),
    Column("answered_by", ID),
    ForeignKeyConstraint(
        ["office_id", "case_id", "number"],
        ["payment_file.office_id", "payment_file.case_id", "payment_file.number"],
    ),
)
