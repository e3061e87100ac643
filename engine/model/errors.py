"""Errors the engine raises; one base class, each with typed attributes.

A fault *in a diagram* is a :class:`engine.model.finding.Finding`, not an error.
"""

import errno
from pathlib import Path

from .wording import say

#: What the system may refuse for, by the entry of the catalogue.
_REASONS = {
    errno.ENOENT: "missing",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EISDIR: "directory",
    errno.ENOTDIR: "file",
    errno.EEXIST: "exists",
    errno.ENOSPC: "full",
    errno.EROFS: "read-only",
    errno.EADDRINUSE: "busy",
    errno.EADDRNOTAVAIL: "elsewhere",
}


def reason_of(error: OSError) -> str:
    """Why the system refused, in Chinese where the cause is known to us."""
    entry = _REASONS.get(error.errno or 0)
    return say(f"system.{entry}") if entry else error.strerror or str(error)


class QingdanError(Exception):
    """Anything the engine refuses, said in one Chinese line a user can act on.

    Parameters
    ----------
    message : what is wrong, ending with what to do.
    path, line, element : where, as far as known.
    """

    #: Exit code of the command line for this error.
    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        element: str | None = None,
    ) -> None:
        self.message = message
        self.path = None if path is None else str(path)
        self.line = line
        self.element = element
        super().__init__(message)

    def lines(self) -> tuple[str, ...]:
        """The text for a terminal, one line for each thing that is wrong."""
        return (str(self),)

    def __str__(self) -> str:
        where = ""
        if self.path is not None:
            where = self.path + (f":{self.line}" if self.line is not None else "") + " "
        if self.element is not None:
            where += f"{self.element}："
        return where + self.message


class UnreadablePath(QingdanError):
    """A path that does not exist or that the system will not open."""


class UnusableData(QingdanError):
    """Shared data (posts, duties, statutes, a roster) that contradicts itself."""


class UnknownItem(QingdanError):
    """An item, procedure or file name that the library does not hold."""


class UnsafeExpression(QingdanError):
    """An expression outside the safe language, or one that cannot be parsed."""
