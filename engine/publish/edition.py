"""What is to be printed: an item, its sources, and for whom."""

from dataclasses import dataclass

from engine.model.controls import Controls
from engine.model.item import Item, ItemList
from engine.model.procedure import Procedure
from engine.model.wording import say

from .qr import HASH_LENGTH


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """One item as it is published by one office."""

    procedure: Procedure
    item: Item
    controls: Controls
    #: SHA-256 of the file the procedure was read from, hex.
    digest: str
    #: Name of the office that publishes.
    office: str
    #: Public address of the office's site, or empty.
    address: str = ""

    @property
    def title(self) -> str:
        """Name of the item."""
        return self.procedure.title

    @property
    def subtitle(self) -> str:
        """What the chart is, by the weightiest list the item stands in."""
        for entry in (ItemList.POWER, ItemList.SERVICE):
            if entry in self.item.lists:
                return say(f"publish.title.{entry}")
        return say("publish.title.responsibility")

    @property
    def short_digest(self) -> str:
        """The model hash as printed."""
        return self.digest[:HASH_LENGTH]

    def is_outside(self, lane: str) -> bool:
        """Whether a lane stands for an outside party."""
        post = self.controls.post(lane)
        return post is not None and post.external
