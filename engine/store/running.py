"""Tables of running cases: the state of their execution, and the commands already answered."""

from sqlalchemy import Column, Integer, String, Table, Text

from .columns import ID, Moment, metadata, of_case, office_key, office_of_case

#: What each step changed in the execution of a case, as text; from the first row on they
#: give its state. JSONB would reorder keys and lose it.
case_change = Table(
    "case_change",
    metadata,
    office_of_case(),
    Column("case_id", ID, primary_key=True),
    #: Version the case had after the step.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    of_case(),
    sqlite_with_rowid=False,
)

#: The whole state at some version: saves reading the changes before it, nothing more.
case_snapshot = Table(
    "case_snapshot",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("version", Integer, nullable=False),
    #: SHA-256 of the content: a damaged snapshot is passed over.
    Column("digest", String(64), nullable=False),
    Column("content", Text, nullable=False),
    of_case(),
)

#: Commands that carried a key: the same one again gets the first answer.
command = Table(
    "command",
    metadata,
    office_key(),
    Column("key", ID, primary_key=True),
    #: SHA-256 of what was asked: another request under the same key is refused.
    Column("request", String(64), nullable=False),
    #: Number or id of what the answer is about; empty where there is nothing to tell.
    Column("answer", ID, nullable=False),
    Column("at", Moment, nullable=False),
)
