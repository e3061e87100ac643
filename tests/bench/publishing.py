"""Wall charts."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.publish.press import chart_files, editions

from .row import Row, milliseconds


def rows() -> Iterator[Row]:
    """Figures of publishing."""
    controls = load_controls()
    library = Library.load()
    with tempfile.TemporaryDirectory() as directory:
        for kind in ("svg", "pdf", "png"):

            def press(kind: str = kind) -> None:
                chosen = editions(library, controls, ["subsidy_card"])
                list(chart_files(chosen, Path(directory), ["A2"], [kind]))

            value = milliseconds(press, times=3)[0]
            name = f"A2 chart of 一卡通 as {kind}"
            yield Row(name=name, value=value, unit="ms", reach="< 1 s", ok=value < 1000)
