"""暂存: forms begun and not handed in. No fact about a step, so the journal has none of them."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, select

from engine.store.dealing import draft as table

from .ledger import Ledger

_KEEP = (
    "INSERT INTO draft (office_id, work_item_id, officer_id, content, at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (office_id, work_item_id) DO UPDATE SET "
    "officer_id = excluded.officer_id, content = excluded.content, at = excluded.at"
)
_DROP = "DELETE FROM draft WHERE office_id = ? AND work_item_id = ?"


def keep_draft(ledger: Ledger, item_id: str, officer: str, values: Mapping[str, str]) -> None:
    """Keep a form in place of the one kept before."""
    content = json.dumps(dict(values), ensure_ascii=False)
    ledger.wire.run(
        _KEEP, ledger.office_id, item_id, officer, content, ledger.wire.moment(ledger.now)
    )


def drop_draft(ledger: Ledger, item_id: str) -> None:
    """Forget a form."""
    ledger.wire.put(_DROP, ledger.office_id, item_id)


def draft_of(connection: Connection, office_id: str, item_id: str) -> dict[str, str]:
    """Text by key of the form as it was kept; empty for none."""
    content = connection.execute(
        select(table.c.content).where(
            table.c.office_id == office_id, table.c.work_item_id == item_id
        )
    ).scalar()
    return dict(json.loads(content)) if content else {}
