"""Mark the work that a return undid, or that was taken back."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "undone",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("work_item_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("officer_id", _ID, nullable=False),
        sa.Column("action", sa.String(200), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_undone_office_id")),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_undone_office_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "officer_id"],
            ["officer.office_id", "officer.id"],
            name=op.f("fk_undone_office_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("office_id", "work_item_id", name=op.f("pk_undone")),
    )
    op.create_index(op.f("ix_undone_office_id_case_id"), "undone", ["office_id", "case_id"])
