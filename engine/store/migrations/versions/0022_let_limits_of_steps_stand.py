"""Let the limits of single steps stand with the clock of their case, and be listed."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_STAND = sa.text("state IN ('ready', 'claimed') AND stands")


def upgrade() -> None:
    op.add_column(
        "work_item",
        sa.Column("stands", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        op.f("ix_work_item_office_id_since_id"),
        "work_item",
        ["office_id", "since", "id"],
        sqlite_where=_STAND,
        postgresql_where=_STAND,
    )
