"""Charts of all shipped items, each composed once."""

from collections.abc import Callable
from functools import cache

import pytest

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.publish.chart import Chart
from engine.publish.edition import Edition
from engine.publish.paper import PAPERS
from engine.publish.press import editions
from engine.publish.render import Sheet

from .inspection import Inspection

LIBRARY = Library.load()
CODES = [p.item.code for p in LIBRARY.items() if p.item]
ADDRESS = "https://qingdan.example.gov.cn"


@cache
def _editions(address: str) -> dict[str, Edition]:
    found = editions(LIBRARY, load_controls(), office="示范镇财政所", address=address)
    return {edition.item.code: edition for edition in found}


@cache
def _chart(code: str, paper: str, address: str) -> Chart:
    return Chart(_editions(address)[code], PAPERS[paper])


@cache
def _sheet(code: str, paper: str, address: str) -> Sheet:
    return _chart(code, paper, address).sheet()


@cache
def _inspection(code: str, paper: str) -> Inspection:
    return Inspection(_sheet(code, paper, "").svg)


@pytest.fixture(scope="session")
def edition_of() -> Callable[[str], Edition]:
    return lambda code: _editions("")[code]


@pytest.fixture(scope="session")
def sheet_of() -> Callable[..., Sheet]:
    return lambda code, paper="A2", address="": _sheet(code, paper, address)


@pytest.fixture(scope="session")
def inspection_of() -> Callable[[str, str], Inspection]:
    return _inspection


@pytest.fixture(scope="session")
def chart_of() -> Callable[[str, str], Chart]:
    return lambda code, paper: _chart(code, paper, "")
