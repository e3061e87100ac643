"""The foot of a chart: bases, handling facts, phones, QR code; and the last line."""

from dataclasses import dataclass
from functools import cached_property

from engine.bpmn.layout.drawing import Box
from engine.model.item import Item
from engine.model.wording import say

from . import qr, style
from .canvas import Canvas
from .citation import cite
from .edition import Edition
from .panel import Entry, Panel, Section, draw_panel_box


def _materials(item: Item) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            text=say(
                f"publish.foot.{'material' if material.required else 'optional'}",
                name=material.name,
                form=material.form,
                copies=material.copies,
            )
        )
        for material in item.materials
    )


def _limit(item: Item) -> str:
    known = (("promised", item.promised), ("statutory", item.statutory))
    parts = [say(f"publish.foot.{name}", limit=limit) for name, limit in known if limit]
    text = "，".join(parts) or say("publish.foot.no-limit")
    return f"{text}（{item.limit_note}）" if item.limit_note else text


#: Facts a chart may do without where it is crowded.
_SPARE = frozenset({"audience", "hours", "result"})


def _handling(item: Item, brief: bool) -> tuple[Entry, ...]:
    fee = item.fee
    if item.fee_basis:
        fee = say("publish.foot.fee-basis", fee=item.fee, basis=item.fee_basis)
    facts = {
        "limit": _limit(item),
        "body": item.body,
        "audience": item.audience,
        "place": item.place,
        "hours": item.hours,
        "fee": fee,
        "result": item.result,
    }
    entries = [
        Entry(label=say(f"publish.foot.{name}"), text=text)
        for name, text in facts.items()
        if not (brief and name in _SPARE)
    ]
    phones = (("phone", item.phone, style.NAVY), ("supervision", item.supervision_phone, style.RED))
    entries += [
        Entry(label=say(f"publish.foot.{name}"), text=phone, weight=800, fill=ink)
        for name, phone, ink in phones
    ]
    return tuple(entry for entry in entries if entry.text)


@dataclass(frozen=True)
class Foot:
    """The foot, measured for a width and a size of text."""

    edition: Edition
    width: float
    #: Size of its text.
    text: float
    scale: float
    #: Whether it is kept as low as the QR code allows.
    brief: bool

    @property
    def _pad(self) -> float:
        return 4.2 * self.scale

    @property
    def _side(self) -> float:
        return style.QR * self.scale

    @property
    def _code_height(self) -> float:
        return self._side + self.text * 1.5

    def _panel_of(self, *, materials: bool, brief: bool) -> Panel:
        edition = self.edition
        bases = tuple(
            Entry(text=cite(basis, edition.controls)) for basis in edition.procedure.bases
        )
        left = [Section(head=say("publish.foot.basis"), entries=bases)] if bases else []
        if materials and edition.item.materials:
            head = say("publish.foot.materials")
            left.append(Section(head=head, entries=_materials(edition.item)))
        entries = _handling(edition.item, brief)
        handling = Section(head=say("publish.foot.handling"), entries=entries)
        return Panel(
            columns=(tuple(left), (handling,)),
            column_width=(self.width - self._side - 5 * self._pad) / 2,
            gap=1.2 * self._pad,
            text=self.text,
        )

    @cached_property
    def _panel(self) -> Panel:
        """All that is known; where it must be brief, what fits beside the code."""
        full = self._panel_of(materials=True, brief=False)
        if not self.brief:
            return full
        choices = (full, *(self._panel_of(materials=m, brief=True) for m in (True, False)))
        room = max(self._code_height, choices[-1].height)
        return next(panel for panel in choices if panel.height <= room)

    @cached_property
    def height(self) -> float:
        """Height of the box."""
        return 2 * self._pad + max(self._code_height, self._panel.height)

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its top left corner at (x, y)."""
        box = Box(x=x, y=y, width=self.width, height=self.height)
        draw_panel_box(canvas, box, self.scale)
        self._panel.draw(canvas, x + 1.2 * self._pad, y + self._pad)
        self._code(canvas, box)

    def _code(self, canvas: Canvas, box: Box) -> None:
        edition, side = self.edition, self._side
        code = qr.encode(qr.contents(edition.item, edition.title, edition.digest, edition.address))
        x = box.right - self._pad - side
        y = box.center[1] - self._code_height / 2
        canvas.rect(Box(x=x, y=y, width=side, height=side), fill=style.WHITE)
        place = f"translate({x:.4f} {y:.4f}) scale({side / code.side:.5f})"
        canvas.element("path", d=code.path, fill="#000000", transform=place)
        caption = say(f"publish.foot.scan-{'address' if edition.address else 'offline'}")
        canvas.text(
            x + side / 2,
            y + side + self.text * 0.9,
            caption,
            size=self.text,
            anchor="middle",
            weight=500,
            fill=style.NAVY,
        )


def draw_last_line(canvas: Canvas, edition: Edition, page: float, y: float, scale: float) -> None:
    """Who publishes what, since when, and which list has the last word."""
    margin, size = style.MARGIN * scale, style.LAST_LINE * scale
    left = say(
        "publish.last.left",
        office=edition.office,
        version=edition.item.version,
        since=edition.item.effective_from.isoformat(),
        digest=edition.short_digest,
    )
    canvas.text(margin, y, left, size=size, fill=style.QUIET)
    right = say("publish.last.right")
    canvas.text(page - margin, y, right, size=size, anchor="end", weight=500, fill=style.QUIET)
