"""Random small items and rosters, and by brute force whether one can do the other.

The truth is told from steps, duties and posts alone: no seats, no solver, no behaviour.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import combinations
from operator import or_
from random import Random

from engine.bpmn.reader import read
from engine.model.controls import Controls, load_controls
from engine.model.office import Appointment, Avoidance, Officer, Relative, Roster, Waiver
from engine.model.procedure import Procedure, Step, StepGroup
from engine.verify import explore
from engine.verify.staffing.item import ItemProblem, item_problem, subject_of

from ..proof.test_proof_trees import model

CONTROLS: Controls = load_controls()
DAY = date(2026, 3, 2)
POSTS = ("所长", "总预算会计", "出纳会计", "资金监管")
DUTIES = ("accept", "examine", "approve", "pay", "record", "supervise", "deliver")
#: Most steps one run has, and most officers: what brute force can bear.
STEPS, OFFICERS = 5, 4


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An item, a roster, and the step sets of its maximal runs."""

    procedure: Procedure
    procedures: Mapping[str, Procedure]
    roster: Roster
    runs: frozenset[frozenset[str]]

    def item(self) -> ItemProblem:
        """The engine's view."""
        return item_problem(
            subject_of(
                self.procedure, self.procedures, roster=self.roster, controls=CONTROLS, day=DAY
            )
        )


def scene(random: Random, seed: int) -> Scene:
    """A random one; models with runs too long for brute force are drawn again."""
    while True:
        content, truth = model(seed)
        found = read(content, path="model.bpmn").procedures
        if max(map(len, truth.maximal), default=0) <= STEPS and truth.maximal:
            procedures = {p.id: _annotated(random, p) for p in found}
            first = procedures[found[0].id]
            steps = explore(first, procedures).steps
            first = replace(
                first, separations=_groups(random, steps, 0.4), bindings=_groups(random, steps, 0.2)
            )
            procedures[first.id] = first
            return Scene(
                procedure=first,
                procedures=procedures,
                roster=_roster(random, steps),
                runs=frozenset(truth.maximal),
            )
        seed += 1_000_003


def _annotated(random: Random, procedure: Procedure) -> Procedure:
    nodes = {}
    for name, node in procedure.nodes.items():
        if node.kind.is_task:
            step = Step(
                duty=random.choice(DUTIES),
                post=random.choice((*POSTS, *POSTS, *POSTS, "")),
                persons=random.choice((1, 1, 1, 2)),
                external=random.random() < 0.1,
            )
            node = replace(node, step=step)
        nodes[name] = node
    return replace(procedure, nodes=nodes)


def _groups(random: Random, steps: tuple[str, ...], chance: float) -> tuple[StepGroup, ...]:
    if len(steps) < 2 or random.random() > chance:
        return ()
    return (StepGroup(steps=tuple(random.sample(steps, 2)), reason="", line=1),)


def _roster(random: Random, steps: tuple[str, ...]) -> Roster:
    officers = tuple(
        Officer(
            id=f"o{number}",
            name=f"甲{number}",
            appointments=tuple(Appointment(post=post) for post in POSTS if random.random() < 0.6),
        )
        for number in range(random.randint(1, OFFICERS))
    )
    ids = [officer.id for officer in officers]
    avoidances = ()
    if len(ids) > 1 and random.random() < 0.3:
        one, other = random.sample(officers, 2)
        if random.random() < 0.5:
            avoidances = (Avoidance(officers=(one.id, other.id)),)
        else:
            declared = replace(one, relatives=(Relative(name=other.name, relation="兄弟"),))
            officers = tuple(declared if each is one else each for each in officers)
    pairs = [random.sample(names, 2) for names in (POSTS, DUTIES, steps) if len(names) > 1]
    waivers = tuple(
        Waiver(
            id="+".join(pair),
            between=frozenset(pair),
            scope="office",
            approved_by="",
            reason="",
            control="",
            until=random.choice((DAY, date(2020, 1, 1))),
        )
        for pair in pairs
        if random.random() < 0.3
    )
    return Roster(office="", officers=officers, avoidances=avoidances, waivers=waivers)


class Brute:
    """The truth about one scene."""

    def __init__(self, found: Scene) -> None:
        self.scene = found
        self.steps: dict[str, tuple[Step, str]] = dict(self._steps(found.procedure, ""))
        #: Conflicts that have been looked up.
        self._known: dict[tuple[str, str], bool] = {}

    def _steps(self, procedure: Procedure, prefix: str) -> Iterator[tuple[str, tuple[Step, str]]]:
        for node in procedure.nodes.values():
            if node.kind.is_task and node.step and not node.step.external:
                yield prefix + node.id, (node.step, node.step.post)
            if node.called:
                yield from self._steps(self.scene.procedures[node.called], f"{prefix}{node.id}/")

    def can(self, absent: frozenset[str]) -> bool:
        """Whether every run can be done without these officers."""
        there = [o for o in self.scene.roster.officers if o.id not in absent]
        return all(self._can_run(run, there) for run in self.scene.runs)

    def _can_run(self, run: frozenset[str], officers: list[Officer]) -> bool:
        """Whether the steps of a run have teams; a team is a mask of officers."""
        steps = sorted(run & self.steps.keys())
        teams = [list(self._teams(step, officers)) for step in steps]
        bit = {officer.id: 1 << place for place, officer in enumerate(officers)}
        avoided = [
            sum(bit[officer] for officer in pair)
            for pair in self._related()
            if bit.keys() >= set(pair)
        ]
        return self._places(steps, teams, avoided, [])

    def _related(self) -> Iterator[tuple[str, str]]:
        """Officers who must not both act: entered as such, or one named the other."""
        roster = self.scene.roster
        yield from (pair.officers for pair in roster.avoidances)
        named = [(one.id, r.name) for one in roster.officers for r in one.relatives]
        for one, name in named:
            yield from ((one, other.id) for other in roster.officers if other.name == name)

    def _places(
        self, steps: list[str], teams: list[list[int]], avoided: list[int], chosen: list[int]
    ) -> bool:
        """Whether the steps that have no team yet can have one, whatever came before."""
        if len(chosen) == len(steps):
            return True
        step, used = steps[len(chosen)], reduce(or_, chosen, 0)
        for team in teams[len(chosen)]:
            if any(pair & (used | team) == pair for pair in avoided):
                continue
            if all(
                self._agree(steps[place], other, step, team) for place, other in enumerate(chosen)
            ) and self._places(steps, teams, avoided, [*chosen, team]):
                return True
        return False

    def _teams(self, step: str, officers: list[Officer]) -> Iterator[int]:
        annotation, post = self.steps[step]
        able = [
            1 << place
            for place, officer in enumerate(officers)
            if officer.appointments and (not post or post in officer.posts_on(DAY))
        ]
        return map(sum, combinations(able, annotation.persons))

    def _agree(self, one: str, team: int, other: str, also: int) -> bool:
        """Whether two steps may have these teams in one run."""
        if team & also and self._apart(one, other):
            return False
        is_bound = any({one, other} <= set(g.steps) for g in self.scene.procedure.bindings)
        return not is_bound or team & also in (team, also)

    def _apart(self, one: str, other: str) -> bool:
        if (one, other) not in self._known:
            self._known[one, other] = self._conflict(one, other)
        return self._known[one, other]

    def _conflict(self, one: str, other: str) -> bool:
        (first, post), (second, other_post) = self.steps[one], self.steps[other]
        conflict = CONTROLS.between_duties(first.duty, second.duty)
        if conflict is not None and conflict.statutory:
            return True
        separated = any(
            {one, other} <= set(group.steps) for group in self.scene.procedure.separations
        )
        names = ({post, other_post}, {first.duty, second.duty}, {one, other})
        waived = any(
            waiver.until >= DAY and set(waiver.between) in names
            for waiver in self.scene.roster.waivers
        )
        return (conflict is not None or separated) and not waived

    def stopping(self) -> set[frozenset[str]]:
        """Minimal sets of absent officers that stop the item."""
        ids = [officer.id for officer in self.scene.roster.officers]
        found: set[frozenset[str]] = set()
        for size in range(len(ids) + 1):
            for chosen in map(frozenset, combinations(ids, size)):
                if not any(less <= chosen for less in found) and not self.can(chosen):
                    found.add(chosen)
        return found
