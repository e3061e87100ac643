"""Tables of the statutory clock: an office's calendar, each case's limits, hand-overs."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from .columns import ID, NAME, Moment, index_where, metadata, of_case, office_key

#: Changes an office made to its calendar; a row never changes, so that the calendar
#: of any moment can be had again.
calendar_revision = Table(
    "calendar_revision",
    metadata,
    office_key(),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by", ID, nullable=False),
    #: For a holiday notice its title and the year it settles; empty and null for single days.
    Column("title", Text, nullable=False),
    Column("year", Integer),
)

calendar_day = Table(
    "calendar_day",
    metadata,
    office_key(),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("works", Boolean, nullable=False),
    Column("reason", NAME, nullable=False),
    ForeignKeyConstraint(
        ["office_id", "revision"], ["calendar_revision.office_id", "calendar_revision.revision"]
    ),
)

#: What happened to a case as the law counts it; texts may name persons and stay out of
#: the journal.
case_clock = Table(
    "case_clock",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    #: Id of a regime in ``processes/regimes.toml``; empty where no statute sets a procedure.
    Column("regime", ID, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("corrections_asked_at", Moment),
    Column("corrections", Text, nullable=False),
    Column("corrected_at", Moment),
    Column("accepted_at", Moment),
    #: Accepted by force of law because corrections were not asked for in time.
    Column("deemed", Boolean, nullable=False),
    Column("refused_at", Moment),
    Column("refusal", Text, nullable=False),
    Column("decided_at", Moment),
    Column("delivered_at", Moment),
    of_case(),
)

clock_pause = Table(
    "clock_pause",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", NAME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("basis", Text, nullable=False),
    #: Whether the statutory limit stands too; the promised one always does.
    Column("statutory", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("by", ID, nullable=False),
    Column("ended_by", ID),
    of_case(),
)

deadline = Table(
    "deadline",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    #: Work item the limit belongs to; empty for the case's own.
    Column("work_item_id", ID, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("basis", Text, nullable=False),
    #: Whether an end on a rest day moves to the next working day.
    Column("moves", Boolean, nullable=False),
    Column("since", Date, nullable=False),
    #: Null while the clock stands.
    Column("last", Date),
    #: Days granted by the one extension; 0 without.
    Column("extra_days", Integer, nullable=False),
    Column("extended_at", Moment),
    Column("extended_by", ID),
    Column("extension_reason", Text, nullable=False),
    Column("extension_notice", Text, nullable=False),
    Column("met_at", Moment),
    #: By which calendar it was counted, and whether a year of it was provisional.
    Column("account", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("counted_at", Moment, nullable=False),
    of_case(),
    #: Limits of cases as wholes that run, in the order in which they end.
    index_where("met_at IS NULL AND work_item_id = ''", "ix_deadline_running", "last", "case_id"),
    #: The same of limits that statutes set for single steps.
    index_where(
        "met_at IS NULL AND work_item_id <> ''", "ix_deadline_of_steps", "last", "work_item_id"
    ),
)

#: Hand-overs of the answerability for a case: offered by one, signed by the other.
handover = Table(
    "handover",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("giver", ID, nullable=False),
    Column("taker", ID, nullable=False),
    Column("reason", Text, nullable=False),
    Column("offered_at", Moment, nullable=False),
    #: ``offered``, ``accepted``, ``declined`` or ``withdrawn``.
    Column("state", String(16), nullable=False),
    Column("answered_at", Moment),
    of_case(),
    Index(None, "office_id", "taker", "state"),
)
