"""Let late steps be read off indexes in the order in which their limits end."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('ready', 'claimed') AND due IS NOT NULL")
_OF_STEPS = sa.text("met_at IS NULL AND work_item_id <> ''")


def upgrade() -> None:
    op.create_index(
        op.f("ix_work_item_office_id_due_id"),
        "work_item",
        ["office_id", "due", "id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index(
        op.f("ix_deadline_of_steps"),
        "deadline",
        ["office_id", "last", "work_item_id"],
        sqlite_where=_OF_STEPS,
        postgresql_where=_OF_STEPS,
    )
