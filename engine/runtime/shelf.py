"""Cases kept in memory between steps, so that a step need not read them again.

A memory only: whoever takes a case proves by its version that it is the one in
the store, and puts it back only when the step has been committed.
"""

from collections import OrderedDict
from threading import Lock

from .atwork import AtHand
from .family import Deeds
from .machine import Machine

#: Tasks of all kept cases together; a case of a dozen steps has about forty.
MOST_TASKS = 30_000
#: Families of cases whose deeds are kept.
MOST_FAMILIES = 2_000
#: Claimed work items that are kept.
MOST_ITEMS = 2_000


class Shelf:
    """Machines by case, claims by work item, deeds by family; safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._machines: OrderedDict[str, tuple[int, Machine]] = OrderedDict()
        self._deeds: OrderedDict[str, tuple[int, Deeds]] = OrderedDict()
        self._claims: OrderedDict[str, AtHand] = OrderedDict()
        self._tasks = 0

    def take(self, case_id: str, version: int) -> Machine | None:
        """The machine of a case at this version, which nobody else gets meanwhile."""
        with self._lock:
            found = self._machines.pop(case_id, None)
            if found is None:
                return None
            self._tasks -= found[1].size
            return found[1] if found[0] == version else None

    def put(self, case_id: str, version: int, machine: Machine) -> None:
        """Keep a machine whose state has been committed as this version."""
        machine.size = machine.count()
        with self._lock:
            held = self._machines.get(case_id)
            if held is not None and held[0] >= version:
                return
            if held is not None:
                self._tasks -= held[1].size
            self._machines[case_id] = version, machine
            self._machines.move_to_end(case_id)
            self._tasks += machine.size
            while self._tasks > MOST_TASKS:
                _, (_, oldest) = self._machines.popitem(last=False)
                self._tasks -= oldest.size

    def deeds(self, root_id: str, revision: int) -> Deeds | None:
        """What officers did in a family at this revision, as a copy."""
        with self._lock:
            found = self._deeds.get(root_id)
            return Deeds(found[1]) if found is not None and found[0] == revision else None

    def keep_deeds(self, root_id: str, revision: int, deeds: Deeds) -> None:
        """Keep the deeds of a family as committed."""
        with self._lock:
            held = self._deeds.get(root_id)
            if held is not None and held[0] >= revision:
                return
            self._deeds[root_id] = revision, deeds
            self._deeds.move_to_end(root_id)
            while len(self._deeds) > MOST_FAMILIES:
                self._deeds.popitem(last=False)

    def renew_deeds(self, root_id: str, before: int, revision: int) -> None:
        """The deeds of a family are the same at a later revision."""
        with self._lock:
            held = self._deeds.get(root_id)
            if held is not None and held[0] == before:
                self._deeds[root_id] = revision, held[1]

    def claim(self, work_item_id: str) -> AtHand | None:
        """A claimed work item as its claim left it; whether it is still so is to be asked."""
        return self._claims.get(work_item_id)

    def keep_claim(self, claimed: AtHand) -> None:
        """Keep a claimed work item as committed."""
        with self._lock:
            self._claims[claimed.item["id"]] = claimed
            while len(self._claims) > MOST_ITEMS:
                self._claims.popitem(last=False)

    def drop_claim(self, work_item_id: str) -> None:
        """The work item is claimed no more, or otherwise."""
        with self._lock:
            self._claims.pop(work_item_id, None)
