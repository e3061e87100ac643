"""Controls with statutes in every state, and a check of the diagrams of one rule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.model.controls import Controls, StatuteVersion, load_controls
from engine.model.roster_file import read_roster
from engine.verify.check import Report, check_library, load_for_check

TODAY = date(2026, 3, 2)


def _version(statute: str, version: date, **more: object) -> StatuteVersion:
    return StatuteVersion(
        statute=statute,
        title=statute,
        kind="document",
        version=version,
        **{"in_force": version, "until": None, "articles": None, "verified": True, **more},
    )


@pytest.fixture(scope="session")
def controls() -> Controls:
    shipped = load_controls()
    trial = (
        _version("试行办法", date(2010, 1, 1), until=date(2024, 1, 1)),
        _version("试行办法", date(2024, 1, 1)),
        _version("试行办法", date(2026, 11, 1)),
    )
    planted = {
        "试行办法": trial,
        "废止办法": (_version("废止办法", date(2010, 1, 1), until=date(2020, 1, 1)),),
        "未核办法": (_version("未核办法", date(2024, 1, 1), verified=False),),
    }
    return replace(shipped, statutes={**shipped.statutes, **planted})


@pytest.fixture
def judge(controls: Controls) -> Callable[..., Report]:
    """Check files, with a roster or without, on a fixed day."""

    def run(
        *paths: Path, roster: Path | None = None, today: date = TODAY, **options: object
    ) -> Report:
        library, documents = load_for_check(paths)
        return check_library(
            library,
            controls,
            documents=documents,
            roster=None if roster is None else read_roster(roster, controls),
            today=today,
            **options,
        )

    return run
