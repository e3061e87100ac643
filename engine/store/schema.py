"""The tables. Every key begins with the office; migrations build what stands here.

Personal data (subjects, form values, attachments, relatives) lie in tables of
their own, apart from the journal, so that a lawful correction stays possible.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from .columns import (
    ID,
    NAME,
    Moment,
    index_where,
    metadata,
    of_case,
    of_officer,
    office_key,
    office_of_case,
)

office = Table(
    "office",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", NAME, nullable=False),
    #: Goes up with every change of the roster.
    Column("roster_revision", Integer, nullable=False, server_default="0"),
)

#: Numbers given out: case numbers by year.
counter = Table(
    "counter",
    metadata,
    office_key(),
    Column("name", ID, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

#: Officers who left keep their row: the journal names them.
officer = Table(
    "officer",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", NAME, nullable=False),
    Column("id_card", String(18), nullable=False),
    Column("departed", Boolean, nullable=False),
)

appointment = Table(
    "appointment",
    metadata,
    office_key(),
    Column("officer_id", ID, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("post", NAME, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("since", Date),
    Column("until", Date),
    of_officer(),
)

relative = Table(
    "relative",
    metadata,
    office_key(),
    Column("officer_id", ID, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", NAME, nullable=False),
    Column("relation", NAME, nullable=False),
    Column("id_card", String(18), nullable=False),
    of_officer(),
)

absence = Table(
    "absence",
    metadata,
    office_key(),
    Column("officer_id", ID, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    of_officer(),
)

avoidance = Table(
    "avoidance",
    metadata,
    office_key(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("one", ID, nullable=False),
    Column("other", ID, nullable=False),
    Column("reason", Text, nullable=False),
)

waiver = Table(
    "waiver",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("one", NAME, nullable=False),
    Column("other", NAME, nullable=False),
    Column("scope", String(16), nullable=False),
    Column("approved_by", NAME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("control", Text, nullable=False),
    Column("until", Date, nullable=False),
    #: Code of the item or number of the case it is limited to; empty for ``office``.
    Column("reach", NAME, nullable=False, server_default=""),
)

#: Bytes of every BPMN file ever published; a row never changes.
procedure_version = Table(
    "procedure_version",
    metadata,
    office_key(),
    Column("digest", String(64), primary_key=True),
    Column("path", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
)

case_file = Table(
    "case_file",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    Column("item_code", ID, nullable=False),
    Column("item_name", NAME, nullable=False),
    Column("process_id", NAME, nullable=False),
    Column("digest", String(64), nullable=False),
    #: JSON: digest of the file of every process it may call, by process id.
    Column("bundle", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", ID, nullable=False),
    Column("finished_at", Moment),
    Column("parent_id", ID),
    #: The case at the top of the family: conflicts are judged over the whole family.
    Column("root_id", ID, nullable=False),
    #: Task of the parent that waits for this child, and the row it stands for.
    Column("parent_task", ID),
    Column("row_number", Integer),
    #: Path of calls from the root, ending with ``/``; empty at the root.
    Column("trail", Text, nullable=False),
    #: Steps its machine has made.
    Column("version", Integer, nullable=False),
    #: At the root: goes up with every change in the family.
    Column("revision", Integer, nullable=False, server_default="0"),
    of_case("parent_id"),
    index_where("parent_id IS NOT NULL", None, "parent_id", "parent_task", "state"),
    Index(None, "office_id", "root_id"),
    Index(None, "office_id", "state", "id"),
    #: Lists leave child cases out, which may be very many.
    index_where("parent_id IS NULL", "ix_case_file_top", "id"),
    index_where("parent_id IS NULL", "ix_case_file_top_state", "state", "id"),
    index_where("parent_id IS NULL", "ix_case_file_top_item", "item_code", "id"),
)

#: For whom a case runs: personal data.
subject = Table(
    "subject",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("title", NAME, nullable=False),
    Column("name", NAME, nullable=False),
    Column("id_card", String(18), nullable=False),
    Column("phone", String(32), nullable=False),
    of_case(),
    #: For what begins with some text, whatever order the database has for words.
    Index(None, "office_id", "name", postgresql_ops={"name": "text_pattern_ops"}),
    Index(None, "office_id", "title", postgresql_ops={"title": "text_pattern_ops"}),
)

work_item = Table(
    "work_item",
    metadata,
    office_of_case(),
    Column("id", ID, primary_key=True),
    Column("case_id", ID, nullable=False),
    Column("root_id", ID, nullable=False),
    Column("step", Text, nullable=False),
    #: Path from the root case: what ``qd:separate`` and ``qd:bind`` name.
    Column("trail", Text, nullable=False),
    Column("step_name", NAME, nullable=False),
    Column("duty", ID, nullable=False),
    #: Post that may take it, in its canonical spelling.
    Column("post", NAME, nullable=False),
    Column("external", Boolean, nullable=False),
    Column("party", NAME, nullable=False),
    Column("state", String(16), nullable=False),
    Column("officer", ID),
    #: Officer who delegated it and to whom it comes back; null where nobody did.
    Column("owner", ID),
    #: Officers who did it together with the officer, separated by commas; empty for none.
    Column("cosigners", Text, nullable=False, server_default=""),
    Column("since", Moment, nullable=False),
    Column("due", Moment),
    Column("done_at", Moment),
    #: ``step``, or what an officer asked for beside a step: then no task of the workflow.
    Column("kind", String(16), nullable=False, server_default="step"),
    #: Work item a side item belongs to; null for steps.
    Column("of_item", ID),
    #: Whether its limit stands with the case's clock; ``due`` is null then.
    Column("stands", Boolean, nullable=False, server_default=false()),
    of_case(),
    index_where("state = 'ready'", None, "post", "since", "id"),
    index_where("state = 'claimed'", None, "officer", "since", "id"),
    #: Limits of open steps in the order in which they end.
    index_where("state IN ('ready', 'claimed') AND due IS NOT NULL", None, "due", "id"),
    #: Those that stand, in the order in which their steps were reached.
    index_where("state IN ('ready', 'claimed') AND stands", None, "since", "id"),
    Index(None, "office_id", "case_id"),
    Index(None, "office_id", "root_id"),
    index_where("of_item IS NOT NULL", None, "of_item"),
)

#: One submission of a form; the salt keeps the digest from being guessed back.
form_entry = Table(
    "form_entry",
    metadata,
    office_of_case(),
    Column("case_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("work_item_id", ID),
    Column("officer", ID, nullable=False),
    Column("at", Moment, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("digest", String(64), nullable=False),
    of_case(),
    sqlite_with_rowid=False,
)

#: What a field was given; the one with the highest number stands.
form_value = Table(
    "form_value",
    metadata,
    office_of_case(),
    Column("case_id", ID, primary_key=True),
    Column("field", NAME, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("type", String(16), nullable=False),
    #: Money in 分; null for other types.
    Column("fen", BigInteger),
    #: Anything else: text as entered, ISO dates, decimal numbers, JSON rows of a table.
    Column("content", Text),
    ForeignKeyConstraint(
        ["office_id", "case_id", "number"],
        ["form_entry.office_id", "form_entry.case_id", "form_entry.number"],
    ),
    sqlite_with_rowid=False,
)

attachment = Table(
    "attachment",
    metadata,
    office_key(),
    Column("id", ID, primary_key=True),
    Column("case_id", ID, nullable=False),
    Column("work_item_id", ID),
    Column("step", Text, nullable=False),
    Column("field", NAME, nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", NAME, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("added_by", ID, nullable=False),
    Column("content", LargeBinary, nullable=False),
    of_case(),
    Index(None, "office_id", "case_id"),
)

timer = Table(
    "timer",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("task_id", ID, primary_key=True),
    Column("step", Text, nullable=False),
    Column("due", Moment, nullable=False),
    of_case(),
    Index(None, "office_id", "due"),
)

#: Append-only: triggers refuse UPDATE and DELETE. Case ``-`` is the office's own chain.
journal = Table(
    "journal",
    metadata,
    office_key(),
    Column("case_id", ID, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", ID, nullable=False),
    Column("action", String(32), nullable=False),
    Column("step", Text, nullable=False),
    Column("step_name", NAME, nullable=False),
    Column("form_digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    #: Chain of SM3 beside that of SHA-256; empty where the platform has no SM3.
    Column("sm3", String(64), nullable=False, server_default=""),
)

account = Table(
    "account",
    metadata,
    office_key(),
    Column("officer_id", ID, primary_key=True),
    Column("login", NAME, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
    UniqueConstraint("login"),
    of_officer(),
)

session = Table(
    "session",
    metadata,
    #: SHA-256 of the token the browser holds.
    Column("token_hash", String(64), primary_key=True),
    Column("office_id", ID, nullable=False),
    Column("officer_id", ID, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    ForeignKeyConstraint(["office_id", "officer_id"], ["account.office_id", "account.officer_id"]),
    Index(None, "office_id", "officer_id"),
)
