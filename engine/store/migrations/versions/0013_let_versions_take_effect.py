"""Say from when each version of a procedure applies, and which cases were put on another.

What was published applies from the moment its file was first published.
"""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_AT = Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("process_id", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", _ID),
        sa.Column("since", _AT, nullable=False),
        sa.Column("published_at", _AT, nullable=False),
        sa.Column("called_off_at", _AT),
        _office("edition"),
        sa.ForeignKeyConstraint(
            ["office_id", "digest"],
            ["procedure_version.office_id", "procedure_version.digest"],
            name=op.f("fk_edition_office_id_digest"),
        ),
        sa.PrimaryKeyConstraint("office_id", "process_id", "number", name=op.f("pk_edition")),
    )
    op.create_table(
        "case_migration",
        sa.Column("office_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("officer", _ID, nullable=False),
        sa.Column("old_bundle", sa.Text(), nullable=False),
        sa.Column("new_bundle", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        _office("case_migration"),
        sa.ForeignKeyConstraint(
            ["office_id", "case_id"],
            ["case_file.office_id", "case_file.id"],
            name=op.f("fk_case_migration_office_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("office_id", "case_id", "version", name=op.f("pk_case_migration")),
    )
    op.execute(
        "INSERT INTO edition (office_id, process_id, number, digest, since, published_at) "
        "SELECT p.office_id, p.process_id, 1, p.digest, v.added_at, v.added_at FROM published p "
        "JOIN procedure_version v ON v.office_id = p.office_id AND v.digest = p.digest"
    )
    op.drop_table("published")


def _office(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f(f"fk_{table}_office_id"))
