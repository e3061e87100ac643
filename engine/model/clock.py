"""The statutory clock of a case: what happened, its limits, how they stand (红黄绿).

Belongs here: facts and what follows from them on a day. Does not: storing them
(``engine.runtime.deadlines``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .calendar import Calendar, Span, between, last_day
from .item import LimitUnit, TimeLimit
from .regime import Regime
from .wording import say

#: Officer id of what the procedure does by itself.
AUTOMATIC = "system"


class DeadlineKind(StrEnum):
    """What a limit is for, in the order pages show them."""

    #: 受理或一次性告知.
    ACCEPTANCE = "acceptance"
    STATUTORY = "statutory"
    PROMISED = "promised"
    #: 送达.
    DELIVERY = "delivery"

    @property
    def label(self) -> str:
        """Chinese name."""
        return say(f"clock.kind.{self}")


class Light(StrEnum):
    """红黄绿 of a limit; the word always stands beside the colour."""

    GREEN = "green"
    #: The last fifth of the limit, and always its last day.
    YELLOW = "yellow"
    RED = "red"
    #: Nothing runs: not started, standing, or not limited.
    GREY = "grey"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """The one extension of a limit (延期)."""

    days: int
    by: str
    at: datetime
    reason: str
    #: How the applicant was told.
    notice: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A time the clock leaves out (特别程序)."""

    number: int
    kind: str
    reason: str
    #: Article it rests on, or empty.
    basis: str
    #: Whether the statutory limit stands too; the promised one always does.
    statutory: bool
    since: datetime
    until: datetime | None
    by: str
    ended_by: str | None

    @property
    def is_automatic(self) -> bool:
        """Whether the procedure itself stopped the clock: steps outside the promise."""
        return self.by == AUTOMATIC

    def stops(self, kind: DeadlineKind) -> bool:
        """Whether a limit of a kind stands meanwhile, of the case or of a step inside its clock."""
        return kind is DeadlineKind.PROMISED or (kind is DeadlineKind.STATUTORY and self.statutory)

    @property
    def span(self) -> Span:
        """The days it leaves out."""
        return Span(since=self.since.date(), until=self.until and self.until.date())


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A limit of a case or of a step, as it was counted."""

    kind: DeadlineKind
    limit: TimeLimit
    #: Article, or empty for a promise.
    basis: str
    #: Day it starts from; the first day counted is the day after.
    since: date
    #: None while the clock stands or where nothing is counted.
    last: date | None = None
    #: Whether an end on a rest day moves to the next working day.
    moves: bool = False
    extension: Extension | None = None
    met_at: datetime | None = None
    #: Calendar it was counted by, and whether part of that was provisional (暂定).
    account: str = ""
    provisional: bool = False
    counted_at: datetime
    #: Step it belongs to; empty for the case's own.
    work_item_id: str = ""

    @property
    def total(self) -> TimeLimit:
        """The limit with its extension."""
        extra = self.extension.days if self.extension else 0
        return TimeLimit(days=self.limit.days + extra, unit=self.limit.unit)

    def counted(self, calendar: Calendar, pauses: Iterable[Pause]) -> date | None:
        """The last day of a case's limit by a calendar and the pauses there were."""
        spans = [pause.span for pause in pauses if pause.stops(self.kind)]
        return last_day(calendar, self.total, self.since, spans=spans, moves=self.moves)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a limit stands on a day."""

    light: Light
    #: ``还有 3 个工作日``, ``已超期 2 个工作日``, ``暂停计时`` …
    word: str
    #: Days left in the limit's unit, negative when overdue; None where nothing runs.
    left: int | None = None


def standing(
    calendar: Calendar, limit: TimeLimit, last: date | None, today: date, met: date | None = None
) -> Standing:
    """How a limit that ends on ``last`` stands ``today``, or stood when it was met.

    ==========  ==========================================================
    green       more than a fifth of the limit is left, or it was kept
    yellow      a fifth or less is left; always on the last day
    red         the last day has passed, or it was kept too late
    grey        the clock stands, or nothing is counted
    ==========  ==========================================================
    """
    if last is None:
        return _without_end(limit, met)
    unit = limit.unit
    if met is not None:
        if met <= last:
            return Standing(light=Light.GREEN, word=say("clock.kept"))
        late = between(calendar, unit, last, met)
        return Standing(light=Light.RED, word=_late("kept-late", unit, late), left=-late)
    if today > last:
        late = between(calendar, unit, last, today)
        return Standing(light=Light.RED, word=_late("overdue", unit, late), left=-late)
    left = between(calendar, unit, today, last)
    if today == last:
        return Standing(light=Light.YELLOW, word=say("clock.due-today"), left=0)
    light = Light.YELLOW if left <= limit.days // 5 else Light.GREEN
    return Standing(light=light, word=say("clock.left", days=_days(unit, left)), left=left)


def _without_end(limit: TimeLimit, met: date | None) -> Standing:
    if met is not None:
        return Standing(light=Light.GREEN, word=say("clock.kept"))
    unlimited = limit.unit is LimitUnit.AS_APPROVED
    return Standing(light=Light.GREY, word=str(limit) if unlimited else say("clock.stands"))


def _days(unit: LimitUnit, number: int) -> str:
    calendar_days = unit in (LimitUnit.CALENDAR_DAY, LimitUnit.MONTHLY)
    return say("clock.days" if calendar_days else "clock.working-days", number=number)


def _late(key: str, unit: LimitUnit, late: int) -> str:
    """Overdue on a rest day only: late, by no whole working day yet."""
    return say(f"clock.{key}", days=_days(unit, late)) if late else say(f"clock.{key}-short")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseClock:
    """What happened to a case as the law counts it."""

    case_id: str
    regime: Regime | None
    received_at: datetime
    corrections_asked_at: datetime | None = None
    #: What the applicant has to correct.
    corrections: str = ""
    corrected_at: datetime | None = None
    accepted_at: datetime | None = None
    #: Accepted by force of law: corrections were not asked for in time.
    deemed: bool = False
    refused_at: datetime | None = None
    #: Why it was not accepted.
    refusal: str = ""
    decided_at: datetime | None = None
    delivered_at: datetime | None = None
    deadlines: tuple[Deadline, ...] = ()
    pauses: tuple[Pause, ...] = ()
    #: What the officer who has just acted must know; empty for nothing.
    warning: str = ""

    @property
    def stage(self) -> str:
        """Where the case stands, as a key of ``clock.stage``."""
        if self.refused_at:
            return "refused"
        if self.delivered_at:
            return "delivered"
        if self.decided_at:
            return "decided"
        if self.accepted_at:
            paused = any(p.until is None and not p.is_automatic for p in self.pauses)
            return "paused" if paused else "deemed" if self.deemed else "accepted"
        if self.corrections_asked_at:
            return "corrected" if self.corrected_at else "correcting"
        return "received"

    def deadline(self, kind: DeadlineKind) -> Deadline | None:
        """The limit of a kind that the case as a whole has, or None."""
        return next((d for d in self.deadlines if d.kind is kind and not d.work_item_id), None)
