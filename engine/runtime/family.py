"""What officers did in a family of cases: a case and all cases opened from it."""

from collections import Counter
from collections.abc import Iterator, Mapping

from .duties import Deed
from .statements import Wire

_DEEDS = (
    "SELECT officer, cosigners, case_id, trail, step_name, duty, post, count(*) FROM work_item "
    "WHERE office_id = ? AND root_id = ? AND officer IS NOT NULL AND NOT external "
    "GROUP BY officer, cosigners, case_id, trail, step_name, duty, post"
)
_NAMES = ("officer", "cosigners", "case_id", "trail", "step_name", "duty", "post")


def load_deeds(wire: Wire, office_id: str, root_id: str) -> Counter[Deed]:
    """What officers did or hold in a family of cases, each deed with its number."""
    found: Counter[Deed] = Counter()
    for *values, number in wire.run(_DEEDS, office_id, root_id).fetchall():
        row = dict(zip(_NAMES, values, strict=True))
        for deed in deeds_in({**row, "external": False}):
            found[deed] += number
    return found


def deeds_in(item: Mapping[str, object]) -> Iterator[Deed]:
    """What a work item tells of the officers who hold or did it; outside steps tell nothing."""
    if item["officer"] is None or item["external"]:
        return
    others = str(item["cosigners"] or "").split(",")
    for officer in (item["officer"], *filter(None, others)):
        yield Deed(
            officer=str(officer),
            case_id=str(item["case_id"]),
            trail=str(item["trail"]),
            name=str(item["step_name"]),
            duty=str(item["duty"]),
            post=str(item["post"]),
        )
