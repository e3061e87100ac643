"""Keep seals over the journal, as unchangeable as the journal itself."""

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("office_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("sm3_root", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_seal_office_id")),
        sa.PrimaryKeyConstraint("office_id", "number", name=op.f("pk_seal")),
    )
    op.create_table(
        "sealed_head",
        sa.Column("office_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sm3", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_sealed_head_office_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "number"],
            ["seal.office_id", "seal.number"],
            name=op.f("fk_sealed_head_office_id_number"),
        ),
        sa.PrimaryKeyConstraint("office_id", "number", "case_id", name=op.f("pk_sealed_head")),
    )
    op.create_index(
        op.f("ix_sealed_head_office_id_case_id"), "sealed_head", ["office_id", "case_id"]
    )
    for table in ("seal", "sealed_head"):
        _guard(table)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    )
