"""What leaves the house on paper or on screen: wall charts, graphs, flow pictures."""

from collections.abc import Sequence
from pathlib import Path

from engine.bpmn.library import Library
from engine.model.controls import Controls

from .graphs import graph_files
from .press import chart_files, editions

__all__ = ["publish_items"]


def publish_items(
    library: Library,
    controls: Controls,
    *,
    out: Path,
    papers: Sequence[str] = ("A2",),
    formats: Sequence[str] = ("pdf",),
    office: str = "",
    address: str = "",
) -> tuple[Path, ...]:
    """Charts of all items, and the graphs of posts and calls; the files written."""
    chosen = editions(library, controls, office=office, address=address)
    charts = tuple(chart_files(chosen, out, papers, formats))
    return charts + tuple(graph_files(library, controls, out, formats))
