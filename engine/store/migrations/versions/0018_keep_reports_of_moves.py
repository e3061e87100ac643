"""Keep the reports of bulk moves to another version."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ID = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "migration_round",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("officer", _ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_migration_round_office_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_migration_round")),
    )
    op.create_index(op.f("ix_migration_round_office_id_at"), "migration_round", ["office_id", "at"])
    op.create_table(
        "migration_result",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("round_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("old_digest", sa.String(64), nullable=False),
        sa.Column("new_digest", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_migration_result_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "round_id"],
            ["migration_round.office_id", "migration_round.id"],
            name=op.f("fk_migration_result_office_id_round_id"),
        ),
        sa.PrimaryKeyConstraint(
            "office_id", "round_id", "position", name=op.f("pk_migration_result")
        ),
    )
