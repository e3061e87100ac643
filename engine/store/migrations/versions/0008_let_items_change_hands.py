"""Let work items change hands; keep drafts, remarks and copies."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.String(64)


def upgrade() -> None:
    op.add_column("work_item", sa.Column("owner", _ID))
    _create("draft", "work_item_id", officer=True)
    _create("remark", "id", case=True, officer=True)
    _create("carbon_copy", "case_id", "officer_id", case=True, officer=True)
    _index("remark", "case_id")
    _index("remark", "work_item_id", "action")
    _index("carbon_copy", "officer_id", "read_at")


_COLUMNS = {
    "draft": (
        ("work_item_id", _ID, False),
        ("officer_id", _ID, False),
        ("content", sa.Text(), False),
        ("at", Moment(timezone=True), False),
    ),
    "remark": (
        ("id", _ID, False),
        ("case_id", _ID, False),
        ("work_item_id", _ID, False),
        ("officer_id", _ID, False),
        ("action", sa.String(200), False),
        ("at", Moment(timezone=True), False),
        ("content", sa.Text(), False),
        ("salt", sa.String(32), False),
    ),
    "carbon_copy": (
        ("case_id", _ID, False),
        ("officer_id", _ID, False),
        ("sender_id", _ID, False),
        ("at", Moment(timezone=True), False),
        ("read_at", Moment(timezone=True), True),
    ),
}


def _create(table: str, *key: str, case: bool = False, officer: bool = False) -> None:
    links = [(["office_id"], ["office.id"])]
    if case:
        links.append((["office_id", "case_id"], ["case_file.office_id", "case_file.id"]))
    if officer:
        links.append((["office_id", "officer_id"], ["officer.office_id", "officer.id"]))
    op.create_table(
        table,
        sa.Column("office_id", _ID, nullable=False),
        *(sa.Column(name, kind, nullable=null) for name, kind, null in _COLUMNS[table]),
        *(
            sa.ForeignKeyConstraint(own, other, name=op.f(f"fk_{table}_{'_'.join(own)}"))
            for own, other in links
        ),
        sa.PrimaryKeyConstraint("office_id", *key, name=op.f(f"pk_{table}")),
    )


def _index(table: str, *columns: str) -> None:
    name = "_".join(("ix", table, "office_id", *columns))
    op.create_index(op.f(name), table, ["office_id", *columns])
