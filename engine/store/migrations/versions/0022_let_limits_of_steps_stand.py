"""Let the limits of single steps stand with the clock of their case."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "work_item",
        sa.Column("stands", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
