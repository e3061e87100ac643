"""Drawings: nothing overlaps, nothing is touched that should not be, beauty within a budget."""

import os
from dataclasses import replace
from random import Random

import pytest

from engine.bpmn.layout import arrange
from engine.bpmn.library import Library

from .invention import invent
from .measure import CHART, measure

PROCEDURES = Library.load().procedures
#: (crossings, bends) allowed in portrait and in landscape; others: none and one bend an edge.
BUDGET = {
    "note_issue": (0, 12),
    "policy_consultation": (0, 10),
    "subsidy_card": (0, 12),
    "treasury_payment": (1, 14),
}
ALL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(300 if ALL else 12)


@pytest.mark.parametrize("landscape", [False, True], ids=["portrait", "landscape"])
@pytest.mark.parametrize("process", sorted(PROCEDURES))
def test_shipped_procedure_is_drawn_without_fault_and_within_budget(process, landscape):
    procedure = PROCEDURES[process]
    drawing = arrange(procedure, CHART[landscape], landscape=landscape)
    found = measure(procedure, drawing, CHART[landscape])
    crossings, bends = BUDGET.get(process, (0, len(procedure.flows)))
    assert found.faults == []
    assert found.crossings <= crossings
    assert found.bends <= bends
    assert {edge.flow for edge in drawing.edges} == {
        flow.id for flow in procedure.flows.values() if flow.source in drawing.shapes
    }


@pytest.mark.parametrize("process", sorted(PROCEDURES))
def test_a_second_drawing_is_the_same(process):
    procedure = PROCEDURES[process]
    assert arrange(procedure, CHART[False]) == arrange(procedure, CHART[False])


@pytest.mark.prove
@pytest.mark.parametrize("seed", SEEDS)
def test_random_procedure_is_drawn_without_fault(seed):
    procedure = invent(seed)
    if len(procedure.nodes) > 25 and not ALL:
        procedure = invent(seed, 5)
    for landscape in (False, True):
        drawing = arrange(procedure, CHART[landscape], landscape=landscape)
        found = measure(procedure, drawing, CHART[landscape])
        faults = [fault for fault in found.faults if not fault.endswith("?")]
        assert faults == [], f"seed {seed}"


def test_labels_of_shipped_procedures_hold_their_names():
    for procedure in PROCEDURES.values():
        sizes = CHART[False]
        for edge in arrange(procedure, sizes).edges:
            name = procedure.flows[edge.flow].name
            assert "".join(edge.lines) == name
            assert (edge.label is None) == (name == "")
            for line in edge.lines:
                assert edge.label.width >= 0.55 * sizes.label_character * len(line)


def test_bands_given_by_the_caller_replace_the_lanes():
    procedure = PROCEDURES["subsidy_card"]
    top = [n for n in procedure.nodes.values() if n.scope is None and n.lane]
    band_of = {n.id: "村里" if n.lane == "村民委员会" else "所里" for n in top}
    drawing = arrange(procedure, CHART[False], bands=["所里", "村里"], band_of=band_of)
    assert [band.name for band in drawing.bands] == ["所里", "村里"]
    by_name = {band.name: band.box for band in drawing.bands}
    for node, name in band_of.items():
        box, lane = drawing.shapes[node], by_name[name]
        assert lane.x <= box.x
        assert box.right <= lane.right


def test_rows_move_together_to_keep_a_height():
    procedure = PROCEDURES["subsidy_card"]
    loose = replace(CHART[False], row_pitch=60)
    free = arrange(procedure, loose)
    kept = arrange(procedure, loose, max_height=free.height * 0.8)
    assert kept.height <= free.height * 0.8
    assert measure(procedure, kept, loose).faults == []


def test_a_procedure_without_lanes_has_no_bands():
    procedure = replace(PROCEDURES["public_notice"], lanes=())
    nodes = {i: replace(n, lane="") for i, n in procedure.nodes.items()}
    procedure = replace(procedure, nodes=nodes)
    drawing = arrange(procedure, CHART[False])
    assert drawing.bands == ()
    assert measure(procedure, drawing, CHART[False]).faults == []


def test_a_procedure_of_a_thousand_steps_is_drawn():
    seed = 7
    procedure = invent(seed, 1000)
    drawing = arrange(procedure, CHART[False])
    top = [n for n in procedure.nodes.values() if n.scope is None]
    assert set(drawing.shapes) == {n.id for n in top}, f"seed {seed}"


@pytest.mark.parametrize("fault", ["overlap", "shared line", "through", "border"])
def test_the_measure_finds_a_planted_fault(fault):
    procedure = PROCEDURES["subsidy_card"]
    drawing = arrange(procedure, CHART[False])
    shapes, edges = dict(drawing.shapes), list(drawing.edges)
    random = Random(1)
    names = sorted(shapes)
    if fault == "overlap":
        shapes[names[0]] = shapes[names[1]]
    elif fault == "shared line":
        one, other = (
            (
                e
                for e in edges
                if procedure.flows[e.flow].target in ("approve_list", "compile_list")
            ).__next__,
            edges[0],
        )
        edges[0] = replace(other, points=one().points)
    elif fault == "through":
        box = shapes[random.choice(names)]
        start = edges[3].points[0]
        edges[3] = replace(edges[3], points=(start, (box.center[0], start[1]), box.center))
    else:
        (x, y), *rest = edges[0].points
        edges[0] = replace(edges[0], points=((x, y - 1.0), *rest))
    broken = replace(drawing, shapes=shapes, edges=tuple(edges))
    assert measure(procedure, broken, CHART[False]).faults != []
