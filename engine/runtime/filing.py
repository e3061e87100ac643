"""Files kept with a case."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert

from engine.store import schema


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file handed in with a form."""

    filename: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


def keep(
    connection: Connection,
    office_id: str,
    case_id: str,
    upload: Upload,
    *,
    by: str,
    at: datetime,
    work_item_id: str | None = None,
    step: str = "",
    field: str = "",
) -> str:
    """Keep a file with a case, in the caller's transaction; the id of the attachment."""
    attachment_id = uuid4().hex
    connection.execute(
        insert(schema.attachment).values(
            office_id=office_id,
            id=attachment_id,
            case_id=case_id,
            work_item_id=work_item_id,
            step=step,
            field=field,
            filename=upload.filename,
            media_type=upload.media_type,
            size_bytes=len(upload.content),
            sha256=upload.sha256,
            added_at=at,
            added_by=by,
            content=upload.content,
        )
    )
    return attachment_id
