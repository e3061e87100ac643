"""What operations on a case as a whole share: its transaction, the judgement, the entry."""

from abc import abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection

from engine.model.case import WorkItemKind, WorkItemState
from engine.model.office import Officer
from engine.model.wording import say
from engine.store import journal, schema

from .casework import Casework
from .errors import Refused
from .judging import Assignment, Judge
from .keys import Keys
from .lookahead import BESIDE, MOST_OTHERS, Forecast
from .reading import Reading
from .statements import Row, Wire


@dataclass(frozen=True, slots=True)
class Matter:
    """A case in a transaction, and the officer who does something to the whole of it."""

    work: Casework
    judge: Judge
    row: Row
    officer: Officer

    def allow(
        self,
        officer: Officer,
        duty: str = "",
        post: str = "",
        *,
        among: Collection[str] = (),
    ) -> Assignment:
        """Judge an officer as if for a step of that duty and post; empty for any.

        A duty bars the officer from steps to come: whether these find others is asked too.

        Parameters
        ----------
        among : who may do it at all; others of them are named where this officer may not.

        Raises
        ------
        Refused
            With the rule and its source, and others who may do it.
        """
        try:
            return self._judged(officer, duty, post)
        except Refused as refused:
            if not among:
                raise
            found = self._others(officer, duty, post, among)
            remedy = refused.remedy or say("matter.nobody-else")
            if found:
                remedy = say("matter.others", officers="、".join(found[:MOST_OTHERS]))
            raise Refused(refused.rule, refused.basis, refused.fault, remedy) from refused

    def may(self, officer: Officer, duty: str = "", post: str = "") -> bool:
        """Whether :meth:`allow` would let an officer do it."""
        try:
            self._judged(officer, duty, post)
        except Refused:
            return False
        return True

    @property
    def everybody(self) -> tuple[str, ...]:
        """Every officer of the roster."""
        return tuple(officer.id for officer in self.judge.roster.officers)

    def _others(self, officer: Officer, duty: str, post: str, among: Collection[str]) -> list[str]:
        """Names of the other officers who may do what one may not."""
        return [
            other.name
            for other in self.judge.roster.officers
            if other.id != officer.id and other.id in among and self.may(other, duty, post)
        ]

    def _judged(self, officer: Officer, duty: str, post: str) -> Assignment:
        waivers = self.judge.judge(officer, self._task(duty, post), self.row)
        forecast = Forecast()
        if duty:
            deed = {**self._task(duty, self._acting_post(duty)), "case_id": self.row["id"]}
            forecast = self.judge.foresee(officer, deed, self.row)
        return Assignment(waivers=waivers, forecast=forecast)

    def leave_deed(self, duty: str) -> None:
        """Have it count for later conflicts that the officer did this duty, like a step done."""
        row: Row = {
            **dict.fromkeys(schema.work_item.c.keys()),
            **self._task(duty, self._acting_post(duty)),
            "office_id": self.work.office_id,
            "id": uuid4().hex,
            "case_id": self.row["id"],
            "root_id": self.row["root_id"],
            "step": "",
            "party": "",
            "state": WorkItemState.DONE.value,
            "officer": self.officer.id,
            "cosigners": "",
            "since": self.work.now,
            "done_at": self.work.now,
            "kind": WorkItemKind.CLOCK.value,
            "stands": False,
        }
        self.work.wire.insert(schema.work_item, row)
        self.work.forget_deeds(self.row["root_id"])

    def _acting_post(self, duty: str) -> str:
        """The post the officer acts in, which waivers name: to approve, the leading one."""
        controls = self.work.controls
        posts = [controls.canonical(post) for post in self.officer.posts_on(self.judge.today)]
        leading = [post for post in posts if post in controls.posts and controls.posts[post].leads]
        return str([*(leading if duty == "approve" else ()), *posts, ""][0])

    def _task(self, duty: str, post: str) -> Row:
        known = self.work.controls.duties.get(duty)
        return {
            "trail": f"{self.row['trail']}{BESIDE}{duty}",
            "step_name": known.name if known else say("clock.matter"),
            "duty": duty,
            "post": self.work.controls.canonical(post),
            "external": False,
        }

    def is_repeated(self, key: str, operation: str, *facts: object) -> bool:
        """Whether the operation came with this key before; then nothing is left to do."""
        return self.work.keys.is_repeated(key, operation, self.row["id"], self.officer.id, *facts)

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

    def _note_refused(self, row: Row, actor: str, refused: Refused) -> None:
        """Journal that something done to a case as a whole was refused."""
        item = {"root_id": row["root_id"], "case_id": row["id"], "step": "", "step_name": ""}
        self._note_failure(item, actor, "refused", refused.rule)

    def _enter(self, connection: Connection, actor: str, action: str, note: str) -> None:
        """Write an entry of the office's own journal."""
        entry = journal.Entry(at=self.clock(), actor=actor, action=action, note=note)
        journal.append(connection, self.id, journal.OFFICE_CHAIN, entry)

    def _keys(self, connection: Connection) -> Keys:
        """The commands of the office, for what is done to no case."""
        return Keys(Wire(connection), self.id, self.clock())

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
                self._note_refused(row, by, refused)
            raise
