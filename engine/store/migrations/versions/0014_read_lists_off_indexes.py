"""Let every list of cases be read off an index in its order, however many cases there are.

An index of a column that is empty almost everywhere holds only the rows where it is not:
SQLite's statistics would else take the column for one that tells nothing apart.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, of in (
        ("work_item", "of_item"),
        ("case_file", "parent_id_parent_task_state"),
        ("case_file", "state_opened_at"),
        ("carbon_copy", "officer_id_read_at"),
    ):
        op.drop_index(op.f(f"ix_{table}_office_id_{of}"), table)
    _create("work_item", "office_id_of_item", ["of_item"], "of_item IS NOT NULL")
    family = ["parent_id", "parent_task", "state"]
    _create("case_file", "office_id_" + "_".join(family), family, "parent_id IS NOT NULL")
    _create("case_file", "office_id_state_id", ["state", "id"])
    for name, columns in (
        ("top", ["id"]),
        ("top_state", ["state", "id"]),
        ("top_item", ["item_code", "id"]),
    ):
        _create("case_file", name, columns, "parent_id IS NULL")
    for column in ("name", "title"):
        op.create_index(
            op.f(f"ix_subject_office_id_{column}"),
            "subject",
            ["office_id", column],
            postgresql_ops={column: "text_pattern_ops"},
        )
    listed = ["officer_id", "at", "case_id"]
    _create("carbon_copy", "office_id_officer_id_at_case_id", listed)
    _create("carbon_copy", "unread", listed, "read_at IS NULL")


def _create(table: str, name: str, columns: list[str], where: str = "") -> None:
    only: dict[str, Any] = {}
    if where:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    op.create_index(op.f(f"ix_{table}_{name}"), table, ["office_id", *columns], **only)
