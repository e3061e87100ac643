"""Forget forms begun for work items that are done or were taken away: nobody can hand them in."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "DELETE FROM draft WHERE EXISTS (SELECT 1 FROM work_item WHERE "
        "work_item.office_id = draft.office_id AND work_item.id = draft.work_item_id "
        "AND work_item.state IN ('done', 'cancelled'))"
    )
