"""What operations on a case as a whole share: its transaction, the judgement, the entry."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from engine.model.office import Officer
from engine.model.wording import say

from ..casework import Casework
from ..errors import Refused
from ..judging import Judge
from ..reading import Reading
from ..statements import Row


@dataclass(frozen=True, slots=True)
class Matter:
    """A case in a transaction, and the officer who does something to the whole of it."""

    work: Casework
    judge: Judge
    row: Row
    officer: Officer

    def allow(self, officer: Officer, duty: str = "", post: str = "") -> None:
        """Judge an officer as if for a step of that duty and post; empty for any.

        Raises
        ------
        Refused
            With the rule and its source.
        """
        known = self.work.controls.duties.get(duty)
        named = self.work.controls.post(post)
        task: Row = {
            "trail": f"{self.row['trail']}clock/{duty}",
            "step_name": known.name if known else say("clock.matter"),
            "duty": duty,
            "post": named.name if named else post,
            "external": False,
        }
        self.judge.judge(officer, task, self.row)

    def note(self, action: str, note: str = "") -> None:
        """Write the one journal entry of the operation."""
        self.work.note(self.row["id"], self.officer.id, action, note=note)


class Matters(Reading):
    """The part of an office that acts on whole cases, outside their steps."""

    @abstractmethod
    def _at_work(self) -> AbstractContextManager[tuple[Casework, Judge]]:
        """A transaction that changes cases."""

    @abstractmethod
    def _note_failure(self, item: Row, actor: str, action: str, note: str) -> None:
        """Journal what was undone."""

    @contextmanager
    def _matter(self, case_id: str, by: str) -> Iterator[Matter]:
        """A transaction on one case; what was refused is journalled after it is undone."""
        row: Row | None = None
        try:
            with self._at_work() as (work, judge):
                row = work.case(case_id)
                yield Matter(work, judge, row, judge.officer(by))
        except Refused as refused:
            if row is not None:
                item: Row = {"root_id": row["root_id"], "case_id": case_id, "step": ""}
                self._note_failure({**item, "step_name": ""}, by, "refused", refused.rule)
            raise
