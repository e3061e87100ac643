"""The QR code of a chart: where to read on, or what the chart is when there is no network."""

from dataclasses import dataclass
from urllib.parse import quote

import segno

from engine.model.item import Item
from engine.model.wording import say

#: White modules a reader needs around the code.
QUIET_ZONE = 4
#: Length of the model hash we print, in hexadecimal digits.
HASH_LENGTH = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A QR code."""

    #: What a reader gets.
    text: str
    #: Modules per side, quiet zone included.
    side: int
    #: SVG path of the dark modules, one unit a module.
    path: str


def contents(item: Item, title: str, digest: str, address: str) -> str:
    """The public address of the item, or the facts themselves where there is none."""
    if address:
        version, code = quote(item.version, safe=""), quote(item.code, safe="")
        return f"{address.rstrip('/')}/items/{code}?version={version}&model={digest[:HASH_LENGTH]}"
    return say(
        "publish.qr",
        code=item.code,
        title=title,
        version=item.version,
        since=item.effective_from.isoformat(),
        digest=digest[:HASH_LENGTH],
        phone=item.phone,
    )


def encode(text: str) -> Code:
    """The code of a text, with a quarter of it allowed to be damaged."""
    matrix = segno.make(text, error="m", micro=False, encoding="utf-8").matrix
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                runs.append(f"M{start + QUIET_ZONE} {y + QUIET_ZONE}h{x - start}v1h-{x - start}z")
            x += 1
    return Code(text=text, side=len(matrix) + 2 * QUIET_ZONE, path="".join(runs))
