"""The graphs of incompatible posts and of calls."""

import re
from dataclasses import replace

import pytest

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.publish import relations
from engine.publish.graphs import call_graph, conflict_graph, graph_files
from engine.publish.relations import NoGraphviz, draw

from .conftest import LIBRARY
from .inspection import Inspection, box_of, inside, overlaps, text_of

CONTROLS = load_controls()
DAY = next(p.item.effective_from for p in LIBRARY.items() if p.item)


def test_all_thirteen_pairs_are_drawn_and_told_apart():
    picture = conflict_graph(CONTROLS)
    drawn = {frozenset(tie.ends): bool(tie.stroke.dashes) for tie in picture.ties}
    assert drawn == {c.posts: not c.statutory for c in CONTROLS.post_conflicts}
    assert len(drawn) == 13


def test_posts_without_conflict_are_shown():
    picture = conflict_graph(CONTROLS)
    posts = {name for name, post in CONTROLS.posts.items() if not post.external}
    words = {t.words for t in Inspection(draw(picture, "", DAY).svg).texts}
    assert posts <= words


@pytest.mark.parametrize("picture", [conflict_graph(CONTROLS), call_graph(LIBRARY)])
def test_boxes_hold_their_words(picture):
    seen = Inspection(draw(picture, "", DAY).svg)
    boxes = seen.marks("knot")
    assert len(boxes) == len(picture.knots)
    assert [b for b in boxes if not inside(b, seen.page)] == []
    for group in seen.groups("knot"):
        box = next(b for child in group if (b := box_of(child)))
        assert all(inside(text_of(t).box, box) for t in group if t.text)


@pytest.mark.parametrize("picture", [conflict_graph(CONTROLS), call_graph(LIBRARY)])
def test_tied_boxes_do_not_overlap(picture):
    tied = {end for tie in picture.ties for end in tie.ends}
    names = [knot.name for knot in picture.knots if knot.name in tied]
    boxes = Inspection(draw(picture, "", DAY).svg).marks("knot")
    assert overlaps(list(zip(names, boxes, strict=False))) == []


def test_every_call_is_drawn_once():
    picture = call_graph(LIBRARY)
    calls = {
        (procedure.id, node.called)
        for procedure in LIBRARY.procedures.values()
        for node in procedure.nodes.values()
        if node.called
    }
    assert {tie.ends for tie in picture.ties} == calls


def test_a_missing_callee_is_shown_as_missing():
    procedures = {n: p for n, p in LIBRARY.procedures.items() if n != "public_notice"}
    picture = call_graph(replace(LIBRARY, procedures=procedures))
    missing = [knot for knot in picture.knots if knot.name == "public_notice"]
    assert [knot.lines for knot in missing] == [("缺失的子流程", "public_notice")]


def test_a_library_without_calls_still_gives_a_graph(tmp_path):
    empty = Library.of(())
    assert len(list(graph_files(empty, CONTROLS, tmp_path, ("svg",)))) == 2


def test_graphs_are_the_same_every_time(tmp_path):
    first, second = (
        [path.read_bytes() for path in graph_files(LIBRARY, CONTROLS, tmp_path / run, ("pdf",))]
        for run in ("one", "two")
    )
    assert first == second


def test_without_graphviz_one_line_says_so(monkeypatch):
    monkeypatch.setattr(relations.shutil, "which", lambda *_, **__: None)
    with pytest.raises(NoGraphviz, match=re.escape("graphviz-pure")):
        draw(conflict_graph(CONTROLS), "", DAY)
