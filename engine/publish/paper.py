"""Papers and boards a chart is printed on."""

from dataclasses import dataclass

from engine.model.errors import QingdanError
from engine.model.wording import say


class UnknownPaper(QingdanError):
    """A paper we do not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A sheet, upright."""

    name: str
    width_mm: float
    height_mm: float

    @property
    def scale(self) -> float:
        """Size of everything on it relative to A2."""
        return self.width_mm / 420


PAPERS = {
    paper.name: paper
    for paper in (
        Paper(name="A3", width_mm=297, height_mm=420),
        Paper(name="A2", width_mm=420, height_mm=594),
        Paper(name="A1", width_mm=594, height_mm=841),
        Paper(name="A0", width_mm=841, height_mm=1189),
        Paper(name="600x900", width_mm=600, height_mm=900),
    )
}


def paper_named(name: str) -> Paper:
    """The paper of that name, in any case.

    Raises
    ------
    UnknownPaper
        There is none.
    """
    for paper in PAPERS.values():
        if paper.name.casefold() == name.strip().casefold():
            return paper
    raise UnknownPaper(say("publish.unknown-paper", name=name, known="、".join(PAPERS)))
