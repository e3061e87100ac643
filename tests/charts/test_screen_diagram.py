"""The flow picture of the case page: states by shape and word, nothing a strict CSP blocks."""

import re
import xml.etree.ElementTree as ET

import pytest

from engine.publish import diagram

from .conftest import LIBRARY
from .inspection import box_of, inside, text_of

NS = "{http://www.w3.org/2000/svg}"
procedures = pytest.mark.parametrize("procedure", LIBRARY.procedures.values(), ids=lambda p: p.id)


def _progress(procedure):
    steps = [n.id for n in procedure.nodes.values() if n.kind.is_activity]
    return {**dict.fromkeys(steps[:2], diagram.DONE), steps[2 % len(steps)]: diagram.CURRENT}


def _groups(svg: str, name: str) -> list[ET.Element]:
    return [g for g in ET.fromstring(svg).iter(f"{NS}g") if g.get("class") == name]


@procedures
def test_states_are_told_by_word_and_shape(procedure):
    progress = _progress(procedure)
    svg = diagram.svg(procedure, progress, LIBRARY)
    done, current = _groups(svg, "node done"), _groups(svg, "node current")
    assert len(done) == list(progress.values()).count("done")
    assert len(current) == list(progress.values()).count("current")
    for group in done:
        assert "已办" in [t.text for t in group.iter(f"{NS}text")]
        assert len(list(group.iter(f"{NS}path"))) >= 1
    for group in current:
        assert "当前" in [t.text for t in group.iter(f"{NS}text")]
        assert len(list(group.iter(f"{NS}rect"))) == 3


@procedures
def test_nothing_a_strict_content_policy_blocks(procedure):
    svg = diagram.svg(procedure, _progress(procedure), LIBRARY)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|href=|url\(", svg)


@procedures
def test_it_fits_a_telephone(procedure):
    root = ET.fromstring(diagram.svg(procedure))
    _, _, width, _ = map(float, root.get("viewBox", "").split())
    smallest = min(float(t.get("font-size", "0")) for t in root.iter(f"{NS}text"))
    assert smallest * min(1, 360 / width) >= 8.5


@procedures
def test_it_describes_itself(procedure):
    root = ET.fromstring(diagram.svg(procedure, _progress(procedure), LIBRARY))
    assert root.get("role") == "img"
    ids = {element.get("id"): element.text for element in root if element.get("id")}
    title, desc = (ids[name] for name in root.get("aria-labelledby", "").split())
    assert procedure.title in (title or "")
    assert "当前：" in (desc or "")


@procedures
def test_names_stay_in_their_boxes(procedure):
    for group in _groups(diagram.svg(procedure), "node"):
        shape = next(box for child in group if (box := box_of(child)))
        for text in group.iter(f"{NS}text"):
            assert inside(text_of(text).box, shape, slack=0.5)


def test_without_progress_no_state_is_claimed():
    svg = diagram.svg(next(iter(LIBRARY.procedures.values())))
    assert "已办" not in svg
    assert "当前" not in svg


def test_a_call_without_a_name_shows_what_it_calls():
    from dataclasses import replace

    procedure = LIBRARY.find("subsidy_card")
    call = next(node for node in procedure.nodes.values() if node.called)
    nameless = replace(procedure, nodes={**procedure.nodes, call.id: replace(call, name="")})
    called = LIBRARY.procedures[call.called or ""].title
    words = [t.text for t in ET.fromstring(diagram.svg(nameless, {}, LIBRARY)).iter(f"{NS}text")]
    assert called in "".join(filter(None, words))
