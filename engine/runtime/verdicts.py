"""Why an officer may not take the work items of a list: like ones are judged once."""

from sqlalchemy import RowMapping

from engine.model.office import Officer

from .errors import Refused
from .judging import Judge
from .statements import Row
from .todo import Listed


def step_of(item: RowMapping | Row) -> tuple[object, ...]:
    """What a judgement asks of a work item itself."""
    return tuple(item[name] for name in ("trail", "step_name", "duty", "post", "external"))


class Verdicts:
    """What a judge says about the work items of one list, for one officer.

    Two work items are alike where everything is the same that a judgement asks for: the
    step, the version of the procedure, what was done in the family and what it waits for.
    """

    def __init__(self, judge: Judge, officer: Officer) -> None:
        self._judge = judge
        self._officer = officer
        self._known: dict[tuple[object, ...], str] = {}
        #: Persons a judgement might turn on.
        self._names = {person.name for person in judge.roster.persons}
        self._cards = {person.id_card.upper() for person in judge.roster.persons} - {""}
        self._waives_cases = any(w.scope == "case" for w in judge.roster.waivers)

    def refusal(self, listed: Listed) -> str:
        """Why the officer may not take it; empty where he may."""
        key = self._key(listed)
        if key is None:
            return self._asked(listed)
        if key not in self._known:
            self._known[key] = self._asked(listed)
        return self._known[key]

    def _asked(self, listed: Listed) -> str:
        try:
            self._judge.assign(self._officer, *listed)
        except Refused as refused:
            return refused.message
        return ""

    def _key(self, listed: Listed) -> tuple[object, ...] | None:
        """What the judgement asks for; None where it turns on the case or its children."""
        item, case = listed
        family = self._judge.standing(case["root_id"])
        if (
            self._waives_cases
            or case["root_id"] != case["id"]
            or family is None
            or family.elsewhere
            or case["name"] in self._names
            or case["id_card"].upper() in self._cards
            or self._judge.versions.program(self._judge.connection, case["bundle"]).opens_children
            or any(deed.case_id != case["id"] for deed in family.deeds)
        ):
            return None
        done = tuple((d.officer, d.trail, d.name, d.duty, d.post) for d in family.deeds)
        return (case["bundle"], case["item_code"], *step_of(item), done, family.awaited)
