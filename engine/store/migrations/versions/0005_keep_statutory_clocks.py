"""Keep a statutory clock for each case, the office's own calendar, and hand-overs."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _calendar()
    _clock()
    _pause()
    _deadline()
    _handover()


def _calendar() -> None:
    op.create_table(
        "calendar_revision",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_calendar_revision_office_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "revision", name=op.f("pk_calendar_revision")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "revision"],
            ["calendar_revision.office_id", "calendar_revision.revision"],
            name=op.f("fk_calendar_day_office_id_revision"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_calendar_day_office_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "revision", "day", name=op.f("pk_calendar_day")),
    )


def _clock() -> None:
    op.create_table(
        "case_clock",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("regime", sa.String(length=64), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("corrections_asked_at", Moment(timezone=True), nullable=True),
        sa.Column("corrections", sa.Text(), nullable=False),
        sa.Column("corrected_at", Moment(timezone=True), nullable=True),
        sa.Column("accepted_at", Moment(timezone=True), nullable=True),
        sa.Column("deemed", sa.Boolean(), nullable=False),
        sa.Column("refused_at", Moment(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("decided_at", Moment(timezone=True), nullable=True),
        sa.Column("delivered_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_case_clock_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_clock_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", name=op.f("pk_case_clock")),
    )


def _pause() -> None:
    op.create_table(
        "clock_pause",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_clock_pause_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_clock_pause_office_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "case_id", "number", name=op.f("pk_clock_pause")),
    )


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("work_item_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("extra_days", sa.Integer(), nullable=False),
        sa.Column("extended_at", Moment(timezone=True), nullable=True),
        sa.Column("extended_by", sa.String(length=64), nullable=True),
        sa.Column("extension_reason", sa.Text(), nullable=False),
        sa.Column("extension_notice", sa.Text(), nullable=False),
        sa.Column("met_at", Moment(timezone=True), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("counted_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_deadline_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_deadline_office_id")),
        sa.PrimaryKeyConstraint(
            "office_id", "case_id", "work_item_id", "kind", name=op.f("pk_deadline")
        ),
    )
    op.create_index(
        op.f("ix_deadline_office_id_met_at_last"),
        "deadline",
        ["office_id", "met_at", "last"],
        unique=False,
    )


def _handover() -> None:
    op.create_table(
        "handover",
        sa.Column("office_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("giver", sa.String(length=64), nullable=False),
        sa.Column("taker", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("offered_at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_handover_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_handover_office_id")),
        sa.PrimaryKeyConstraint("office_id", "case_id", "number", name=op.f("pk_handover")),
    )
    op.create_index(
        op.f("ix_handover_office_id_taker_state"),
        "handover",
        ["office_id", "taker", "state"],
        unique=False,
    )
