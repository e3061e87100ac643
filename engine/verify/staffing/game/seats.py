"""The office's side of the game: who may still take which step.

What deeds mean for the future is folded into one entry for each step: how many
officers it still needs, and which may be they. A step that has had its officers
needs none: they may always be asked again.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import combinations
from operator import or_
from types import MappingProxyType

from engine.verify.behaviour.block import bits, single_bits
from engine.verify.staffing.item import ItemProblem
from engine.verify.staffing.masks import Masks
from engine.verify.staffing.search import Search

from .course import Course

#: For each step: officers still needed, and the mask of those who may be they.
Seats = tuple[tuple[int, int], ...]
#: A claim: officer and step.
Deed = tuple[str, str]

_DONE = (0, 0)
#: No officers promised to any step.
NOTHING: Mapping[int, int] = MappingProxyType({})


class Terms:
    """An item's staffing problem over the steps of its course."""

    def __init__(self, item: ItemProblem, course: Course) -> None:
        count = len(course.steps)
        self.course = course
        self.officers = tuple(item.officers)
        self.bit = {officer: 1 << place for place, officer in enumerate(self.officers)}
        #: Officers each step takes at once; 0 for steps of outside parties.
        self.persons = [0] * count
        #: Officers with the post of each step.
        self.may = [0] * count
        #: For each step, the steps its officers keep away from.
        self.apart = [0] * count
        #: For each step of one person, such steps bound to it, itself included if any are.
        self.bound = [0] * count
        #: Bound steps of which one wants several persons, in pairs.
        self.teams: list[tuple[int, int]] = []
        #: The source that keeps two steps apart.
        self.basis: dict[frozenset[int], str] = {}
        #: By officer's bit: those the officer must not meet in a case.
        self.avoided: dict[int, int] = {}
        number = {seat.id: course.number[seat.step] for seat in item.seats.values()}
        for seat in item.seats.values():
            self.persons[number[seat.id]] += 1
        for officer, seats in item.authorised.items():
            for seat_id in seats:
                self.may[number[seat_id]] |= self.bit[officer]
        for rule in item.restrictions:
            one, other = (number[seat_id] for seat_id in rule.seats)
            if rule.kind == "bind" and max(self.persons[one], self.persons[other]) > 1:
                self.teams += [(one, other), (other, one), (one, one), (other, other)]
                continue
            kept = {"bind": self.bound, "persons": None}.get(rule.kind, self.apart)
            if kept is not None and rule.waiver is None:
                kept[one] |= 1 << other
                kept[other] |= 1 << one
                self.basis.setdefault(frozenset((one, other)), rule.basis)
        for step, others in enumerate(self.bound):
            if others:
                self.bound[step] |= 1 << step
        for avoidance in item.avoidances:
            one, other = (self.bit.get(officer, 0) for officer in avoidance.officers)
            if one and other:
                self.avoided[one] = self.avoided.get(one, 0) | other
                self.avoided[other] = self.avoided.get(other, 0) | one
        self._careful = sum(self.avoided)
        #: The same as ``apart``, as lists.
        self.keepers = [tuple(bits(apart)) for apart in self.apart]

    def allowed(
        self, step: int, deeds: Iterable[Deed], recused: Mapping[str, frozenset[str]]
    ) -> int:
        """The officers whom the rules let take a step after some deeds.

        Parameters
        ----------
        recused : officers kept out, see :func:`is_key`; the longest key counts.
        """
        did, foreign = self._did(deeds)
        return self._allowed(step, did, foreign, self._open(did, recused))

    def seats(
        self,
        deeds: Iterable[Deed],
        recused: Mapping[str, frozenset[str]],
        promised: Mapping[int, int] = NOTHING,
    ) -> Seats:
        """What is left to fill after some deeds; the parameters are those of :meth:`allowed`.

        Bound steps for several persons do not bind what is to come, unless their
        officers are ``promised``.
        """
        did, foreign = self._did(deeds)
        not_out = self._open(did, recused)
        found = []
        for step, persons in enumerate(self.persons):
            if not persons:
                found.append(_DONE)
                continue
            may = self._allowed(step, did, foreign, not_out) & promised.get(step, -1)
            need = persons - (did[step] & may).bit_count()
            may &= ~did[step]
            # A step nothing binds and enough officers may take asks for no decision.
            free = (
                not (self.apart[step] or self.bound[step])
                and (may & ~self._careful).bit_count() >= need
            )
            found.append(_DONE if need <= 0 or free else (need, may))
        return tuple(found)

    def promises(self, deeds: Iterable[Deed]) -> Iterator[Mapping[int, int]]:
        """Officers for all bound steps of which one wants several: every way to name them."""
        did, _ = self._did(deeds)
        steps = list(dict.fromkeys(one for one, _ in self.teams))
        most = reduce(or_, (self.may[step] for step in steps), 0)
        yield from self._named(steps, most, did, {})

    def _named(
        self, steps: list[int], most: int, did: list[int], named: dict[int, int]
    ) -> Iterator[Mapping[int, int]]:
        """Officers for the steps not ``named`` yet, some of ``most``."""
        if len(named) == len(steps):
            yield named
            return
        step = steps[len(named)]
        bound = [named[other] for one, other in self.teams if one == step and other in named]
        for team in map(sum, combinations(single_bits(most), self.persons[step])):
            if not did[step] & ~team and all(team & other in (team, other) for other in bound):
                yield from self._named(steps, most, did, {**named, step: team})

    def _did(self, deeds: Iterable[Deed]) -> tuple[list[int], dict[int, set[str]]]:
        """For each step who did it, and who did it of those outside the roster."""
        did, foreign = [0] * len(self.persons), dict[int, set[str]]()
        for officer, step in deeds:
            place = self.course.number.get(step)
            if place is not None and self.persons[place]:
                did[place] |= self.bit.get(officer, 0)
                if officer not in self.bit:
                    foreign.setdefault(place, set()).add(officer)
        return did, foreign

    def _open(self, did: list[int], recused: Mapping[str, frozenset[str]]) -> dict[str, int]:
        """By beginning of a step's id: officers neither recused nor avoiding who acted."""
        kept_out = self._avoided(did) if self.avoided else 0
        found = {"": ~kept_out}
        for prefix, who in recused.items():
            found[prefix] = ~(kept_out | sum(self.bit.get(officer, 0) for officer in who))
        return found

    def _allowed(
        self,
        step: int,
        did: list[int],
        foreign: Mapping[int, set[str]],
        not_out: dict[str, int],
    ) -> int:
        may = self.may[step]
        if len(not_out) == 1:
            may &= not_out[""]
        else:
            name = self.course.steps[step]
            may &= not_out[max((key for key in not_out if is_key(key, name)), key=len)]
        for other in self.keepers[step]:
            may &= ~did[other]
        if self.bound[step]:
            for other in bits(self.bound[step]):
                if did[other]:
                    may &= did[other] if not did[other] & (did[other] - 1) else 0
            if any(self.bound[step] >> place & 1 for place in foreign):
                may = 0
        for one, other in self.teams:
            if one == step:
                team = did[one] | did[other]
                others = foreign.get(one, set()) | foreign.get(other, set())
                count = team.bit_count() + len(others)
                most = max(self.persons[one], self.persons[other])
                may &= team if count == most else -(count < most)
        return may

    def _avoided(self, did: Iterable[int]) -> int:
        everybody = 0
        for officers in did:
            everybody |= officers
        return sum(one for one, others in self.avoided.items() if others & everybody)

    def take(self, seats: Seats, step: int, officers: int) -> Seats | None:
        """The seats after officers took a step, one after the other; None if one may not."""
        for officer in single_bits(officers):
            if not seats[step][1] & officer:
                return None
            apart, bound = self.apart[step], self.bound[step]
            lost = self.avoided.get(officer, 0)
            after = []
            for other, (need, may) in enumerate(seats):
                if need:
                    may &= ~lost
                    if apart >> other & 1:
                        may &= ~officer
                    if bound >> other & 1:
                        may &= officer
                    if other == step:
                        need -= 1
                        may &= ~officer
                after.append((need, may) if need else _DONE)
            seats = tuple(after)
        return seats

    def choices(self, seats: Seats, step: int, left: int) -> list[int]:
        """Sets of officers to try for a step, one of those that come to the same.

        Those come first who could do the least of what is left.
        """
        need, may = seats[step]
        groups = [may]
        others = [seats[other][1] for other in bits(left & ~(1 << step))]
        for mask in (*others, *(bit for bit in self.avoided if bit & may)):
            groups = [part for group in groups for part in (group & mask, group & ~mask) if part]
        groups.sort(key=lambda group: sum(1 for mask in others if mask & group))
        pool = [bit for group in groups for bit in _first(group, need)]
        if need == 1:
            return pool
        same: dict[tuple[int, ...], int] = {}
        for chosen in combinations(pool, need):
            officers = sum(chosen)
            same.setdefault(tuple((group & officers).bit_count() for group in groups), officers)
        return list(same.values())

    def fits(self, seats: Seats, steps: int) -> bool:
        """Whether officers can be given to all these steps so that any of them may meet."""
        tasks: list[int] = []
        may: list[int] = []
        steps = sum(1 << step for step in bits(steps) if seats[step][0])
        groups = self._merged(steps)
        for group in groups:
            need, mask = seats[group.bit_length() - 1]
            if group & (group - 1) or self.bound[group.bit_length() - 1]:
                if any(seats[step][0] > 1 for step in bits(group)):
                    return False
                for step in bits(group):
                    mask &= seats[step][1]
            if mask.bit_count() < need:
                return False
            tasks += [group] * need
            may += [mask] * need
        together = self.course.together
        rows = []
        for group in groups:
            apart = 0
            for step in bits(group):
                apart |= self.apart[step] & together[step]
            rows.append(apart)
        return self._search(groups, tasks, may, rows)

    def _merged(self, steps: int) -> list[int]:
        """Steps bound to one another that may meet, as one."""
        together = self.course.together
        groups: list[int] = []
        while steps:
            group, fresh = 0, steps & -steps
            while fresh:
                group |= fresh
                found = 0
                for step in bits(fresh):
                    found |= self.bound[step] & together[step]
                fresh = found & steps & ~group
            groups.append(group)
            steps &= ~group
        return groups

    def _search(self, groups: list[int], tasks: list[int], may: list[int], rows: list[int]) -> bool:
        row_of = dict(zip(groups, rows, strict=True))
        apart = []
        for place, group in enumerate(tasks):
            row, mine = row_of[group], 0
            for other, mask in enumerate(tasks):
                if row & mask or (mask == group and other != place):
                    mine |= 1 << other
            apart.append(mine)
        everybody, seated = 0, len(tasks)
        for mask in may:
            everybody |= mask
        for one, others in self.avoided.items():
            for other in single_bits(others):
                if one < other and one & everybody and other & everybody:
                    # Who takes this task takes no seat: only one of the two acts.
                    for place in range(seated):
                        apart[place] |= 1 << len(apart)
                    apart.append((1 << seated) - 1)
                    may.append(one | other)
        masks = Masks(
            steps=((),) * len(may),
            may=tuple(may),
            apart=tuple(apart),
            at_most=(),
            at_least=(),
            officers=self.officers,
        )
        return Search(masks).staff() is not None


def is_key(key: str, step: str) -> bool:
    """Whether a key stands for a step: its id, or how it begins up to a slash, or nothing."""
    return key in (step, "") or (key.endswith("/") and step.startswith(key))


def _first(mask: int, count: int) -> Iterable[int]:
    for bit, _ in zip(single_bits(mask), range(count), strict=False):
        yield bit
