"""Put work items beside steps that are no tasks of the workflow."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.Column("kind", sa.String(16), server_default="step", nullable=False)
    op.add_column("work_item", kind)
    op.add_column("work_item", sa.Column("of_item", sa.String(64)))
    op.create_index(op.f("ix_work_item_office_id_of_item"), "work_item", ["office_id", "of_item"])
