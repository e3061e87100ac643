"""Give the journal a second chain by SM3, and its guard an error of the same kind everywhere."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    op.add_column(
        "journal", sa.Column("sm3", sa.String(length=64), server_default="", nullable=False)
    )
    if op.get_bind().dialect.name != "sqlite":
        op.execute(_POSTGRESQL)
