"""Form values between memory, the store and a digest.

In memory: money and numbers are ``Decimal``, dates ``date``, a table a list of
rows; what was left empty is ``None`` (texts: ``""``). In the store money is 分.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from engine.model.procedure import FieldType, FormField

_FEN = Decimal(100)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


@dataclass(frozen=True, slots=True)
class Stored:
    """One value as the store keeps it."""

    #: Money in 分, else None.
    fen: int | None
    #: Anything else as text, else None.
    content: str | None


def to_store(field: FormField, value: object) -> Stored:
    """A value of a field as the store keeps it."""
    if value is None:
        return Stored(None, None)
    if field.type is FieldType.MONEY:
        return Stored(int(Decimal(str(value)) * _FEN), None)
    if field.type is FieldType.TABLE:
        assert isinstance(value, list)
        types = {column.name: column.type for column in field.columns}
        rows = [{name: _cell(types.get(name), cell) for name, cell in row.items()} for row in value]
        return Stored(None, json.dumps(rows, ensure_ascii=False))
    return Stored(None, value.isoformat() if isinstance(value, date) else str(value))


def _cell(kind: FieldType | None, value: object) -> object:
    if isinstance(value, Decimal):
        return {"fen": int(value * _FEN)} if kind is FieldType.MONEY else {"number": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


def from_store(kind: str, fen: int | None, content: str | None) -> object:
    """The value a stored row stands for."""
    match FieldType(kind):
        case FieldType.MONEY:
            return None if fen is None else Decimal(fen).scaleb(-2)
        case FieldType.NUMBER:
            return None if content is None else Decimal(content)
        case FieldType.DATE:
            return None if content is None else date.fromisoformat(content)
        case FieldType.TABLE:
            rows = json.loads(content or "[]")
            return [{name: _value(cell) for name, cell in row.items()} for row in rows]
        case _:
            return content


def _value(cell: Any) -> object:
    match cell:
        case {"fen": fen}:
            return Decimal(fen).scaleb(-2)
        case {"number": number}:
            return Decimal(number)
        case {"date": day}:
            return date.fromisoformat(day)
        case _:
            return cell


def digest(values: Mapping[str, object], files: Mapping[str, str], salt: str) -> str:
    """SHA-256 of a form as submitted, salted so that short values cannot be guessed back.

    ``files`` are the digests of the files handed in, by field.
    """
    plain = _encode({"values": values, "files": files})
    return hashlib.sha256(f"{salt}\n{plain}".encode()).hexdigest()
