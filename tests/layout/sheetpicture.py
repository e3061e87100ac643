"""A plain picture of a file's diagram interchange: run this module on BPMN files."""

import sys
from html import escape
from pathlib import Path

from lxml import etree

from engine.bpmn.layout.interchange import lay_out

from .picture import png

DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def svg(content: bytes) -> str:
    """The interchange of a file as SVG, drawn from the file alone."""
    root = etree.fromstring(content)
    by_id = {e.get("id"): e for e in root.iter("*") if e.get("id")}
    out: list[str] = []
    right = bottom = 0.0
    for shape in root.iter(f"{BPMNDI}BPMNShape"):
        x, y, width, height = _bounds(shape.find(f"{DC}Bounds"))
        right, bottom = max(right, x + width), max(bottom, y + height)
        element = by_id[shape.get("bpmnElement")]
        out += _shape(element, shape, x, y, width, height)
    for edge in root.iter(f"{BPMNDI}BPMNEdge"):
        points = [(float(w.get("x")), float(w.get("y"))) for w in edge.iter(f"{DI}waypoint")]
        text = " ".join(f"{x},{y}" for x, y in points)
        out.append(f'<polyline points="{text}" fill="none" stroke="#134" stroke-width="1.6"/>')
        (ax, ay), (bx, by) = points[-2:]
        long = max(abs(bx - ax) + abs(by - ay), 1)
        dx, dy = 8 * (bx - ax) / long, 8 * (by - ay) / long
        out.append(
            f'<polygon points="{bx},{by} {bx - dx - dy / 2},{by - dy + dx / 2} '
            f'{bx - dx + dy / 2},{by - dy - dx / 2}" fill="#134"/>'
        )
        out += _caption(by_id[edge.get("bpmnElement")], edge, "#06c")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right + 60}" height="{bottom + 60}" '
        'font-family="Noto Sans CJK SC"><rect width="100%" height="100%" fill="white"/>'
        + "".join(out)
        + "</svg>"
    )


def _bounds(element):
    return [float(element.get(name)) for name in ("x", "y", "width", "height")]


def _shape(element, shape, x, y, width, height):
    kind = etree.QName(element).localname
    name = element.get("name", "")
    cx, cy = x + width / 2, y + height / 2
    if kind in ("lane", "participant"):
        yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="none" stroke="#678"/>'
        middle = 'text-anchor="middle"'
        turn = f'transform="rotate(-90 {x + 19} {cy})"'
        if shape.get("isHorizontal") == "true":
            yield f'<text x="{x + 19}" y="{cy}" font-size="12" {middle} {turn}>{name}</text>'
        else:
            yield f'<text x="{cx}" y="{y + 19}" font-size="12" {middle}>{name}</text>'
        return
    if kind.endswith("Gateway"):
        yield (
            f'<polygon points="{cx},{y} {x + width},{cy} {cx},{y + height} {x},{cy}" '
            'fill="#fff5d0" stroke="#345"/>'
        )
    elif kind.endswith("Event"):
        yield f'<circle cx="{cx}" cy="{cy}" r="{width / 2}" fill="#e2f3e2" stroke="#345"/>'
    else:
        fill = "none" if shape.get("isExpanded") == "true" else "#fff"
        yield (
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" '
            f'fill="{fill}" stroke="#345"/>'
        )
        per = max(int((width - 10) // 12), 1)
        lines = [name[i : i + per] for i in range(0, len(name), per)]
        top = y + 18 if fill == "none" else cy - 7 * (len(lines) - 1) + 4
        for i, line in enumerate(lines):
            yield (
                f'<text x="{cx}" y="{top + 14 * i}" font-size="12" '
                f'text-anchor="middle">{escape(line)}</text>'
            )
    yield from _caption(element, shape, "#222")


def _caption(element, shape, colour):
    bounds = shape.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
    if bounds is None:
        return
    x, y, width, height = _bounds(bounds)
    name = element.get("name", "")
    lines = max(round(height / 14), 1)
    per = -(-len(name) // lines)
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="none" stroke="#ddd"/>'
    for i in range(lines):
        yield (
            f'<text x="{x + width / 2}" y="{y + 11 + 14 * i}" font-size="11" fill="{colour}" '
            f'text-anchor="middle">{escape(name[i * per : (i + 1) * per])}</text>'
        )


def main(directory: Path, files: list[Path]) -> None:
    """Draw the files, laid out anew in both directions."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in files:
        for landscape in (True, False):
            drawn = lay_out(file.read_bytes(), landscape=landscape, replace=True)
            name = f"{file.stem}-{'landscape' if landscape else 'portrait'}.png"
            (directory / name).write_bytes(png(svg(drawn)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
