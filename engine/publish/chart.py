"""A wall chart: everything about one item on one sheet.

Belongs here: what stands where on the page and how dense it is set. Does not:
how the parts look (one module each) or files (:mod:`engine.publish.press`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.bpmn.layout.drawing import Box
from engine.model.item import ItemList
from engine.model.procedure import NodeKind
from engine.model.wording import say

from . import style, title
from .canvas import Canvas
from .edition import Edition
from .flow import Flow
from .foot import Foot, draw_last_line
from .legend import draw_legend
from .panel import Entry, Panel, Section, draw_panel_box
from .paper import Paper
from .picture import Picture, tag_text
from .render import Sheet
from .risks import Risk, risk_table, risks_of
from .table import Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Density:
    """How much stands on a chart besides the flow, and how large; mm on A2."""

    text: float
    row: float
    #: Whether the foot tells no more than it must.
    brief: bool
    #: Whether duties and accountability stand in a panel of their own.
    duties: bool
    #: Distance of the flow's rows, at least, for this density to be taken.
    pitch: float


#: Airiest first.
DENSITIES = (
    Density(text=5.6, row=11.0, brief=False, duties=True, pitch=46),
    Density(text=5.6, row=11.0, brief=False, duties=False, pitch=42),
    Density(text=5.3, row=10.2, brief=False, duties=False, pitch=39),
    Density(text=5.0, row=8.8, brief=True, duties=False, pitch=36),
    Density(text=style.LEAST_TEXT, row=7.2, brief=True, duties=False, pitch=33),
    Density(text=style.LEAST_TEXT, row=6.7, brief=True, duties=False, pitch=0),
)

#: How much smaller a chart is set that overflows its page.
FACTORS = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52, 0.44)
#: Share of the least distance of rows below which a flow is starved.
_STARVED = 0.85

#: Names of the risk levels' symbols in the legend.
_LEVELS = {"高": "high", "中": "middle", "低": "low"}


@dataclass(frozen=True)
class Chart:
    """The parts of one chart, measured for a paper."""

    edition: Edition
    paper: Paper
    #: Everything is set smaller by this factor; below 1 for an item that overflows the page.
    factor: float = 1.0

    @property
    def scale(self) -> float:
        """Millimetres of this paper for one on A2."""
        return self.paper.scale * self.factor

    @property
    def _width(self) -> float:
        return self.paper.width_mm - 2 * style.MARGIN * self.scale

    @cached_property
    def flow(self) -> Flow:
        """The flow laid out for the width of the page."""
        return Flow.of(self.edition, self._width, self.scale)

    def risks(self, order: Sequence[str]) -> tuple[Risk, ...]:
        """Risk points, numbered in a reading order."""
        return risks_of(self.edition.procedure, order)

    def _table(self, density: Density, order: Sequence[str]) -> Table | None:
        risks = self.risks(order)
        nodes = self.edition.procedure.nodes
        steps = [name for name in order if nodes[name].kind.is_activity]
        numbers = {name: number for number, name in enumerate(steps, start=1)}
        size, row = density.text * self.scale, density.row * self.scale
        return risk_table(risks, numbers, self._width, size, row) if risks else None

    def _foot(self, density: Density) -> Foot:
        size = density.text * self.scale
        return Foot(self.edition, self._width, size, self.scale, density.brief)

    def _duties(self, density: Density) -> Panel | None:
        item = self.edition.item
        lists = {"head": item.responsibilities, "accountability": item.accountability}
        sections = tuple(
            (
                Section(
                    head=say(f"publish.duty.{name}"), entries=tuple(Entry(text=t) for t in texts)
                ),
            )
            for name, texts in lists.items()
            if texts
        )
        if not density.duties or not sections or item.lists == (ItemList.SERVICE,):
            return None
        gap = 8 * self.scale
        room = (self._width - 3 * gap / 2 - gap * (len(sections) - 1)) / len(sections)
        return Panel(columns=sections, column_width=room, gap=gap, text=density.text * self.scale)

    def _below(self, density: Density) -> float:
        """Height of everything under the flow."""
        table, duties = self._table(density, self.flow.order), self._duties(density)
        height = (style.LEGEND + 5.0 + style.LAST_LINE * 2.0) * self.scale
        height += table.height + 3.6 * self.scale if table else 0.0
        height += duties.height + 12.0 * self.scale if duties else 0.0
        return height + self._foot(density).height

    @property
    def _top(self) -> float:
        return (title.HEIGHT + 5.0) * self.scale

    def _free(self, density: Density) -> float:
        """Height that is left for the flow."""
        return self.paper.height_mm - self._top - self._below(density)

    @cached_property
    def density(self) -> Density:
        """The airiest density that leaves the flow enough room."""
        for density in DENSITIES:
            if self._free(density) >= self.flow.height_at(density.pitch * self.scale):
                return density
        return DENSITIES[-1]

    @property
    def is_starved(self) -> bool:
        """Whether even the densest setting leaves the flow too little room."""
        least = style.PITCH_LEAST * _STARVED * self.scale
        return self._free(DENSITIES[-1]) < self.flow.height_at(least)

    @cached_property
    def picture(self) -> Picture:
        """The flow in its place on the page."""
        free = self._free(self.density)
        margin = style.MARGIN * self.scale
        return self.flow.fitted(Box(x=margin, y=self._top, width=self._width, height=free))

    def _symbols(self) -> frozenset[str]:
        used = {"step"} | {_LEVELS[r.point.level] for r in self.risks(self.picture.order)}
        for node in self.picture.nodes:
            if node.kind in (NodeKind.START_EVENT, NodeKind.END_EVENT):
                used.add("terminal")
            elif node.kind.is_event:
                used.add("wait")
            elif node.kind.is_gateway:
                used.add("decision")
            elif node.called:
                used.add("called")
            if node.step is not None and node.step.external:
                used.add("outside")
            if tag_text(node):
                used.add("limit")
        if any(edge.back for edge in self.picture.drawing.edges):
            used.add("back")
        return frozenset(used)

    def draw(self) -> Canvas:
        """Draw the whole chart."""
        canvas, scale, page = Canvas(), self.scale, self.paper.width_mm
        canvas.rect(Box(x=0, y=0, width=page, height=self.paper.height_mm), fill=style.WHITE)
        title.draw_title(canvas, self.edition, page, scale)
        self.picture.draw(canvas, self.risks(self.picture.order))
        x, y = style.MARGIN * scale, self._top + self.picture.drawing.height
        legend = Box(x=x, y=y, width=self._width, height=style.LEGEND * scale)
        draw_legend(canvas, self._symbols(), legend, scale)
        y = legend.bottom
        table = self._table(self.density, self.picture.order)
        if table is not None:
            table.draw(canvas, x, y)
            y += table.height + 3.6 * scale
        duties = self._duties(self.density)
        if duties is not None:
            box = Box(x=x, y=y, width=self._width, height=duties.height + 8.4 * scale)
            draw_panel_box(canvas, box, scale)
            duties.draw(canvas, x + 5 * scale, y + 4.2 * scale)
            y = box.bottom + 3.6 * scale
        foot = self._foot(self.density)
        foot.draw(canvas, x, y)
        last = self.paper.height_mm - style.LAST_LINE * scale * 1.4
        draw_last_line(canvas, self.edition, page, last, scale)
        return canvas

    def sheet(self) -> Sheet:
        """The finished chart."""
        edition, paper, picture = self.edition, self.paper, self.picture
        summary = say(
            "publish.chart.summary",
            title=edition.title,
            subtitle=edition.subtitle,
            steps=len(picture.numbers),
            lanes=len(picture.drawing.bands),
            risks=len(self.risks(picture.order)),
        )
        return Sheet(
            svg=self.draw().svg(paper.width_mm, paper.height_mm, unit="mm"),
            width_mm=paper.width_mm,
            height_mm=paper.height_mm,
            title=f"{edition.title} {edition.subtitle}",
            author=edition.office,
            summary=summary,
            day=edition.item.effective_from,
        )


def compose(edition: Edition, paper: Paper) -> Sheet:
    """The wall chart of an item on a paper, set as large as the page allows."""
    charts = (Chart(edition, paper, factor) for factor in FACTORS)
    fitting = next((chart for chart in charts if not chart.is_starved), None)
    return (fitting or Chart(edition, paper, FACTORS[-1])).sheet()
