"""Wall charts."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.publish import publish_items

from .row import Row, milliseconds


def rows() -> Iterator[Row]:
    """Figures of publishing."""
    controls = load_controls()
    library = Library.load()
    items = (library.find("subsidy_card"),)
    with tempfile.TemporaryDirectory() as directory:
        for kind in ("svg", "pdf", "png"):
            taken = milliseconds(
                lambda kind=kind: publish_items(
                    library,
                    controls,
                    items=items,
                    out=Path(directory),
                    papers=("A2",),
                    formats=(kind,),
                ),
                times=3,
            )
            yield Row(
                name=f"A2 chart of 一卡通 as {kind}",
                value=taken[0],
                unit="ms",
                reach="< 1 s",
                ok=taken[0] < 1000,
            )
