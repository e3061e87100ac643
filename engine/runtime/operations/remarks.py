"""What officers write beside the forms: reasons, reminders, opinions."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, func, select

from engine.model.wording import say
from engine.store.dealing import remark as table

from ..casework import Casework
from ..errors import FormInvalid
from ..forms import MAX_TEXT


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One text an officer wrote."""

    officer: str
    #: What it was written for, as the journal names it.
    action: str
    #: Work item it is about, or empty.
    work_item: str
    at: datetime
    text: str


def asked_text(text: str, name: str) -> str:
    """A text that has to be given, without blanks around it.

    Raises
    ------
    FormInvalid
        It is empty or too long; ``name`` is the key of the message.
    """
    text = text.strip()
    if not text:
        raise FormInvalid({name: say("operation.no-text")})
    if len(text) > MAX_TEXT:
        raise FormInvalid({name: say("operation.long-text", cap=MAX_TEXT)})
    return text


def keep_remark(
    work: Casework, case_id: str, officer: str, action: str, text: str, item_id: str = ""
) -> str:
    """Store a text in the caller's transaction; its digest, for the journal."""
    salt = secrets.token_hex(16)
    row = {
        "office_id": work.office_id,
        "id": uuid4().hex,
        "case_id": case_id,
        "work_item_id": item_id,
        "officer_id": officer,
        "action": action,
        "at": work.now,
        "content": text,
        "salt": salt,
    }
    work.wire.insert(table, row)
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def remarks(connection: Connection, office_id: str, case_id: str) -> tuple[Remark, ...]:
    """Everything written about a case, oldest first."""
    rows = connection.execute(
        select(table)
        .where(table.c.office_id == office_id, table.c.case_id == case_id)
        .order_by(table.c.at, table.c.id)
    )
    return tuple(
        Remark(
            officer=row.officer_id,
            action=row.action,
            work_item=row.work_item_id,
            at=row.at,
            text=row.content,
        )
        for row in rows
    )


def counted(
    connection: Connection, office_id: str, action: str, items: Sequence[str]
) -> Mapping[str, int]:
    """How many remarks of a kind each work item has; items without are left out."""
    rows = connection.execute(
        select(table.c.work_item_id, func.count())
        .where(
            table.c.office_id == office_id,
            table.c.action == action,
            table.c.work_item_id.in_(items),
        )
        .group_by(table.c.work_item_id)
    )
    return {item: int(number) for item, number in rows}
