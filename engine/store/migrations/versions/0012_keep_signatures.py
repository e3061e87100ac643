"""Keep the signatures of steps that several officers sign, and who is to sign later."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_AT = Moment(timezone=True)
_OFFICER = (["office_id", "officer_id"], ["officer.office_id", "officer.id"])
_CASE = (["office_id", "case_id"], ["case_file.office_id", "case_file.id"])


def upgrade() -> None:
    _create(
        "signature",
        ("work_item_id", "number"),
        (_CASE, _OFFICER),
        work_item_id=_ID,
        number=sa.Integer(),
        case_id=_ID,
        officer_id=_ID,
        choice=sa.String(200),
        at=_AT,
        since=_AT,
    )
    op.create_index(op.f("ix_signature_office_id_case_id"), "signature", ["office_id", "case_id"])
    _create(
        "later_signer",
        ("work_item_id", "officer_id"),
        (_OFFICER,),
        work_item_id=_ID,
        officer_id=_ID,
        at=_AT,
    )


def _create(
    table: str,
    key: tuple[str, ...],
    links: tuple[tuple[list[str], list[str]], ...],
    **columns: sa.types.TypeEngine[Any],
) -> None:
    op.create_table(
        table,
        sa.Column("office_id", _ID, nullable=False),
        *(
            sa.Column(name, kind, nullable=False, autoincrement=False)
            for name, kind in columns.items()
        ),
        *(
            sa.ForeignKeyConstraint(own, other, name=op.f(f"fk_{table}_{'_'.join(own)}"))
            for own, other in ((["office_id"], ["office.id"]), *links)
        ),
        sa.PrimaryKeyConstraint("office_id", *key, name=op.f(f"pk_{table}")),
    )
