"""The part of an office that publishes procedures, each from its day on."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from engine.bpmn.library import Library
from engine.model.wording import say
from engine.store import journal, schema

from . import editions
from .clock import day_of, start_of
from .editions import Edition, chosen
from .errors import NotAllowed
from .ledger import SYSTEM
from .matter import Matters


class Publishing(Matters):
    """Versions of procedures: immutable files, and from when each applies to new cases."""

    def publish(
        self, library: Library, *, effective: date | None = None, key: str = ""
    ) -> tuple[str, ...]:
        """Store the procedures of a library as what new cases run on, in place of all before.

        Running cases keep the versions they were opened with.

        Parameters
        ----------
        effective : first day on which they apply; None for at once.
        key : of this request; the same request with the same key again changes nothing.

        Returns
        -------
        tuple of str
            Ids of the processes whose version changes then.

        Raises
        ------
        Unexecutable
            A procedure would not run as drawn; nothing is published.
        BadEffectiveDate
            The day is over, another version is planned for it, or a file says that it applies
            later or no more.
        """
        files = {name: library.document_of(p).digest for name, p in library.procedures.items()}
        with self.store.write() as connection:
            keys = self._keys(connection)
            first = keys.first_answer(key, "publish", files, effective)
            if first is not None:
                return self._noted_processes(connection, first)
            now = self.clock()
            since = editions.effective(effective, now)
            changed = self._versions.publish(connection, library, since)
            fresh = [library.procedures[name] for name in changed if name in library.procedures]
            editions.fit(fresh, day_of(since))
            keys.answer(key, self._note_processes(connection, "published", changed, effective))
        return changed

    def call_off(
        self, day: date, names: Sequence[str] = (), *, by: str = "", key: str = ""
    ) -> tuple[str, ...]:
        """Withdraw versions that were to take effect on a day to come; their processes.

        Parameters
        ----------
        names : codes or names of items, or process ids; none for all of that day.
        by : the head of the office; empty for the operator.
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        UnknownVersion
            Nothing of that name was ever published.
        BadEffectiveDate
            They have taken effect, or none is planned for that day.
        UnknownOfficer, NotAllowed
            Nobody has such an id, or it is not for this officer to say.
        """
        with self.store.write() as connection:
            keys = self._keys(connection)
            first = keys.first_answer(key, "call-off", day, list(names), by)
            if first is not None:
                return self._noted_processes(connection, first)
            self._permit_decision(connection, by)
            processes = [
                edition.process_id
                for name in names or [""]
                for edition in self._versions.editions(connection, name)
            ]
            gone = editions.call_off(connection, self.id, processes, day, self.clock())
            keys.answer(key, self._note_processes(connection, "called-off", gone, day, by))
        return gone

    def _permit_decision(self, connection: Connection, by: str) -> None:
        """The operator may, and the head."""
        if not by:
            return
        judge = self._judge(connection)
        if judge.officer(by).id not in judge.roster.heads(judge.today):
            raise NotAllowed(say("versions.not-head"))

    def _note_processes(
        self,
        connection: Connection,
        action: str,
        processes: Sequence[str],
        day: date | None,
        by: str = "",
    ) -> str:
        """Journal what was done to processes; where it stands there: first and last row."""
        now = self.clock()
        is_later = day is not None and start_of(day) > now
        entries = [
            journal.Entry(
                at=now,
                actor=by or SYSTEM,
                action=action,
                step=process,
                note=say("versions.note.planned", process=process, day=day)
                if is_later
                else process,
            )
            for process in processes
        ]
        head = journal.append(connection, self.id, journal.OFFICE_CHAIN, *entries)
        return f"{head.sequence - len(entries) + 1} {head.sequence}"

    def _noted_processes(self, connection: Connection, rows: str) -> tuple[str, ...]:
        """The processes that stand in these rows of the office's journal."""
        first, last = map(int, rows.split())
        table = schema.journal
        query = select(table.c.step).where(
            table.c.office_id == self.id,
            table.c.case_id == journal.OFFICE_CHAIN,
            table.c.sequence.between(first, last),
        )
        return tuple(connection.scalars(query.order_by(table.c.sequence)))

    def editions(self, name: str = "") -> tuple[Edition, ...]:
        """Which version applies from when until when: of one item or process, or of all.

        Raises
        ------
        UnknownVersion
            Nothing of that name was ever published.
        """
        with self.store.read() as connection:
            return self._versions.editions(connection, name)

    def version_file(self, name: str, version: str) -> tuple[str, bytes]:
        """Name and bytes of a file ever published, as they were.

        Parameters
        ----------
        version : the item's version, the beginning of the file's hash, or its first day.

        Raises
        ------
        UnknownVersion
            None is called so.
        """
        with self.store.read() as connection:
            edition = chosen(self._versions.editions(connection, name), version)
            return self._versions.file(connection, str(edition.digest))
