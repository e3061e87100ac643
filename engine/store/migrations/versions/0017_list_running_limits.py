"""Let late cases be read off an index in the order in which their limits end."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_RUNNING = sa.text("met_at IS NULL AND work_item_id = ''")


def upgrade() -> None:
    op.drop_index(op.f("ix_deadline_office_id_met_at_last"), "deadline")
    op.create_index(
        op.f("ix_deadline_running"),
        "deadline",
        ["office_id", "last", "case_id"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )
