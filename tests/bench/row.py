"""One measured figure, and how to take it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    value: float
    unit: str
    #: What the value is compared with, or empty.
    against: str = ""
    #: value ÷ the other figure, measured in the same run; None where nothing is compared.
    ratio: float | None = None
    #: What is to be reached, as written in the issue; empty where nothing is asked.
    reach: str = ""
    #: Whether it is reached; None where nothing is asked.
    ok: bool | None = None


def milliseconds(call: Callable[[], object], *, times: int) -> list[float]:
    """Duration of each of so many calls, sorted."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append((time.perf_counter() - start) * 1000)
    return sorted(found)


def p95(durations: list[float]) -> float:
    """The 95th percentile of sorted durations."""
    return durations[min(len(durations) - 1, int(len(durations) * 0.95))]
