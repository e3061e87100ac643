"""Side items: work items beside a step that are no tasks of the workflow."""

from collections.abc import Mapping
from uuid import uuid4

from engine.model.case import WorkItemKind, WorkItemState
from engine.model.wording import say
from engine.store import schema

from ..errors import NotAllowed
from ..filing import Upload
from ..statements import Row
from .handing import HandingDesk


class SideDesk(HandingDesk):
    """What one officer does to one work item that may wait for another beside it.

    A desk that opens side items of a kind finishes them too: it overrides
    :meth:`finish_side` for its kinds and leaves the others to the next in line.
    """

    def complete(
        self, values: Mapping[str, str], files: Mapping[str, Upload], version: int | None
    ) -> None:
        """Finish a step, or a side item by its kind; what waits for a side item cannot be."""
        self._must_be_alive()
        self._must_be_free()
        if self.item["kind"] == WorkItemKind.STEP or self.item["owner"] is not None:
            super().complete(values, files, version)
            return
        self._must_be_mine()
        self.finish_side(values, files)

    def finish_side(self, values: Mapping[str, str], files: Mapping[str, Upload]) -> None:
        """Finish a side item of one's kinds; it leaves the case where it is."""
        raise NotAllowed(say("side.unknown", kind=self.item["kind"]))

    def open_side(self, kind: WorkItemKind, **facts: object) -> str:
        """Put a side item beside this item; its id.

        Parameters
        ----------
        facts : columns in which it differs from this item, for example ``step`` and ``post``.
        """
        row: Row = {column.name: self.item[column.name] for column in schema.work_item.c}
        side_id = uuid4().hex
        row |= {
            "id": side_id,
            "kind": kind.value,
            "of_item": self.item["id"],
            "state": WorkItemState.READY.value,
            "officer": None,
            "owner": None,
            "cosigners": "",
            "since": self.work.now,
            "due": None,
            "stands": False,
            "done_at": None,
            **facts,
        }
        deeds = self._deeds
        self.work.wire.insert(schema.work_item, row)
        deeds.add(row)
        if kind is not WorkItemKind.REVIEW:
            self.item["waits_for"] = kind.value
        return side_id

    def _must_be_free(self) -> None:
        """Nothing beside the item holds it up."""
        waits_for = self.item["waits_for"]
        if waits_for:
            raise NotAllowed(say(f"side.waits-for.{waits_for}", step=self.item["step_name"]))
