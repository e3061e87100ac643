"""Create the tables."""

import sqlalchemy as sa
from alembic import op

import engine.store.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "avoidance",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("one", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_avoidance_office_id")),
        sa.PrimaryKeyConstraint("office_id", "position", name=op.f("pk_avoidance")),
    )
    op.create_table(
        "case_file",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("item_code", sa.String(length=64), nullable=False),
        sa.Column("item_name", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("finished_at", engine.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("root_id", sa.String(length=64), nullable=False),
        sa.Column("parent_task", sa.String(length=64), nullable=True),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column("trail", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "parent_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_case_file_office_id_parent_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_file_office_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_case_file")),
    )
    op.create_index(
        op.f("ix_case_file_office_id_parent_id_parent_task"),
        "case_file",
        ["office_id", "parent_id", "parent_task"],
        unique=False,
    )
    op.create_index(
        op.f("ix_case_file_office_id_root_id"), "case_file", ["office_id", "root_id"], unique=False
    )
    op.create_index(
        op.f("ix_case_file_office_id_state_opened_at"),
        "case_file",
        ["office_id", "state", "opened_at"],
        unique=False,
    )
    op.create_table(
        "counter",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_counter_office_id")),
        sa.PrimaryKeyConstraint("office_id", "name", name=op.f("pk_counter")),
    )
    op.create_table(
        "journal",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("step_name", sa.String(length=200), nullable=False),
        sa.Column("form_digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_journal_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", "sequence", name=op.f("pk_journal")),
    )
    op.create_table(
        "officer",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id_card", sa.String(length=18), nullable=False),
        sa.Column("departed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_officer_office_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_officer")),
    )
    op.create_table(
        "procedure_version",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_procedure_version_office_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "digest", name=op.f("pk_procedure_version")),
    )
    op.create_table(
        "waiver",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("one", sa.String(length=200), nullable=False),
        sa.Column("other", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_waiver_office_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_waiver")),
    )
    op.create_table(
        "absence",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "officer_id"],
            ["officer.office_id", "officer.id"],
            name=op.f("fk_absence_office_id_officer_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_absence_office_id")),
        sa.PrimaryKeyConstraint("office_id", "officer_id", "position", name=op.f("pk_absence")),
    )
    op.create_table(
        "account",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", engine.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "officer_id"],
            ["officer.office_id", "officer.id"],
            name=op.f("fk_account_office_id_officer_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_account_office_id")),
        sa.PrimaryKeyConstraint("office_id", "officer_id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_table(
        "appointment",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "officer_id"],
            ["officer.office_id", "officer.id"],
            name=op.f("fk_appointment_office_id_officer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_appointment_office_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "officer_id", "position", name=op.f("pk_appointment")),
    )
    op.create_table(
        "attachment",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("work_item_id", sa.String(length=64), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_attachment_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_attachment_office_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index(
        op.f("ix_attachment_office_id_case_id"),
        "attachment",
        ["office_id", "case_id"],
        unique=False,
    )
    op.create_table(
        "case_state",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_case_state_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_state_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", name=op.f("pk_case_state")),
    )
    op.create_table(
        "form_entry",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("work_item_id", sa.String(length=64), nullable=True),
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_form_entry_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_form_entry_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", "number", name=op.f("pk_form_entry")),
    )
    op.create_table(
        "published",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "digest"],
            ["procedure_version.office_id", "procedure_version.digest"],
            name=op.f("fk_published_office_id_digest"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_published_office_id")),
        sa.PrimaryKeyConstraint("office_id", "process_id", name=op.f("pk_published")),
    )
    op.create_table(
        "relative",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=200), nullable=False),
        sa.Column("id_card", sa.String(length=18), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "officer_id"],
            ["officer.office_id", "officer.id"],
            name=op.f("fk_relative_office_id_officer_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_relative_office_id")),
        sa.PrimaryKeyConstraint("office_id", "officer_id", "position", name=op.f("pk_relative")),
    )
    op.create_table(
        "subject",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id_card", sa.String(length=18), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_subject_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_subject_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", name=op.f("pk_subject")),
    )
    op.create_table(
        "timer",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("due", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_timer_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_timer_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", "task_id", name=op.f("pk_timer")),
    )
    op.create_index(op.f("ix_timer_office_id_due"), "timer", ["office_id", "due"], unique=False)
    op.create_table(
        "work_item",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("root_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("trail", sa.Text(), nullable=False),
        sa.Column("step_name", sa.String(length=200), nullable=False),
        sa.Column("duty", sa.String(length=64), nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=True),
        sa.Column("cosigners", sa.Text(), server_default="", nullable=False),
        sa.Column("since", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("due", engine.store.columns.Moment(timezone=True), nullable=True),
        sa.Column("done_at", engine.store.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_work_item_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_work_item_office_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_work_item")),
    )
    op.create_index(
        op.f("ix_work_item_office_id_case_id"), "work_item", ["office_id", "case_id"], unique=False
    )
    op.create_index(
        op.f("ix_work_item_office_id_root_id"), "work_item", ["office_id", "root_id"], unique=False
    )
    op.create_index(
        op.f("ix_work_item_office_id_state_officer"),
        "work_item",
        ["office_id", "state", "officer"],
        unique=False,
    )
    op.create_index(
        op.f("ix_work_item_office_id_state_post"),
        "work_item",
        ["office_id", "state", "post"],
        unique=False,
    )
    op.create_table(
        "form_value",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id", "number"],
            ["form_entry.office_id", "form_entry.case_id", "form_entry.number"],
            name=op.f("fk_form_value_office_id_case_id_number"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_form_value_office_id")),
        sa.PrimaryKeyConstraint(
            "office_id", "case_id", "number", "field", name=op.f("pk_form_value")
        ),
    )
    op.create_index(
        op.f("ix_form_value_office_id_case_id_is_current"),
        "form_value",
        ["office_id", "case_id", "is_current"],
        unique=False,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.Column("seen_at", engine.store.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "officer_id"],
            ["account.office_id", "account.officer_id"],
            name=op.f("fk_session_office_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(
        op.f("ix_session_office_id_officer_id"),
        "session",
        ["office_id", "officer_id"],
        unique=False,
    )
