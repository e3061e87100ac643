"""Let an officer's list be read off an index in its order, however many cases there are."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for who in ("post", "officer"):
        op.drop_index(op.f(f"ix_work_item_office_id_state_{who}"), "work_item")
        op.create_index(
            op.f(f"ix_work_item_office_id_state_{who}_since_id"),
            "work_item",
            ["office_id", "state", who, "since", "id"],
        )
    # The primary key begins with the same columns.
    op.drop_index(op.f("ix_form_value_office_id_case_id_is_current"), "form_value")
