"""The part of an office that publishes procedures, each from its day on."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from engine.bpmn.library import Library
from engine.model.wording import say

from . import editions
from .editions import Edition, chosen
from .reading import Reading


class Publishing(Reading):
    """Versions of procedures: immutable files, and from when each applies to new cases."""

    @abstractmethod
    def _note(self, connection: Connection, action: str, note: str) -> None:
        """Write to the office's own journal."""

    def publish(self, library: Library, *, effective: date | None = None) -> tuple[str, ...]:
        """Store the procedures of a library as what new cases run on, in place of all before.

        Running cases keep the versions they were opened with.

        Parameters
        ----------
        effective : first day on which they apply; None for at once.

        Returns
        -------
        tuple of str
            Ids of the processes whose version changes then.

        Raises
        ------
        Unexecutable
            A procedure would not run as drawn; nothing is published.
        BadEffectiveDate
            The day is over, or another version is planned for it.
        """
        now = self.clock()
        since = editions.effective(effective, now)
        with self.store.write() as connection:
            changed = self._versions.publish(connection, library, since)
            for process in changed:
                note = process
                if since > now:
                    note = say("versions.note.planned", process=process, day=since.date())
                self._note(connection, "published", note)
        return changed

    def call_off(self, day: date, names: Sequence[str] = ()) -> tuple[str, ...]:
        """Withdraw versions that were to take effect on a day to come; their processes.

        Parameters
        ----------
        names : codes or names of items, or process ids; none for all of that day.

        Raises
        ------
        UnknownVersion
            Nothing of that name was ever published.
        BadEffectiveDate
            They have taken effect, or none is planned for that day.
        """
        now = self.clock()
        with self.store.write() as connection:
            processes = [
                edition.process_id
                for name in names or [""]
                for edition in self._versions.editions(connection, name)
            ]
            gone = editions.call_off(connection, self.id, processes, day, now)
            for process in gone:
                note = say("versions.note.planned", process=process, day=day)
                self._note(connection, "called-off", note)
        return gone

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
