"""The game itself: can the office win from a position, whatever the world does."""

from engine.verify.behaviour.block import bits

from .course import Course, Position
from .seats import Seats, Terms

#: Most positions of one question that are looked at before the answer is *unknown*.
MAX_LOOKS = 1_500
#: Most answers remembered; all are forgotten beyond.
MAX_MEMORY = 200_000


class OutOfReach(Exception):
    """The question needs more looking ahead than is allowed."""


class Search:
    """One question about a course under some terms.

    Parameters
    ----------
    known : answers of earlier questions; this one's are added.
    """

    def __init__(
        self, course: Course, terms: Terms, known: dict[tuple[int, Seats], bool] | None = None
    ) -> None:
        self.course = course
        self.terms = terms
        self._known = {} if known is None else known
        self._fits: dict[tuple[int, Seats], bool] = {}
        self._looks = 0
        if len(self._known) > MAX_MEMORY:
            self._known.clear()

    def wins(self, positions: list[int], seats: Seats) -> bool:
        """Whether the office can win from every one of some positions.

        Raises
        ------
        OutOfReach
            That would take too long to find out.
        """
        return all(self._wins(position, seats) for position in positions)

    def left(self, position: int, seats: Seats) -> int:
        """Steps that may still come and need a decision."""
        ahead = self.course.positions[position].ahead
        undecided = 0
        for step, (need, _) in enumerate(seats):
            if need:
                undecided |= 1 << step
        return ahead & undecided

    def fits(self, seats: Seats, steps: int) -> bool:
        """As :meth:`Terms.fits`; positions that differ in other things ask it again."""
        known = self._fits.get((steps, seats))
        if known is None:
            known = self._fits[steps, seats] = self.terms.fits(seats, steps)
        return known

    def _wins(self, number: int, seats: Seats) -> bool:
        left = self.left(number, seats)
        if not left:
            return True
        # What deeds did to steps that cannot come any more makes no difference.
        key = (
            number,
            tuple([entry if left >> step & 1 else (0, 0) for step, entry in enumerate(seats)]),
        )
        known = self._known.get(key)
        if known is None:
            self._looks += 1
            if self._looks > MAX_LOOKS:
                raise OutOfReach
            known = self._known[key] = self._decide(number, key[1], left)
        return known

    def _decide(self, number: int, seats: Seats, left: int) -> bool:
        position = self.course.positions[number]
        if any(is_short(seats[step]) for step in bits(left & position.forced)):
            return False
        if self.fits(seats, left):
            return True
        if self.hopeless_run(position, seats, left) is not None:
            return False
        return self._plays(number, seats, left)

    def hopeless_run(self, position: Position, seats: Seats, left: int) -> int | None:
        """Steps of a run that cannot be staffed even when it is known from the start.

        ``left`` is known not to fit.
        """
        for run in position.runs or ():
            if run & left == left or not self.fits(seats, run & left):
                return run & left
        return None

    def _plays(self, start: int, seats: Seats, left: int) -> bool:
        """The game until the next decision: lost positions found from the end, until none is new.

        A game that goes round without a new decision for ever is won.
        """
        region = self._region(start, seats)
        lost: set[int] = set()
        decided: dict[tuple[int, int], bool] = {}
        changed = True
        while changed and start not in lost:
            changed = False
            for number in reversed(region):
                if number not in lost and self._loses(number, seats, left, lost, decided):
                    lost.add(number)
                    changed = True
        return start not in lost

    def _region(self, start: int, seats: Seats) -> list[int]:
        """Positions reached without a new decision, in order of discovery."""
        found, seen = [start], {start}
        for number in found:
            position = self.course.positions[number]
            then = [*position.world]
            for steps, ends in position.office:
                if not any(seats[step][0] for step in bits(steps)):
                    then += ends
            fresh = [there for there in dict.fromkeys(then) if there not in seen]
            seen.update(fresh)
            found += fresh
        return found

    def _loses(
        self,
        number: int,
        seats: Seats,
        left: int,
        lost: set[int],
        decided: dict[tuple[int, int], bool],
    ) -> bool:
        position = self.course.positions[number]
        if not lost.isdisjoint(position.world):
            return True
        if not position.office:
            return False
        asked = [steps for steps, _ in position.office if any(seats[s][0] for s in bits(steps))]
        if any(is_short(seats[step]) for steps in asked for step in bits(steps)):
            return True
        for steps, ends in position.office:
            if steps not in asked and lost.isdisjoint(ends):
                return False
        return not any(
            self._staffs(number, act, seats, left, decided)
            for act, (steps, _) in enumerate(position.office)
            if steps in asked
        )

    def _staffs(
        self, number: int, act: int, seats: Seats, left: int, decided: dict[tuple[int, int], bool]
    ) -> bool:
        """Whether some officers can take a step and the office still wins."""
        known = decided.get((number, act))
        if known is None:
            steps, ends = self.course.positions[number].office[act]
            step = steps.bit_length() - 1
            known = decided[number, act] = any(
                after is not None and all(self._wins(there, after) for there in ends)
                for officers in self.terms.choices(seats, step, left)
                if (after := self.terms.take(seats, step, officers)) is not None
            )
        return known


def is_short(entry: tuple[int, int]) -> bool:
    """Whether a step needs more officers than may take it."""
    need, may = entry
    return may.bit_count() < need
