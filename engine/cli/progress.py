"""How far something long has come, on one line of a terminal; nothing anywhere else."""

import sys
import time
from threading import Event, Thread
from types import TracebackType
from typing import Self, TextIO

from engine.model.wording import say

from .columns import width

#: Nothing is said of what takes no longer, in seconds.
PATIENCE_S = 2.0
#: Time between two looks of the line, in seconds.
_EVERY_S = 0.5


class Progress:
    """Tells on a terminal what it is told, as long as the block lasts.

    Parameters
    ----------
    stream : where to; a stream that is no terminal stays empty. None for stderr.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._stage, self._done, self._among = "", 0, 0
        self._began = time.monotonic()
        self._shown = 0
        self._over = Event()
        self._drawing = Thread(target=self._draw, daemon=True)

    def __call__(self, stage: str, done: int, among: int) -> None:
        self._stage, self._done, self._among = stage, done, among

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._drawing.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._drawing.ident is not None:
            self._drawing.join()
            self.show("")

    def _draw(self) -> None:
        # From a thread of its own: a database may be silent for minutes.
        rest = PATIENCE_S
        while not self._over.wait(rest):
            self.show(self.line(time.monotonic() - self._began))
            rest = _EVERY_S

    def line(self, seconds: float) -> str:
        """What to say after so many seconds."""
        if not self._stage:
            return ""
        stage, taken = say(f"progress.stage.{self._stage}"), int(seconds)
        if not self._among:
            return say("progress.line", stage=stage, seconds=taken)
        return say(
            "progress.counted",
            stage=stage,
            done=self._done,
            among=self._among,
            share=min(100, self._done * 100 // self._among),
            seconds=taken,
        )

    def show(self, line: str) -> None:
        """Put a line over the one before."""
        blank = " " * (self._shown - width(line))
        self._stream.write(f"\r{line}{blank}" if line else f"\r{' ' * self._shown}\r")
        self._stream.flush()
        self._shown = width(line)
