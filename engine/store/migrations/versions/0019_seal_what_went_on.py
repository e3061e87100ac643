"""Let a seal cover what went on since the one before, and say so of each seal."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seal", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.drop_index(op.f("ix_sealed_head_office_id_case_id"), "sealed_head")
    op.create_index(
        op.f("ix_sealed_head_chain"),
        "sealed_head",
        ["office_id", "case_id", "number", "sequence"],
    )
