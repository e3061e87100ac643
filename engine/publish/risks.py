"""The risk points of a procedure, numbered in reading order, and their table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from engine.model.procedure import Node, Procedure, RiskPoint
from engine.model.wording import say

from .fonts import width
from .table import Column, Mark, Table


@dataclass(frozen=True, kw_only=True, slots=True)
class Risk:
    """A numbered risk point."""

    number: int
    node: Node
    point: RiskPoint

    @property
    def post(self) -> str:
        """The responsible post."""
        step = self.node.step
        return self.point.post or (step.post if step else "") or self.node.lane


def risks_of(procedure: Procedure, order: Sequence[str]) -> tuple[Risk, ...]:
    """Risk points of the steps, in the order given."""
    numbers = count(1)
    return tuple(
        Risk(number=next(numbers), node=node, point=point)
        for node in (procedure.nodes[name] for name in order)
        if node.step is not None
        for point in node.step.risks
    )


#: Columns of the table, by their names in the catalogue.
_COLUMNS = ("number", "step", "form", "level", "measure", "post")


def risk_table(
    risks: Sequence[Risk], numbers: Mapping[str, int], total: float, text: float, row: float
) -> Table:
    """The table of risk points, ``total`` wide; texts share what the short columns leave."""
    rows = tuple(
        (
            Mark(level=risk.point.level, number=str(risk.number)),
            f"{numbers[risk.node.id]} {risk.node.label}",
            risk.point.form,
            Mark(level=risk.point.level),
            risk.point.measure,
            risk.post,
        )
        for risk in risks
    )
    # Room for two digits, so that no width depends on the numbering.
    step = _natural([f"88 {risk.node.label}" for risk in risks], "step", text)
    post = _natural([risk.post for risk in risks], "post", text)
    number = level = text * 3.0
    free = total - number - step - level - post
    forms = sum(width(risk.point.form, text) for risk in risks)
    measures = sum(width(risk.point.measure, text) for risk in risks)
    fair = min(0.62, max(0.3, forms / (forms + measures)))

    def table(share: float) -> Table:
        widths = (number, step, free * share, level, free * (1 - share), post)
        return Table(columns=_columns(widths), rows=rows, text=text, row=row)

    tables = [table(fair + shift / 100) for shift in (0, -3, 3, -6, 6, -9, 9)]
    return min(tables, key=lambda candidate: candidate.height)


def _natural(cells: Sequence[str], column: str, text: float) -> float:
    """Width at which no cell of a column breaks, within reason."""
    widest = max(width(cell, text * 1.04, 700) for cell in (*cells, say(f"publish.risk.{column}")))
    return min(text * 11, widest + text * 0.9)


def _columns(widths: Sequence[float]) -> tuple[Column, ...]:
    return tuple(
        Column(
            head=say(f"publish.risk.{name}"),
            width=wide,
            anchor="middle" if name == "post" else "start",
            weight=600 if name == "step" else 400,
        )
        for name, wide in zip(_COLUMNS, widths, strict=True)
    )
