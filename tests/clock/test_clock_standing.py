"""红黄绿 of a limit, in words; and the regimes against the statutes they cite."""

import re
from datetime import date, timedelta

import pytest

from engine.model.calendar import Calendar
from engine.model.clock import Light, standing
from engine.model.controls import load_controls
from engine.model.item import LimitUnit, TimeLimit
from engine.model.regime import regimes
from engine.runtime.deadlines.announced import announced_year

CALENDAR = Calendar(announced_year)
TEN = TimeLimit(days=10, unit=LimitUnit.WORKING_DAY)
FIFTEEN = TimeLimit(days=15, unit=LimitUnit.CALENDAR_DAY)
NOW = TimeLimit(days=0, unit=LimitUnit.IMMEDIATE)
APPROVED = TimeLimit(days=0, unit=LimitUnit.AS_APPROVED)


@pytest.mark.parametrize(
    ("limit", "last", "today", "met", "light", "word"),
    [
        (TEN, "2026-03-16", "2026-03-02", None, "green", "还有10个工作日"),
        (TEN, "2026-03-16", "2026-03-11", None, "green", "还有3个工作日"),
        (TEN, "2026-03-16", "2026-03-12", None, "yellow", "还有2个工作日"),
        (TEN, "2026-03-16", "2026-03-16", None, "yellow", "今天到期"),
        (TEN, "2026-03-16", "2026-03-18", None, "red", "已超期2个工作日"),
        # Late over National Day by the one working day there was.
        (TEN, "2026-09-29", "2026-10-07", None, "red", "已超期1个工作日"),
        (TEN, "2026-09-30", "2026-10-03", None, "red", "已超期，不足1个工作日"),
        (FIFTEEN, "2026-10-02", "2026-09-29", None, "yellow", "还有3日"),
        (FIFTEEN, "2026-10-02", "2026-10-05", None, "red", "已超期3日"),
        (NOW, "2026-10-08", "2026-10-03", None, "green", "还有1个工作日"),
        (TEN, "2026-03-16", "2026-06-01", "2026-03-16", "green", "按时完成"),
        (TEN, "2026-03-16", "2026-06-01", "2026-03-18", "red", "超期2个工作日完成"),
        (TEN, None, "2026-03-02", None, "grey", "暂停计时"),
        (APPROVED, None, "2026-03-02", None, "grey", "按批复时限"),
    ],
)
def test_light_and_word(
    limit: TimeLimit, last: str | None, today: str, met: str | None, light: str, word: str
) -> None:
    found = standing(
        CALENDAR,
        limit,
        date.fromisoformat(last) if last else None,
        date.fromisoformat(today),
        date.fromisoformat(met) if met else None,
    )
    assert (found.light, found.word) == (light, word)


def test_light_only_ever_gets_worse_as_days_pass() -> None:
    order = [Light.GREEN, Light.YELLOW, Light.RED]
    last = date(2026, 10, 12)
    days = (date(2026, 9, 14) + offset * timedelta(days=1) for offset in range(60))
    seen = [order.index(standing(CALENDAR, TEN, last, day).light) for day in days]
    assert seen == sorted(seen)
    assert set(seen) == {0, 1, 2}


def test_every_regime_rests_on_a_statute_that_is_known() -> None:
    known = load_controls().statutes
    for regime in regimes():
        rulings = (regime.acceptance, regime.corrections, regime.decision, regime.delivery)
        bases = [ruling.basis for ruling in rulings if ruling]
        bases += [regime.extension.basis] if regime.extension else []
        bases += [regime.pause_basis] if regime.pauses else []
        for basis in bases:
            statute = re.sub("第.*", "", basis)
            assert statute in known, basis
            assert re.fullmatch(f"{statute}(第[一二三四五六七八九十]+条、?)+", basis)
        assert not regime.statute or regime.statute in known
