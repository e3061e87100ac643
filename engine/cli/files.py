"""Reading a file whole, and putting another in its place, whole or not at all."""

import os
import shutil
from pathlib import Path

from engine.model.errors import UnreadablePath, reason_of
from engine.model.wording import say


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    UnreadablePath
        The path does not exist or the system will not open it.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadablePath(say("read.unreadable", reason=reason_of(error)), path=path) from error


def save(path: Path, content: bytes, unwritable: str = "read.unwritable") -> None:
    """Write the whole file or leave it as it was; a link stays one, and so do permissions.

    Parameters
    ----------
    unwritable : the entry of the catalogue that says why not, of the ``reason``.
    """
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        try:
            draft.write_bytes(content)
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise UnreadablePath(say(unwritable, reason=reason_of(error)), path=path) from error
