"""Who oversees an office seals, verifies and finds a seal again; nobody else does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.model.office import Roster
from engine.runtime import NotAllowed, Office
from engine.runtime.oversight import FEWEST_DIGITS, MOST_NAMED, UnknownRoot, root_in
from engine.store import export as exporting
from tests.cases.conftest import ROSTER, Desk, officer

GROUPS = "0123 4567 89ab cdef " * 4
ROOT = GROUPS.replace(" ", "")
OTHER = ROOT[::-1]


@pytest.fixture
def roster() -> Roster:
    """With an overseer who holds no other post."""
    overseer = officer("audit", "纪检监察联络员")
    return replace(ROSTER, officers=(*ROSTER.officers, overseer))


@pytest.mark.parametrize("by", ["zhang", "audit"])
def test_head_and_overseer_seal_and_verify(office: Office, case_id: str, by: str) -> None:
    made = office.seal_journal(by=by)
    assert office.sealer(made) == by
    verdict = office.verify_journal(by=by)
    assert (verdict.chains, verdict.seals, verdict.faults) == (2, 1, 0)
    last = office.last_verification()
    assert last is not None
    assert (last.actor, last.action, last.note) == (by, "verified", verdict.note)
    assert "全部对得上" in verdict.note


def test_nobody_else_seals_or_verifies(office: Office, case_id: str) -> None:
    for act in (office.seal_journal, office.verify_journal):
        with pytest.raises(NotAllowed, match="所长、纪检监察联络员"):
            act(by="ding")
    assert (office.seals(), office.last_verification()) == ((), None)


def test_seal_asked_for_twice_is_made_once(office: Office, case_id: str) -> None:
    first = office.seal_journal(by="audit", key="k")
    assert office.seal_journal(by="audit", key="k") == first
    assert office.seals() == (first,)
    assert office.seal_journal(by="audit", key="l").number == 2


def test_every_broken_chain_counts_once(
    office: Office, case_id: str, tamper: Callable[[str], None]
) -> None:
    """Though the chain, its seal and the export all tell of it."""
    office.seal_journal()
    export = exporting.read((line.encode() for line in office.journal_lines()), office.id)
    tamper("UPDATE journal SET note = 'x' WHERE case_id != '-' AND sequence = 3")
    tamper("DELETE FROM journal WHERE case_id != '-' AND sequence > 5")
    verdict = office.verify_journal(by="zhang", against=export)
    (breach,) = verdict.breaches
    assert (breach.case_id, breach.sequence, verdict.faults) == (case_id, 3, 1)
    last = office.last_verification()
    assert last is not None
    assert last.action == "disputed"
    assert "查出 1 处" in last.note


def test_of_very_many_breaches_the_first_are_named(
    desk: Desk, office: Office, case_id: str, tamper: Callable[[str], None]
) -> None:
    for _ in range(MOST_NAMED + 1):
        desk.open()
    tamper("UPDATE journal SET note = 'x' WHERE case_id != '-' AND sequence = 1")
    verdict = office.verify_journal(by="zhang")
    assert (len(verdict.breaches), verdict.faults) == (MOST_NAMED, MOST_NAMED + 2)


@pytest.mark.parametrize(
    "text",
    [
        ROOT,
        ROOT.upper(),
        GROUPS,
        GROUPS.replace(" ", "-").strip("-"),
        GROUPS[:40] + "\n" + GROUPS[40:],
        f"封签\nSHA-256 根：{ROOT}\nSM3 根：{OTHER}\n上一号封签的 SHA-256 根：{OTHER}",
        f"上一号封签的 SHA-256 根：{OTHER}\n　SHA-256 根\n{GROUPS}\nSM3 根",
    ],
)
def test_root_is_read_however_it_was_copied(text: str) -> None:
    assert root_in(text) == ROOT


@pytest.mark.parametrize("text", ["", "第 3 号", "0" * (FEWEST_DIGITS - 1), "0" * 65, "xyz" * 9])
def test_text_without_a_root_is_refused(text: str) -> None:
    with pytest.raises(UnknownRoot, match="SHA-256"):
        root_in(text)


def test_seal_is_found_by_either_root(office: Office, case_id: str) -> None:
    made = office.seal_journal()
    office.seal_journal()
    assert office.seal_with(made.root[:FEWEST_DIGITS]) == made
    assert office.seal_with(made.sm3_root) == made
    with pytest.raises(UnknownRoot, match="2 号封签"):
        office.seal_with("0" * 64)
