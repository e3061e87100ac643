"""Who may take a step of a case: appointments, recusal, conflicting duties.

Pure judgement over facts; the caller reads them from the store and journals
the outcome. Recording what an outside party did leaves no trace for conflicts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.model.case import Applicant
from engine.model.controls import Controls
from engine.model.office import Officer, Roster, Waiver
from engine.model.procedure import StepGroup
from engine.model.wording import say
from engine.verify.causes import node_at

from .errors import Refused
from .program import Program


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """The step somebody wants to take."""

    case_id: str
    #: Path from the root of the family.
    trail: str
    name: str
    duty: str
    #: Canonical post that may take it; empty lets any post of the office record it.
    post: str
    external: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """A step somebody took in the same family of cases; claiming counts."""

    officer: str
    case_id: str
    trail: str
    name: str
    duty: str
    post: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bond:
    """Steps that the same officers do (``qd:bind``)."""

    #: Paths from the root of the program.
    steps: tuple[str, ...]
    #: How many persons each of them wants.
    persons: tuple[int, ...]
    reason: str

    def exceeds(self, step: str, team_of: Mapping[str, set[str]]) -> str | None:
        """A step whose officers and those of ``step`` are more than either wants, or None.

        Then they are not the same, nor those of the one among those of the other.
        """
        wants = dict(zip(self.steps, self.persons, strict=True))
        for other, persons in wants.items():
            together = team_of[step] | team_of.get(other, set())
            if len(together) > max(wants[step], persons):
                return other
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """What is known of the family of cases a step belongs to."""

    applicant: Applicant
    deeds: tuple[Deed, ...]
    #: Cases above and below this one, itself included: ``qd:bind`` holds among them.
    lineage: frozenset[str]
    separations: tuple[StepGroup, ...]
    bindings: tuple[Bond, ...]
    #: Code of the item, for waivers limited to one.
    item: str = ""
    #: Number of the case at the top, for waivers limited to one: they hold in all below it.
    root_id: str = ""
    #: Deeds in other families of cases about the same business objects.
    elsewhere: tuple[Deed, ...] = ()


_Groups = tuple[tuple[StepGroup, ...], tuple[Bond, ...]]


def groups(program: Program) -> _Groups:
    """``qd:separate`` and ``qd:bind`` of a program, their steps as paths from its root."""
    return program.once(_groups)


def _groups(program: Program) -> _Groups:
    separations: list[StepGroup] = []
    bindings: list[Bond] = []
    open_calls = [("", program.procedure.id, frozenset[str]())]
    while open_calls:
        prefix, process, above = open_calls.pop()
        procedure = program.procedures.get(process)
        if procedure is None or process in above:
            continue
        for group in procedure.separations:
            steps = tuple(prefix + step for step in group.steps)
            separations.append(replace(group, steps=steps))
        for group in procedure.bindings:
            steps = tuple(prefix + step for step in group.steps)
            persons = tuple(_persons(program, step) for step in steps)
            bindings.append(Bond(steps=steps, persons=persons, reason=group.reason))
        open_calls += [
            (f"{prefix}{node.id}/", node.called, above | {process})
            for node in procedure.nodes.values()
            if node.called
        ]
    return tuple(separations), tuple(bindings)


def _persons(program: Program, path: str) -> int:
    """How many persons a step wants; 1 where there is no such step (rule ``bad-group``)."""
    node = node_at(path, program.procedure, program.procedures)
    return node.step.persons if node is not None and node.step is not None else 1


def recusal(officer: Officer, applicant: Applicant) -> tuple[str, str] | None:
    """The rule that keeps the officer out of the applicant's case and the relation, or None.

    Id cards decide where both are known, else the names.
    """
    if not applicant.name and not applicant.id_card:
        return None
    if _same_person(officer.name, officer.id_card, applicant):
        return "own-case", ""
    for relative in officer.relatives:
        if _same_person(relative.name, relative.id_card, applicant):
            return "relative-applicant", relative.relation
    return None


def _same_person(name: str, id_card: str, applicant: Applicant) -> bool:
    if id_card and applicant.id_card:
        return id_card.upper() == applicant.id_card.upper()
    return bool(name) and name == applicant.name


def judge(
    officer: Officer,
    task: Task,
    family: Family,
    roster: Roster,
    controls: Controls,
    today: date,
) -> tuple[Waiver, ...]:
    """Let an officer take a step, or refuse it.

    Returns
    -------
    tuple of Waiver
        Waivers without which it would have been refused.

    Raises
    ------
    Refused
        With the rule and its source.
    """
    return _Judgement(officer, task, family, roster, controls, today).verdict()


def judge_steps(
    officer: Officer,
    task: Task,
    family: Family,
    roster: Roster,
    controls: Controls,
    today: date,
) -> None:
    """Judge an officer's step by ``qd:separate`` and ``qd:bind`` alone.

    Raises
    ------
    Refused
        With the rule and its source.
    """
    judgement = _Judgement(officer, task, family, roster, controls, today)
    judgement._bound_steps()
    for _ in judgement._separated_steps():
        pass


@dataclass(frozen=True, slots=True)
class _Judgement:
    officer: Officer
    task: Task
    family: Family
    roster: Roster
    controls: Controls
    today: date

    def verdict(self) -> tuple[Waiver, ...]:
        self._must_hold_post()
        self._must_not_be_bound()
        if self.task.external:
            return ()
        self._no_relative_acted()
        self._bound_steps()
        return tuple(dict.fromkeys((*self._separated_steps(), *self._duties())))

    def _refuse(self, rule: str, basis: str, **facts: object) -> Refused:
        message = say(
            f"run.refused.{rule}",
            officer=self.officer.name,
            step=self.task.name,
            rule=rule,
            basis=basis,
            **facts,
        )
        return Refused(rule, basis, message)

    def _must_hold_post(self) -> None:
        if self.officer.is_absent(self.today):
            raise self._refuse("absent", say("run.basis.appointment"))
        held = {self.controls.canonical(post) for post in self.officer.posts_on(self.today)}
        if self.task.post not in held and (self.task.post or not held):
            basis = say("run.basis.appointment")
            post = f"“{self.task.post}”" if self.task.post else say("run.any-post")
            raise self._refuse("post-not-held", basis, post=post)

    def _must_not_be_bound(self) -> None:
        bond = recusal(self.officer, self.family.applicant)
        if bond is not None:
            rule, relation = bond
            raise self._refuse(rule, say("run.basis.own-interest"), relation=relation)

    def _no_relative_acted(self) -> None:
        avoided = {
            other
            for avoidance in self.roster.relatives
            if self.officer.id in avoidance.officers
            for other in avoidance.officers
            if other != self.officer.id
        }
        for deed in self.family.deeds:
            if deed.officer in avoided:
                raise self._refuse(
                    "relatives-in-case",
                    say("run.basis.relatives"),
                    other=self.roster.name_of(deed.officer),
                    done=deed.name,
                )

    def _bound_steps(self) -> None:
        for group in self.family.bindings:
            if self.task.trail not in group.steps:
                continue
            done = [
                deed
                for deed in self.family.deeds
                if deed.trail in group.steps and deed.case_id in self.family.lineage
            ]
            team_of: dict[str, set[str]] = {self.task.trail: {self.officer.id}}
            for deed in done:
                team_of.setdefault(deed.trail, set()).add(deed.officer)
            broken = group.exceeds(self.task.trail, team_of)
            for deed in done:
                concerned = broken and deed.trail in (broken, self.task.trail)
                if concerned and deed.officer != self.officer.id:
                    raise self._refuse(
                        "bound-steps",
                        _design_basis(group),
                        other=self.roster.name_of(deed.officer),
                        done=deed.name,
                    )

    def _own_deeds(self) -> Iterator[Deed]:
        return (deed for deed in self.family.deeds if deed.officer == self.officer.id)

    def _separated_steps(self) -> Iterator[Waiver]:
        for group in self.family.separations:
            if self.task.trail not in group.steps:
                continue
            for deed in self._own_deeds():
                if deed.trail in group.steps and deed.trail != self.task.trail:
                    waiver = self._waiver(deed)
                    if waiver is None:
                        raise self._refuse("separated-steps", _design_basis(group), done=deed.name)
                    yield waiver

    def _duties(self) -> Iterator[Waiver]:
        elsewhere = (d for d in self.family.elsewhere if d.officer == self.officer.id)
        for deed in (*self._own_deeds(), *elsewhere):
            conflict = self.controls.between_duties(self.task.duty, deed.duty)
            if conflict is None or deed.trail == self.task.trail:
                continue
            waiver = None if conflict.statutory else self._waiver(deed)
            if waiver is None:
                raise self._refuse(
                    "object-conflict" if deed in self.family.elsewhere else "duty-conflict",
                    conflict.basis,
                    done=deed.name,
                    done_duty=self.controls.duties[deed.duty].name,
                    duty=self.controls.duties[self.task.duty].name,
                )
            yield waiver

    def _waiver(self, deed: Deed) -> Waiver | None:
        """A waiver in force between the two posts, duties or steps."""
        pairs = {
            frozenset((self.task.post, deed.post)),
            frozenset((self.task.duty, deed.duty)),
            frozenset((self.task.trail, deed.trail)),
        }
        for waiver in self.roster.waivers:
            named = frozenset(self.controls.canonical(name) for name in waiver.between)
            if (
                waiver.is_in_force(self.today)
                and waiver.covers(item=self.family.item, case=self.family.root_id)
                and named in pairs
                and len(named) == 2
            ):
                return waiver
        return None


def _design_basis(group: StepGroup | Bond) -> str:
    if not group.reason:
        return say("run.basis.no-reason")
    return say("run.basis.design", reason=group.reason)


def recused(officers: Iterable[Officer], applicant: Applicant) -> tuple[tuple[str, str], ...]:
    """Id of every officer who must keep out of a case for this applicant, and the rule."""
    bonds = ((officer.id, recusal(officer, applicant)) for officer in officers)
    return tuple((officer, bond[0]) for officer, bond in bonds if bond)
