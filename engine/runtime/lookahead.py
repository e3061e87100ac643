"""What a claim does to the rest of a case: can every later step still find an officer.

Belongs here: telling :mod:`engine.verify.staffing.game` where a case stands, and its
answer in Chinese. Does not: the rules of the claim itself (:mod:`.duties`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import RowMapping, or_, select

from engine.model.case import Applicant, CaseState, WorkItemKind
from engine.model.controls import Controls
from engine.model.office import Officer, Roster, Waiver
from engine.model.wording import say
from engine.store import schema
from engine.verify.staffing import game
from engine.verify.staffing.game.seats import is_key
from engine.verify.staffing.item import ItemProblem, item_problem, subject_of

from .awaiting import Awaited, awaited_by
from .duties import Deed, Family, Task, judge, recusal
from .errors import Refused
from .family import deeds_in
from .kept import Kept
from .places import place
from .program import Program
from .statements import Wire

_case = schema.case_file
_subject = schema.subject

#: Stands in the trail of a side item behind that of its step.
BESIDE = "#"

#: A row of the store.
Facts = RowMapping | dict[str, Any]

#: Rosters and days whose games are kept; procedures played out, which cost more.
MOST_GAMES = 256
MOST_COURSES = 512
#: Rule of a refusal that only the rest of the case explains.
RULE = "leaves-nobody"
#: Most officers proposed instead.
MOST_OTHERS = 3


_games = Kept(MOST_GAMES)
_courses = Kept(MOST_COURSES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What is to be feared for the rest of a case; nothing where both are empty."""

    #: For the officer.
    warning: str = ""
    #: For the journal: steps only, no persons.
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """A family of cases, and who is there to finish it."""

    wire: Wire
    office_id: str
    program: Program
    controls: Controls
    roster: Roster
    today: date
    #: Case at the top of the family, and what was done in the family.
    root: Facts
    deeds: tuple[Deed, ...]
    #: What was done in other families about the same business objects.
    elsewhere: tuple[Deed, ...] = ()
    #: What the family waits for; None to look it up.
    awaited: Awaited | None = None

    def admit(self, officer: Officer, item: Facts, case: Facts) -> Forecast:
        """Let an officer take a step that the rules allow.

        Raises
        ------
        Refused
            The case could be staffed before, and could not afterwards.
        """
        if item["external"]:
            return Forecast()
        if BESIDE in item["trail"]:
            return self._admit_beside(officer, item, case)
        # Who is let take a step beyond the posts held can take this one and no other.
        beyond = not item["post"] and self._post_of(item["trail"]) != ""
        state = self._state(case, (officer.id, item["trail"]) if beyond else None)
        answer = game.may_claim(state, item["trail"], officer.id)
        if isinstance(answer, game.Yes):
            return self._forecast(answer)
        if answer.witness is None:
            return self._unknown()
        raise self._refusal(officer, item, state, answer.witness)

    def _admit_beside(self, officer: Officer, item: Facts, case: Facts) -> Forecast:
        """Let an officer do something beside a step, which bars the officer from others."""
        before = self._beside(officer, item, case)
        (deed,) = deeds_in({**item, "officer": officer.id, "cosigners": ""})
        after = replace(self, deeds=(*self.deeds, deed))._beside(officer, item, case)
        if after.witness is None:
            return self._forecast(after) if isinstance(after, game.Yes) else self._unknown()
        if before.witness is None:
            raise self._refusal(officer, item, self._state(case), after.witness)
        return self._forecast(game.Yes(doubt=game.Doubt.UNSTAFFABLE, witness=after.witness))

    def _beside(self, officer: Officer, item: Facts, case: Facts) -> game.Yes | game.No:
        """Whether the case can be finished, its step staying with whoever has it."""
        step, _, kind = item["trail"].partition(BESIDE)
        holder = next((deed.officer for deed in self.deeds if deed.trail == step), officer.id)
        # What is reviewed was taken by somebody without its post.
        state = self._state(case, (holder, step) if kind == WorkItemKind.REVIEW else None)
        if step in state.waiting:
            return game.may_claim(state, step, holder)
        return game.can_finish(state) if state.waiting else game.Yes()

    def _post_of(self, trail: str) -> str:
        return place(self.program, self.controls, trail).post

    def _state(self, case: Facts, beyond: tuple[str, str] | None = None) -> game.CaseState:
        """Where the case stands; ``beyond``: an officer and a step taken without its post."""
        played = self._game(beyond)
        return game.CaseState(
            game=played,
            waiting=self._waiting(played),
            deeds=tuple({(deed.officer, deed.trail) for deed in self.deeds}),
            recused=self._recused(case),
        )

    def _game(self, beyond: tuple[str, str] | None = None) -> game.Game:
        def make() -> game.Game:
            problem = self._problem()
            if beyond is not None:
                officer, step = beyond
                taken = {seat.id for seat in problem.seats.values() if seat.step == step}
                held = {**problem.authorised, officer: problem.authorised[officer] | taken}
                problem = replace(problem, authorised=held)
            library = self.program.procedures
            course = _courses.get(self.program, make=lambda: game.course_of(problem, library))
            return game.Game(problem, course)

        # Most waivers do not name a case: then all cases of an item share a game.
        named = [w for w in self.roster.waivers if w.scope == "case" and self._covers(w)]
        case = self.root["id"] if named else ""
        found: game.Game = _games.get(
            self.program, self.roster, self.controls, self.today, case, *(beyond or ()), make=make
        )
        return found

    def _covers(self, waiver: Waiver) -> bool:
        return waiver.covers(item=self.root["item_code"], case=self.root["id"])

    def _problem(self) -> ItemProblem:
        """The staffing problem with the posts by which claims are judged."""
        program, controls = self.program, self.controls
        subject = subject_of(
            program.procedure,
            program.procedures,
            roster=replace(
                self.roster,
                waivers=tuple(
                    replace(waiver, scope="office", reach="")
                    for waiver in self.roster.waivers
                    if self._covers(waiver)
                ),
            ),
            controls=controls,
            day=self.today,
        )
        problem = item_problem(subject)
        places = {seat.step: place(program, controls, seat.step) for seat in problem.seats.values()}
        seats = {id_: seat for id_, seat in problem.seats.items() if not places[seat.step].external}
        authorised = {}
        for officer in self.roster.officers:
            held = {controls.canonical(post) for post in officer.posts_on(self.today)}
            authorised[officer.id] = frozenset(
                id_
                for id_, seat in seats.items()
                if held and (not (post := places[seat.step].post) or post in held)
            )
        kept = tuple(r for r in problem.restrictions if seats.keys() >= set(r.seats))
        return replace(problem, seats=seats, authorised=authorised, restrictions=kept)

    def _waiting(self, played: game.Game) -> frozenset[str]:
        """Trails of steps, messages and timers that the family waits for."""
        with_alarms = bool(played.course.events)
        found = self.awaited
        if found is None:
            root = self.root["id"]
            asked = awaited_by(self.wire, self.office_id, [root], alarms=with_alarms)
            found = asked[root]
        return found.steps | found.alarms if with_alarms else found.steps

    def _recused(self, case: Facts) -> dict[str, frozenset[str]]:
        """Officers kept out, by the trail of the cases they are kept out of."""
        found: dict[str, set[str]] = {"": set(self._kin(self.root))}
        if case["id"] != self.root["id"] or self.program.opens_children:
            for row in self._kindred():
                found.setdefault(row["trail"], set()).update(self._kin(row))
            found.setdefault(case["trail"], set()).update(self._kin(case))
        for kept_out in found.values():
            kept_out.update(self._related())
        for officer, step in self._barred_elsewhere():
            prefix = max((key for key in found if is_key(key, step)), key=len)
            found.setdefault(step, set(found[prefix])).add(officer)
        return {key: frozenset(officers) for key, officers in found.items()}

    def _related(self) -> set[str]:
        """Officers who must not meet somebody who did something beside a step."""
        met = {deed.officer for deed in self.deeds if BESIDE in deed.trail}
        pairs = (set(avoidance.officers) for avoidance in self.roster.relatives)
        return {other for pair in pairs if pair & met for other in pair - met}

    def _barred_elsewhere(self) -> Iterable[tuple[str, str]]:
        """Officers and the steps that deeds elsewhere bar them from.

        Elsewhere: in other cases on the same object, or beside the steps of this family.
        """
        beside = (deed for deed in self.deeds if BESIDE in deed.trail)
        bars = (*self.elsewhere, *beside)
        family = Family(
            applicant=Applicant(name=""),
            deeds=(),
            lineage=frozenset(),
            separations=(),
            bindings=(),
            item=self.root["item_code"],
            root_id=self.root["id"],
            elsewhere=bars,
        )
        course = self._game().course
        for officer in filter(None, map(self.roster.officer, {d.officer for d in bars})):
            for step in filter(course.is_inside, course.steps):
                asked = place(self.program, self.controls, step)
                task = Task(
                    case_id=self.root["id"],
                    trail=step,
                    name=asked.name,
                    duty=asked.duty,
                    post=asked.post,
                    external=False,
                )
                try:
                    judge(officer, task, family, self.roster, self.controls, self.today)
                except Refused as refused:
                    if refused.rule == "object-conflict":
                        yield officer.id, step

    def _kin(self, case: Facts) -> Iterable[str]:
        who = Applicant(name=case["name"], id_card=case["id_card"])
        return (o.id for o in self.roster.officers if recusal(o, who) is not None)

    def _kindred(self) -> Iterable[Facts]:
        """The open child cases of the family whose applicant may be kin of an officer."""
        names = {person.name for person in self.roster.persons}
        written = {person.id_card for person in self.roster.persons}
        cards = written | {card.upper() for card in written}
        query = (
            select(_case.c.trail, _subject.c.name, _subject.c.id_card)
            .join_from(_case, _subject)
            .where(
                _case.c.office_id == self.office_id,
                _case.c.root_id == self.root["id"],
                _case.c.id != self.root["id"],
                _case.c.state == CaseState.OPEN.value,
                or_(_subject.c.name.in_(names - {""}), _subject.c.id_card.in_(cards - {""})),
            )
            .distinct()
        )
        return [dict(row) for row in self.wire.connection.execute(query).mappings()]

    def _forecast(self, answer: game.Yes) -> Forecast:
        if answer.doubt is game.Doubt.UNKNOWN:
            return self._unknown()
        if answer.witness is None:
            return Forecast()
        return Forecast(
            warning=say("lookahead.warning.unstaffable", trouble=self._trouble(answer.witness)),
            note=say("lookahead.note.escalated", steps=self._labels(answer.witness)),
        )

    def _unknown(self) -> Forecast:
        return Forecast(
            warning=say("lookahead.warning.unknown"), note=say("lookahead.note.unknown")
        )

    def _labels(self, witness: game.Witness) -> str:
        return "”“".join(map(self._label, witness.steps))

    def _refusal(
        self,
        officer: Officer,
        item: Facts,
        state: game.CaseState,
        witness: game.Witness,
    ) -> Refused:
        sources = (*witness.bases, *(exclusion.basis for exclusion in witness.excluded))
        if self._avoid(witness):
            sources = (*sources, say("run.basis.relatives"))
        basis = "；".join(dict.fromkeys(filter(None, sources))) or say("lookahead.basis")
        others = [
            other.name
            for other in self.roster.officers
            if other.id != officer.id
            and BESIDE not in item["trail"]
            and game.may_claim(state, item["trail"], other.id) == game.Yes()
        ]
        remedy = say("lookahead.nobody-else")
        if others:
            remedy = say("lookahead.others", officers="、".join(others[:MOST_OTHERS]))
        fault = say(
            "lookahead.refused",
            officer=officer.name,
            step=item["step_name"],
            trouble=self._trouble(witness),
            rule=RULE,
            basis=basis,
        )
        return Refused(RULE, basis, fault, remedy)

    def _trouble(self, witness: game.Witness) -> str:
        """Which steps nobody could take, on which branch, and why."""
        steps = self._labels(witness)
        ways = "、".join(dict.fromkeys(self._ways(witness.run)))
        branch = say("lookahead.branch", ways=ways) if ways else ""
        if not witness.run and len(witness.steps) > 1:
            branch = say("lookahead.branches")
        if not witness.remaining:
            reasons = "；".join(map(self._reason, witness.excluded)) or say("lookahead.no-holder")
            return branch + say("lookahead.nobody", steps=steps, reasons=reasons)
        officers = "、".join(map(self.roster.name_of, witness.remaining))
        key = "kin" if self._avoid(witness) else "too-few"
        return branch + say(f"lookahead.{key}", steps=steps, officers=officers)

    def _avoid(self, witness: game.Witness) -> bool:
        """Whether officers who are left must not act in one case."""
        return any(set(pair.officers) <= set(witness.remaining) for pair in self.roster.relatives)

    def _reason(self, exclusion: game.Exclusion) -> str:
        return say(
            f"lookahead.excluded.{exclusion.why}",
            officer=self.roster.name_of(exclusion.officer),
            step=self._label(exclusion.step) if exclusion.step else "",
            other=self.roster.name_of(exclusion.other) if exclusion.other else "",
        )

    def _label(self, path: str) -> str:
        return self.program.chain(path)[-1][1].label

    def _ways(self, run: tuple[str, ...]) -> Iterable[str]:
        """Names of the flows that lead out of the gateways on a way."""
        for here, there in pairwise(run):
            procedure, node = self.program.chain(here)[-1]
            if node.kind.is_gateway and len(node.outgoing) > 1:
                for flow in map(procedure.flows.__getitem__, node.outgoing):
                    if flow.target == there.rpartition("/")[2] and flow.name:
                        yield flow.name
