"""The office of the case tests, and items with a clock of every kind."""

from datetime import date, datetime

from engine.runtime.deadlines.timekeeping import Timekeeping
from engine.store import CHINA

from ..cases.conftest import clock, desk, office, published, reopened, roster, store
from ..cases.drawings import line, process

__all__ = ["clock", "desk", "office", "published", "reopened", "roster", "store"]

_ITEM = (
    '<qd:item code="T-1" lists="service" category="{category}" body="财政所" version="1" '
    'effectiveFrom="2026-01-01" limitNote="公示期不计入" {limits}/>{basis}'
)
_CITES = '<qd:legalBasis statute="{statute}" version="{version}" article="{article}"/>'
INFORMATION = _CITES.format(statute="政府信息公开条例", version="2019-04-03", article="33")
PETITION = _CITES.format(statute="信访工作条例", version="2022-02-25", article="34")


def item(
    *steps: str,
    category: str = "公共服务",
    promised: int = 0,
    statutory: int = 0,
    basis: str = "",
    flows: str = "",
) -> bytes:
    """An item with its steps in a row, unless ``flows`` joins them otherwise."""
    limits = ""
    if promised:
        limits += f'promised="{promised}" promisedUnit="working-day" '
    if statutory:
        limits += f'statutory="{statutory}" statutoryUnit="working-day"'
    extensions = _ITEM.format(category=category, limits=limits, basis=basis)
    ids = [text.split('id="', 1)[1].split('"', 1)[0] for text in steps]
    return process("T", *steps, flows or line("start", *ids, "end"), extensions=extensions)


def at(text: str) -> datetime:
    """Ten in the morning of a day."""
    return datetime.fromisoformat(f"{text}T10:00:00").replace(tzinfo=CHINA)


def last(office: Timekeeping, case_id: str, kind: str) -> date | None:
    """The last day of a case's limit."""
    found = office.case_clock(case_id)
    assert found is not None
    (deadline,) = [d for d in found.deadlines if d.kind == kind and not d.work_item_id]
    return deadline.last
