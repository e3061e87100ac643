"""A plain picture of a drawing, for looking at: run this module for all shipped items."""

import sys
from html import escape
from pathlib import Path

import resvg_py
from manimgx_fonts_cjk import __path__ as fonts

from engine.bpmn.layout import Drawing, Sizes, arrange
from engine.bpmn.library import Library
from engine.model.procedure import Procedure

from .measure import CHART, measure


def svg(procedure: Procedure, drawing: Drawing, sizes: Sizes, scale: float = 2.0) -> str:
    """The drawing as SVG."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-5 -5 {drawing.width + 10} '
        f'{drawing.height + 10}" width="{scale * (drawing.width + 10)}" '
        f'height="{scale * (drawing.height + 10)}" font-family="Noto Sans CJK SC">'
        '<rect x="-5" y="-5" width="100%" height="100%" fill="white"/>'
    ]
    unit = sizes.clearance

    def rect(box, fill, stroke="#345", radius=0.0):
        out.append(
            f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="{unit / 6}" rx="{radius}"/>'
        )

    def text(box, lines, size, fill="#000"):
        x, y = box.center
        for i, line in enumerate(lines):
            at = y + (i - (len(lines) - 1) / 2) * size * 1.15 + size * 0.36
            out.append(
                f'<text x="{x}" y="{at}" font-size="{size}" fill="{fill}" '
                f'text-anchor="middle">{escape(line)}</text>'
            )

    for index, band in enumerate(drawing.bands):
        rect(band.box, ("#f2f6fa", "#ffffff")[index % 2], "#9ab")
        rect(band.head, "#d8e6f4", "#9ab")
        text(band.head, [band.name[i : i + 5] for i in range(0, len(band.name), 5)], unit * 1.6)
    for edge in drawing.edges:
        points = " ".join(f"{x},{y}" for x, y in edge.points)
        colour = "#c11" if edge.back else "#134"
        dash = f'stroke-dasharray="{unit},{unit / 2}"' if edge.back else ""
        out.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" {dash} '
            f'stroke-width="{unit / 3}"/>'
        )
        (ax, ay), (bx, by) = edge.points[-2:]
        long = max(abs(bx - ax) + abs(by - ay), 1e-9)
        dx, dy = (bx - ax) / long * unit, (by - ay) / long * unit
        out.append(
            f'<polygon fill="{colour}" points="{bx},{by} {bx - dx - dy / 2},{by - dy + dx / 2} '
            f'{bx - dx + dy / 2},{by - dy - dx / 2}"/>'
        )
    for node_id, box in drawing.shapes.items():
        node = procedure.nodes[node_id]
        x, y = box.center
        if node.kind.is_gateway:
            out.append(
                f'<polygon points="{x},{box.y} {box.right},{y} {x},{box.bottom} {box.x},{y}" '
                f'fill="#fff5d0" stroke="#345" stroke-width="{unit / 6}"/>'
            )
        elif node.kind.is_event:
            rect(box, "#e2f3e2", radius=box.height / 2)
        else:
            rect(box, "#fff", radius=unit / 2)
            if sizes.marker:
                rect(sizes.marker_of(box), "#fbb")
            if sizes.tag[0]:
                rect(sizes.tag_of(box), "#fea")
        size = min(unit * 2.1, box.width / 8)
        if box.width > box.height * 1.2 or not node.kind.is_event:
            text(box, [node.label[i : i + 7] for i in range(0, len(node.label), 7)][:2], size)
    for edge in drawing.edges:
        if edge.label is not None:
            rect(edge.label, "none", "#ccc")
            text(edge.label, edge.lines, sizes.label_character, "#c11" if edge.back else "#134")
    return "".join([*out, "</svg>"])


def png(source: str) -> bytes:
    """SVG as PNG."""
    found = [str(p) for root in fonts for p in Path(root).rglob("*.[to]t[cf]")]
    return bytes(resvg_py.svg_to_bytes(svg_string=source, font_files=found))


def main(directory: Path) -> None:
    """Draw every shipped procedure, portrait and landscape, and print the measures."""
    directory.mkdir(parents=True, exist_ok=True)
    for procedure in Library.load().procedures.values():
        for landscape in (False, True):
            drawing = arrange(procedure, CHART[landscape], landscape=landscape)
            name = f"{procedure.id}-{'landscape' if landscape else 'portrait'}"
            picture = svg(procedure, drawing, CHART[landscape])
            (directory / f"{name}.png").write_bytes(png(picture))
            print(name, measure(procedure, drawing, CHART[landscape]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
