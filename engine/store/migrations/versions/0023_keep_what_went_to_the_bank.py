"""Keep what each payment file of a batch held, so that a batch can be reconciled."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_FILE = ["office_id", "case_id", "number"]


def upgrade() -> None:
    op.create_table(
        "payment_file",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bank_id", _ID, nullable=False),
        sa.Column("bank_name", sa.String(200), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("attachment_id", _ID, nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("made_by", _ID, nullable=False),
        sa.Column("voided_at", Moment(timezone=True)),
        sa.Column("voided_by", _ID),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_payment_file_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_payment_file_office_id_case_id"),
        ),
        sa.PrimaryKeyConstraint(*_FILE, name=op.f("pk_payment_file")),
    )
    op.create_table(
        "payment_line",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("child_id", _ID),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_card", sa.String(18), nullable=False),
        sa.Column("bank_card", sa.String(32), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("is_paid", sa.Boolean()),
        sa.Column("reason", sa.Text()),
        sa.Column("answered_at", Moment(timezone=True)),
        sa.Column("answered_by", _ID),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_payment_line_office_id")
        ),
        sa.ForeignKeyConstraint(
            _FILE,
            [f"payment_file.{name}" for name in _FILE],
            name=op.f("fk_payment_line_office_id_case_id_number"),
        ),
        sa.PrimaryKeyConstraint(*_FILE, "sequence", name=op.f("pk_payment_line")),
    )
