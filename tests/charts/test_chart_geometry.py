"""What a reader must never see on a chart: overlaps, lines through boxes, words outside."""

from itertools import pairwise

import pytest

from engine.bpmn.layout.drawing import Box

from .conftest import CODES
from .inspection import (
    Inspection,
    inside,
    inside_diamond,
    overlaps,
    segment_box,
    shared_length,
    shrunk,
)

BOTH = [(code, paper) for paper in ("A2", "600x900") for code in CODES]
SLICE = [(CODES[0], "A3"), (CODES[-1], "A0")]
#: Bends and crossings allowed in all charts of one paper together, per flow drawn.
BENDS_PER_FLOW = 1.3
CROSSINGS_PER_CHART = 3

charts = pytest.mark.parametrize(("code", "paper"), [*BOTH, *SLICE])


def _segments(picture):
    for edge in picture.drawing.edges:
        for segment in pairwise(edge.points):
            yield edge, segment


@charts
def test_boxes_do_not_overlap(code, paper, inspection_of):
    assert overlaps(list(inspection_of(code, paper).nodes.items())) == []


@charts
def test_marks_and_labels_do_not_overlap(code, paper, inspection_of):
    seen = inspection_of(code, paper)
    kinds = ("disc", "risk", "label")
    marks = [(f"{k} {i}", box) for k in kinds for i, box in enumerate(seen.marks(k))]
    assert overlaps(marks) == []


@charts
def test_labels_stay_clear_of_boxes(code, paper, inspection_of):
    seen = inspection_of(code, paper)
    hits = [
        (name, label)
        for label in seen.marks("label")
        for name, box in seen.nodes.items()
        if name not in seen.diamonds and label.overlaps(box, -0.1)
    ]
    assert hits == []


@charts
def test_marks_touch_their_own_box_only(code, paper, inspection_of):
    seen = inspection_of(code, paper)
    for kind in ("disc", "risk"):
        for mark in seen.marks(kind):
            touched = [name for name, box in seen.nodes.items() if mark.overlaps(box, -0.1)]
            assert len(touched) == 1


@charts
def test_no_flow_runs_through_a_foreign_box(code, paper, chart_of):
    chart = chart_of(code, paper)
    flows, shapes = chart.edition.procedure.flows, chart.picture.drawing.shapes
    hits = [
        (edge.flow, name)
        for edge, segment in _segments(chart.picture)
        for name, box in shapes.items()
        if name not in (flows[edge.flow].source, flows[edge.flow].target)
        and segment_box(segment).overlaps(box, -0.2)
    ]
    assert hits == []


@charts
def test_flows_to_different_targets_never_share_a_line(code, paper, chart_of):
    chart = chart_of(code, paper)
    flows = chart.edition.procedure.flows
    pieces = list(_segments(chart.picture))
    shared = [
        (edge.flow, other.flow)
        for i, (edge, one) in enumerate(pieces)
        for other, two in pieces[i + 1 :]
        if flows[edge.flow].target != flows[other.flow].target and shared_length(one, two) > 0.5
    ]
    assert shared == []


@charts
def test_names_stay_inside_their_shapes(code, paper, inspection_of):
    seen = inspection_of(code, paper)
    for name, lines in seen.names().items():
        for line in lines:
            fits = inside_diamond if name in seen.diamonds else inside
            assert fits(line.box, seen.nodes[name]), line.words


@charts
def test_no_two_texts_overlap_and_none_leaves_the_page(code, paper, inspection_of):
    seen = inspection_of(code, paper)
    assert [t.words for t in seen.texts if not inside(t.box, shrunk(seen.page, 2))] == []
    assert overlaps([(t.words, t.box) for t in seen.texts]) == []


@charts
def test_time_limits_stay_clear_of_the_marks_beside_them(code, paper, inspection_of):
    seen = inspection_of(code, paper)
    limits = list(_limits(seen))
    marks = [*seen.marks("disc"), *seen.marks("risk")]
    hits = [text.words for text in limits for mark in marks if text.box.overlaps(mark, -0.3)]
    assert hits == []


def _limits(seen: Inspection):
    nodes = [box for name, box in seen.nodes.items() if name not in seen.diamonds]
    for text in seen.texts:
        high = any(inside(text.box, b) and text.box.bottom < b.center[1] for b in nodes)
        if high and any(word in text.words for word in ("日", "即时", "按月")):
            yield text


@pytest.mark.parametrize("paper", ["A2", "600x900"])
def test_bends_and_crossings_stay_within_the_budget(paper, chart_of):
    bends = flows = crossings = 0
    for code in CODES:
        picture = chart_of(code, paper).picture
        flows += len(picture.drawing.edges)
        bends += sum(len(edge.points) - 2 for edge in picture.drawing.edges)
        pieces = list(_segments(picture))
        crossings += sum(
            _cross(one, two)
            for i, (edge, one) in enumerate(pieces)
            for other, two in pieces[i + 1 :]
            if edge is not other
        )
    assert bends <= BENDS_PER_FLOW * flows
    assert crossings <= CROSSINGS_PER_CHART * len(CODES)


def _cross(one, two) -> bool:
    first, second = segment_box(one), segment_box(two)
    if (first.width < 1e-6) == (second.width < 1e-6):
        return False
    upright, level = (first, second) if first.width < 1e-6 else (second, first)
    return (
        level.x + 0.1 < upright.x < level.right - 0.1
        and upright.y + 0.1 < level.y < upright.bottom - 0.1
    )


def test_an_overlap_is_noticed():
    box = Box(x=0, y=0, width=10, height=5)
    apart = Box(x=10.05, y=0, width=10, height=5)
    onto = Box(x=9, y=4, width=10, height=5)
    assert overlaps([("box", box), ("apart", apart), ("onto", onto)]) == [
        ("box", "onto"),
        ("apart", "onto"),
    ]


def test_a_word_beyond_a_diamond_is_noticed():
    diamond = Box(x=0, y=0, width=40, height=20)
    assert inside_diamond(Box(x=10, y=8, width=20, height=4), diamond)
    assert not inside_diamond(Box(x=2, y=8, width=36, height=4), diamond)
