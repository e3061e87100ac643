"""Let an office describe the files of its own bank."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank",
        sa.Column("office_id", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_bank_office_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_bank")),
    )
