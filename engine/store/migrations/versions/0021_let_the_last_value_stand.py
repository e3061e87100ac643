"""Let a field's last value stand by its number, so that no earlier one need be marked.

The key finds the values of a field together, the last one last.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KEY = ["office_id", "case_id", "field", "number"]


def upgrade() -> None:
    with op.batch_alter_table("form_value", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.drop_column("is_current")
        table.drop_constraint(op.f("pk_form_value"), type_="primary")
        table.create_primary_key(op.f("pk_form_value"), _KEY)
