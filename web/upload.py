"""Files coming in: names made safe, sizes bounded."""

import re
import unicodedata

from flask import request
from werkzeug.datastructures import FileStorage

from engine.runtime import Upload

#: Bytes of one file.
LARGEST_FILE = 20 * 1024 * 1024
#: Characters of a file name, ending included.
LONGEST_NAME = 100
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


def oversized(prefix: str) -> dict[str, str]:
    """Messages by input key for every file of the request that is too large."""
    return {
        name.removeprefix(
            prefix
        ): f"“{safe_filename(file.filename or '')}”超过 20 MB，请压缩或拆分后再选。"
        for name, file in request.files.items(multi=True)
        if _is_chosen(file) and _size(file) > LARGEST_FILE
    }


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
