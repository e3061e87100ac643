"""Limits of single steps against a count day by day, 2024 to 2027, whatever stops the clock."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

import pytest
from chinese_calendar import is_workday
from holidays.countries.china import China

from engine.model.clock import Light
from engine.runtime import Office
from engine.store import CHINA

from ..cases.conftest import Clock, Desk
from ..cases.drawings import line, step
from .conftest import item

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(120 if FULL else 4)
DAY = timedelta(days=1)
EXPECTED = China(years=(2027, 2028))
NAMED, OWN_WORDS = "听证", "征求意见"
#: Of each step: its own limit, what the law sets it, and whether it lies outside the clock.
STEPS = {
    "inside": (5, "working-day", 12, False),
    "days": (9, "calendar-day", 0, False),
    "now": (0, "immediate", 3, False),
    "village": (4, "working-day", 0, False),
    "hearing": (6, "working-day", 20, True),
    "later": (7, "working-day", 8, False),
    "notice": (7, "calendar-day", 6, True),
    "last": (0, "monthly", 0, False),
}
#: Whatever the hour, a day is a day in China.
HOURS = (time(0, 10), time(7, 30), time(12), time(23, 50))


@cache
def announced(day: date) -> bool:
    if day.year < 2027:
        return bool(is_workday(day))
    return day.weekday() < 5 and day not in EXPECTED


@dataclass
class Oracle:
    """What a clerk would keep on paper: when steps came, when the clock stood, days off."""

    own_days: dict[date, bool] = field(default_factory=dict)
    #: Begin, end or None, and whether the statute has it stand too; 补正 among them.
    pauses: list[tuple[date, date | None, bool]] = field(default_factory=list)

    def works(self, day: date) -> bool:
        return self.own_days.get(day, announced(day))

    def ends(self, came: date, number: int, unit: str, *, law: bool, outside: bool) -> date | None:
        """The last day, counted one by one; None while it stands."""
        pauses = [(b, e) for b, e, named in self.pauses if not outside and (named or not law)]
        counts: Callable[[date], bool] = self.works if unit != "calendar-day" else lambda _: True
        if unit == "monthly":
            counts = _ends_a_month
        day = came
        while number or not counts(day) or _stopped(day, pauses):
            if any(ends is None and begins <= day for begins, ends in pauses):
                return None
            day += DAY
            stands = any(ends and begins < day <= ends for begins, ends in pauses)
            number -= bool(number) and counts(day) and not stands
        return day


def _stopped(day: date, pauses: list[tuple[date, date | None]]) -> bool:
    return any(begins <= day and (ends is None or day < ends) for begins, ends in pauses)


def _ends_a_month(day: date) -> bool:
    return (day + DAY).month != day.month


def drawn() -> bytes:
    nodes = []
    for name, (number, unit, law, outside) in STEPS.items():
        more = {"limitUnit": unit} | ({"limit": str(number)} if number else {})
        more |= {"statutory": str(law), "statutoryUnit": "working-day"} if law else {}
        more |= {"offClock": "true"} if outside else {}
        more |= {"external": "true"} if name == "village" else {}
        nodes.append(step(name, **more))
    fork, join = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
    flows = line("start", "fork", "inside", "later", "notice", "join", "last", "end")
    flows += "".join(line("fork", name, "join") for name in ("days", "now", "village", "hearing"))
    content = item(*nodes, fork, join, category="行政许可", promised=15, flows=flows)
    return content.replace(b'effectiveFrom="2026-01-01"', b'effectiveFrom="2024-01-01"')


class Play:
    """One case through years of chance, beside the oracle; every second one with 补正."""

    def __init__(self, seed: int, desk: Desk, office: Office, clock: Clock) -> None:
        random = Random(seed)
        self.random, self.desk, self.office, self.clock = random, desk, office, clock
        self.oracle = Oracle()
        begin = date(2024, 1, 2) + random.randrange(1350) * DAY
        self._at(begin)
        self.case_id = desk.open().id
        self.is_accepted = seed % 2 == 0
        if self.is_accepted:
            office.accept(self.case_id, by="ding")
        else:
            office.ask_corrections(self.case_id, by="ding", corrections="身份证明")
            self.oracle.pauses.append((begin, None, True))
        self.came = dict.fromkeys(desk.steps(self.case_id), begin)

    def _at(self, day: date) -> None:
        self.clock.now = datetime.combine(day, self.random.choice(HOURS), CHINA)
        self.today = day

    def move(self) -> None:
        """A day passes or some, and something happens."""
        self._at(self.today + self.random.choice((0, 0, 1, 1, 2, 3, 8)) * DAY)
        acts = [self.finish, self.revise, self.time]
        self.random.choices(acts, (3, 1, 4))[0]()

    def time(self) -> None:
        """What comes next for the clock of the case."""
        stands = bool(self.oracle.pauses) and self.oracle.pauses[-1][1] is None
        if self.is_accepted:
            return self.resume() if stands else self.pause()
        if stands and self.random.random() < 0.6:
            self.office.receive_corrections(self.case_id, by="ding")
        else:
            self.office.accept(self.case_id, by="ding")
            self.is_accepted = True
        return self.goes_on() if stands else None

    def pause(self) -> None:
        kind = self.random.choice((NAMED, OWN_WORDS))
        self.office.pause_clock(self.case_id, by="ding", kind=kind, reason="待查")
        self.oracle.pauses.append((self.today, None, kind == NAMED))

    def resume(self) -> None:
        self.office.resume_clock(self.case_id, by="ding")
        self.goes_on()

    def goes_on(self) -> None:
        begins, _, named = self.oracle.pauses.pop()
        self.oracle.pauses.append((begins, self.today, named))

    def finish(self) -> None:
        waiting = self.desk.steps(self.case_id)
        if waiting != ["last"]:
            self.desk.do(self.case_id, self.random.choice(waiting), "ding")
            for name in self.desk.steps(self.case_id):
                self.came.setdefault(name, self.today)

    def revise(self) -> None:
        day = self.today + self.random.randint(-15, 15) * DAY
        works = self.random.random() < 0.3
        self.office.set_day(day, works=works, reason="防汛", by="zhang")
        self.oracle.own_days[day] = works
        self.office.recount(by="zhang")

    def expected(self) -> Iterator[tuple[str, str, date | None]]:
        for name in self.desk.steps(self.case_id):
            number, unit, law, outside = STEPS[name]
            came = self.came[name]
            yield name, "own", self.oracle.ends(came, number, unit, law=False, outside=outside)
            if law:
                last = self.oracle.ends(came, law, "working-day", law=True, outside=outside)
                yield name, "law", last

    def told(self) -> Iterator[tuple[str, str, date | None]]:
        clock = self.office.case_clock(self.case_id)
        assert clock is not None
        law = {one.work_item_id: one.last for one in clock.deadlines if one.work_item_id}
        for name, one in sorted(self.desk.waiting(self.case_id).items()):
            yield name, "own", one.due.date() if one.due else None
            if one.id in law:
                yield name, "law", law[one.id]

    def late(self) -> set[tuple[str, str]]:
        kinds = {"promised": "own", "statutory": "law"}
        listed = self.office.steps_due(Light.RED, limit=99).limits
        return {(one.item.step, kinds[one.kind.value]) for one in listed}


@pytest.mark.prove
@pytest.mark.parametrize("seed", SEEDS)
def test_limits_of_steps_are_those_counted_by_hand(
    desk: Desk, office: Office, clock: Clock, seed: int
) -> None:
    clock.now = datetime(2024, 1, 2, 9, tzinfo=CHINA)
    desk.publish(drawn())
    play = Play(seed, desk, office, clock)
    for number in range(30):
        play.move()
        expected = sorted(play.expected())
        where = f"seed {seed}, move {number}, {play.today}, {play.came}, {play.oracle}"
        assert sorted(play.told()) == expected, where
        late = {(name, kind) for name, kind, last in expected if last and last < play.today}
        assert play.late() == late, where
