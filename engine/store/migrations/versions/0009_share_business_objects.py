"""Keep the business objects of cases; limit waivers to an item or a case."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_TABLE = "business_object"


def upgrade() -> None:
    op.add_column("waiver", sa.Column("reach", sa.String(200), server_default="", nullable=False))
    op.create_table(
        _TABLE,
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("kind", sa.String(200), nullable=False),
        sa.Column("key", _ID, nullable=False),
        sa.Column("root_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f(f"fk_{_TABLE}_office_id")),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f(f"fk_{_TABLE}_office_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("office_id", "case_id", "kind", name=op.f(f"pk_{_TABLE}")),
    )
    for columns in (["office_id", "kind", "key"], ["office_id", "root_id"]):
        op.create_index(op.f("_".join(("ix", _TABLE, *columns))), _TABLE, columns)
