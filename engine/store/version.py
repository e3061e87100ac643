"""Tables of versions: which file of a procedure applies from when, and cases moved to another."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from .columns import ID, NAME, Moment, metadata, of_case, office_key

#: From when which file of a process applies to new cases. A row never changes, except that
#: one that has not taken effect may be called off; of those in effect the latest counts.
edition = Table(
    "edition",
    metadata,
    office_key(),
    Column("process_id", NAME, primary_key=True),
    #: Counts the editions of a process; of two from the same moment the higher one counts.
    Column("number", Integer, primary_key=True, autoincrement=False),
    #: Its file; null where no new cases are opened any more.
    Column("digest", String(64)),
    Column("since", Moment, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("called_off_at", Moment),
    ForeignKeyConstraint(
        ["office_id", "digest"], ["procedure_version.office_id", "procedure_version.digest"]
    ),
)

#: A running case put on another version.
case_migration = Table(
    "case_migration",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    #: Version the case had after it: the change of that version holds its whole state.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    #: Id of the officer, or ``system`` for the operator.
    Column("officer", ID, nullable=False),
    #: JSON as in ``case_file``: what it ran on before, and since.
    Column("old_bundle", Text, nullable=False),
    Column("new_bundle", Text, nullable=False),
    Column("reason", Text, nullable=False),
    #: Keeps the reason's digest in the journal from being guessed back.
    Column("salt", String(32), nullable=False),
    of_case(),
)

#: A bulk move: who moved many cases at once, when and why.
migration_round = Table(
    "migration_round",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    Column("at", Moment, nullable=False),
    #: Id of the officer, or ``system`` for the operator.
    Column("officer", ID, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "office_id", "at"),
)

#: What became of each case of a bulk move, in the order in which they were moved.
migration_result = Table(
    "migration_result",
    metadata,
    office_key(),
    Column("round_id", ID, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    #: As it was asked for: there may be no such case.
    Column("case_id", Text, nullable=False),
    #: Files it ran on and was to run on; empty where it could not be planned.
    Column("old_digest", String(64), nullable=False),
    Column("new_digest", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    #: Why it was refused, one line each.
    Column("reasons", Text, nullable=False),
    ForeignKeyConstraint(
        ["office_id", "round_id"], ["migration_round.office_id", "migration_round.id"]
    ),
)
