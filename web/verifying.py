"""Verifications of journals that outlast a request: one at a time for each office.

A journal of very many rows takes minutes; the page asks how far it has come. What was
found is journalled by the engine; here it is kept until the next one, or the server ends.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread

from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.runtime.oversight import Verdict
from engine.store.progress import Told
from engine.store.sealing import Seal

_log = logging.getLogger(__name__)

#: What works: verifies, and tells how far it has come.
Work = Callable[[Told], Verdict]


@dataclass(kw_only=True)
class Verification:
    """One verification, under way or over."""

    #: Id of the officer who asked for it, and when.
    by: str
    at: datetime
    #: Of the request that began it.
    key: str = ""
    #: The seal on paper that was asked about; None for none.
    seal: Seal | None = None
    #: Rows of the file the journal is held against; 0 for none, and before it was read.
    rows: int = 0
    verdict: Verdict | None = field(default=None, init=False)
    #: Why it came to no end; empty for no reason.
    problem: str = field(default="", init=False)
    _told: tuple[str, int, int] = field(default=("rows", 0, 0), init=False)
    _over: Event = field(default_factory=Event, init=False)
    _began: float = field(default_factory=time.monotonic, init=False)

    @property
    def is_over(self) -> bool:
        """Whether it came to its end, whatever that is."""
        return self._over.is_set()

    @property
    def done(self) -> tuple[int, int]:
        """How much is done of what it is at, and of how much; 0 where that is not known."""
        return self._told[1:]

    @property
    def progress(self) -> str:
        """How far it has come, in one line."""
        stage, done, among = self._told
        facts = {"stage": say(f"progress.stage.{stage}"), "seconds": self._seconds}
        if not among:
            return say("progress.line", **facts)
        return say(
            "progress.counted", **facts, done=done, among=among, share=min(100, done * 100 // among)
        )

    @property
    def _seconds(self) -> int:
        return int(time.monotonic() - self._began)

    def wait(self, seconds: float | None = None) -> None:
        """Let others work until it is over, or so long at most."""
        self._over.wait(seconds)

    def run(self, work: Work) -> None:
        """Do it, and keep what comes of it."""
        try:
            self.verdict = work(self._tell)
        except QingdanError as error:
            self.problem = " ".join(error.lines())
            _log.warning("a verification came to no end: %s", error)
        finally:
            self._over.set()

    def _tell(self, stage: str, done: int, among: int) -> None:
        self._told = stage, done, among


class Verifications:
    """The last verification of each office."""

    def __init__(self) -> None:
        self._last: dict[str, Verification] = {}
        self._lock = Lock()

    def last(self, office_id: str) -> Verification | None:
        """The last one since the server began; None for none."""
        return self._last.get(office_id)

    def begin(self, office_id: str, fresh: Verification, work: Work) -> Verification:
        """Begin one in the background, unless one is under way or it was asked for before.

        Returns
        -------
        The one that stands: the fresh one, or that other.
        """
        with self._lock:
            last = self._last.get(office_id)
            if last is not None and (not last.is_over or (fresh.key and fresh.key == last.key)):
                return last
            self._last[office_id] = fresh
        Thread(target=fresh.run, args=(work,), daemon=True).start()
        return fresh
