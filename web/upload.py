"""Files coming in: names made safe, sizes bounded, what is no material refused."""

import re
import unicodedata

from flask import request
from werkzeug.datastructures import FileStorage

from engine.model.wording import say
from engine.runtime import Upload

#: Bytes of one file.
LARGEST_FILE = 20 * 1024 * 1024
#: Characters of a file name, ending included.
LONGEST_NAME = 100
#: Endings of what stands on a desktop beside the materials: shortcuts and programs.
_NO_MATERIAL = {"bat", "cmd", "com", "exe", "lnk", "msi", "ps1", "scr", "url", "vbs"}
#: Begins the name of what an office program keeps beside an open file.
_LOCK = "~$"
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')


def safe_filename(name: str) -> str:
    """The last part of a path, Chinese kept, without anything a file system reads specially.

    >>> safe_filename("../../etc/passwd"), safe_filename("C:\\\\公示 照片.jpg"), safe_filename("..")
    ('passwd', '公示 照片.jpg', '附件')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Control and format characters include the right-to-left override that disguises endings.
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    cleaned = _FORBIDDEN.sub("_", visible).strip(" .")
    stem, dot, ending = cleaned.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return cleaned[:LONGEST_NAME] or "附件"


def _is_chosen(file: FileStorage) -> bool:
    return bool(file.filename)


def _size(file: FileStorage) -> int:
    end = file.stream.seek(0, 2)
    file.stream.seek(0)
    return end


def _fault(file: FileStorage) -> str:
    """What keeps a file from being taken, or nothing."""
    name, size = safe_filename(file.filename or ""), _size(file)
    if size > LARGEST_FILE:
        return say("web.file-too-large", file=name)
    if size == 0:
        return say("web.file-empty", file=name)
    if name.rpartition(".")[2].lower() in _NO_MATERIAL or name.startswith(_LOCK):
        return say("web.file-no-material", file=name)
    return ""


def unfit(prefix: str) -> dict[str, str]:
    """Messages by input key for every file of the request that cannot be taken."""
    chosen = ((name, file) for name, file in request.files.items(multi=True) if _is_chosen(file))
    faults = ((name.removeprefix(prefix), _fault(file)) for name, file in chosen)
    return {name: fault for name, fault in faults if fault}


def uploads(prefix: str) -> dict[str, Upload]:
    """The files chosen in the request: by field, other attachments under keys of their own."""
    return {
        name.removeprefix(prefix) if name.startswith(prefix) else f"{name}.{number}": Upload(
            filename=safe_filename(file.filename or ""),
            media_type=file.mimetype or "application/octet-stream",
            content=file.stream.read(),
        )
        for number, (name, file) in enumerate(request.files.items(multi=True))
        if _is_chosen(file)
    }
