"""Drawings of the shipped procedures: nothing overlaps, nothing is touched that should not be."""

import pytest

from engine.bpmn.layout import arrange
from engine.bpmn.library import Library

from .measure import CHART, measure

PROCEDURES = Library.load().procedures


@pytest.mark.parametrize("landscape", [False, True], ids=["portrait", "landscape"])
@pytest.mark.parametrize("process", sorted(PROCEDURES))
def test_shipped_procedure_is_drawn_without_fault(process, landscape):
    procedure = PROCEDURES[process]
    drawing = arrange(procedure, CHART[landscape], landscape=landscape)
    assert measure(procedure, drawing, CHART[landscape]).faults == []
    assert drawing == arrange(procedure, CHART[landscape], landscape=landscape)
