"""The part of an office in which work items change hands and people are told."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update

from engine.model.case import WorkItem
from engine.model.wording import say
from engine.store import schema
from engine.store.dealing import carbon_copy

from .. import records
from ..drafts import draft_of
from ..errors import FormInvalid, NotAllowed
from ..matter import Matters
from .handing import HandingDesk
from .remarks import Remark, counted, keep_remark, remarks

_COPY = (
    "INSERT INTO carbon_copy (office_id, case_id, officer_id, sender_id, at) "
    "VALUES (?, ?, ?, ?, ?) ON CONFLICT (office_id, case_id, officer_id) DO UPDATE SET "
    "sender_id = excluded.sender_id, at = excluded.at, read_at = NULL"
)

#: Copies a list shows; what is read makes room for those before.
MOST_COPIES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A case an officer was told of."""

    case_id: str
    case_title: str
    sender: str
    at: datetime
    read_at: datetime | None


class Dealing(Matters):
    """Operations on work items and cases that leave the procedure where it is."""

    @abstractmethod
    def _desk(self, work_item_id: str, by: str) -> AbstractContextManager[HandingDesk]:
        """A transaction on one work item."""

    def reassign(
        self, work_item_id: str, *, by: str, to: str, reason: str, key: str = ""
    ) -> WorkItem:
        """转办: let another officer have a claimed item; the holder may, and the head.

        Raises
        ------
        Refused
            A rule keeps the other officer from it; the attempt is journalled.
        AlreadyTaken, NotAllowed, FormInvalid
            It is not the officer's to give, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "reassign", work_item_id, by, to, reason):
                desk.reassign(to, reason)
            return self._held(desk)

    def delegate(
        self, work_item_id: str, *, by: str, to: str, reason: str, key: str = ""
    ) -> WorkItem:
        """委派: have another officer prepare the form; completing it brings it back.

        Raises
        ------
        Refused
            A rule keeps the other officer from it; the attempt is journalled.
        AlreadyTaken, NotAllowed, FormInvalid
            It is not the officer's to give, is delegated already, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "delegate", work_item_id, by, to, reason):
                desk.delegate(to, reason)
            return self._held(desk)

    def give_back(self, work_item_id: str, *, by: str, reason: str, key: str = "") -> WorkItem:
        """归还: return a delegated item undone.

        Raises
        ------
        AlreadyTaken, NotAllowed, FormInvalid
            The officer does not hold it, it was not delegated, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "give-back", work_item_id, by, reason):
                desk.give_back(reason)
            return self._held(desk)

    def release_for(self, work_item_id: str, *, by: str, reason: str, key: str = "") -> WorkItem:
        """Give back for everybody what another officer holds, who is away or has left.

        Raises
        ------
        AlreadyTaken, NotAllowed, FormInvalid
            The officer is not the head, nobody holds it, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "release-for", work_item_id, by, reason):
                desk.release_for(reason)
            return self._held(desk)

    def _held(self, desk: HandingDesk) -> WorkItem:
        item = self._work_item(desk.work.connection, desk.item)
        return replace(item, warning=desk.warning)

    def save_draft(
        self, work_item_id: str, *, by: str, values: Mapping[str, str], key: str = ""
    ) -> None:
        """暂存: keep the form of a claimed item as typed, right or wrong.

        Raises
        ------
        AlreadyTaken, NotAllowed
            The officer does not hold it.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "draft", work_item_id, by, dict(values)):
                desk.save_draft(values)

    def draft(self, work_item_id: str) -> dict[str, str]:
        """Text by key of the form as kept; empty for none."""
        with self.store.read() as connection:
            return draft_of(connection, self.id, work_item_id)

    def urge(self, work_item_id: str, *, by: str, text: str, key: str = "") -> None:
        """催办: remind whoever holds or may take an item.

        Raises
        ------
        NotAllowed, AlreadyTaken, FormInvalid
            It is done, the officer urged today already, or there is no text.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "urge", work_item_id, by, text):
                desk.urge(text)

    def urged(self, work_items: Sequence[str]) -> Mapping[str, int]:
        """How often each work item was urged; those never urged are left out."""
        with self.store.read() as connection:
            return counted(connection, self.id, "urged", work_items)

    def remarks(self, case_id: str) -> tuple[Remark, ...]:
        """What officers wrote about a case beside its forms, oldest first."""
        with self.store.read() as connection:
            records.case_row(connection, self.id, case_id)
            return remarks(connection, self.id, case_id)

    def copy_to(
        self, case_id: str, *, by: str, to: Sequence[str], text: str = "", key: str = ""
    ) -> None:
        """抄送: tell other officers of a case; gives them no right to act.

        Raises
        ------
        Refused
            An officer is kept out of the case.
        FormInvalid
            Nobody is named, or the officer names himself.
        """
        if not to or by in to:
            raise FormInvalid({"to": say("operation.copy-to-others")})
        with self._matter(case_id, by) as matter:
            if matter.is_repeated(key, "copy", list(to), text):
                return
            for officer in dict.fromkeys(to):
                matter.allow(matter.judge.officer(officer))
                wire = matter.work.wire
                wire.run(_COPY, self.id, case_id, officer, by, wire.moment(self.clock()))
            digest = ""
            if text.strip():
                digest = keep_remark(matter.work, case_id, by, "copied", text.strip())
            note = say("operation.note.to", officer="、".join(dict.fromkeys(to)))
            matter.work.note(case_id, by, "copied", form_digest=digest, note=note)

    def copies(self, officer_id: str, *, unread: bool = False) -> tuple[Copy, ...]:
        """Cases an officer was told of, newest first."""
        table, subject = carbon_copy, schema.subject
        query = (
            select(table, subject.c.title)
            .join(
                subject,
                (subject.c.office_id == table.c.office_id) & (subject.c.case_id == table.c.case_id),
            )
            .where(table.c.office_id == self.id, table.c.officer_id == officer_id)
            .order_by(table.c.at.desc(), table.c.case_id.desc())
            .limit(MOST_COPIES)
        )
        if unread:
            query = query.where(table.c.read_at.is_(None))
        with self.store.read() as connection:
            return tuple(
                Copy(
                    case_id=row.case_id,
                    case_title=row.title,
                    sender=row.sender_id,
                    at=row.at,
                    read_at=row.read_at,
                )
                for row in connection.execute(query)
            )

    def mark_read(self, case_id: str, *, by: str) -> None:
        """Note that an officer has seen a case he was told of; once seen, nothing changes.

        Raises
        ------
        NotAllowed
            Nobody told him.
        """
        table = carbon_copy
        mine = (
            table.c.office_id == self.id,
            table.c.case_id == case_id,
            table.c.officer_id == by,
        )
        with self.store.write() as connection:
            told = connection.execute(select(table.c.read_at).where(*mine)).first()
            if told is None:
                raise NotAllowed(say("operation.no-copy", case=case_id))
            if told.read_at is None:
                connection.execute(update(table).where(*mine).values(read_at=self.clock()))
