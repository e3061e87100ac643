"""Each rule over its own diagrams: silent on the valid ones, exact on the invalid ones.

The line a rule must name carries the word ``fault`` in a comment; a file without
one must be named without a line.
"""

from pathlib import Path

import pytest

from engine.verify.rules import all_rules

DIAGRAMS = Path(__file__).parent / "diagrams"
RULES = [rule.id for rule in all_rules()]


def _marked(path: Path) -> set[int | None]:
    lines = path.read_bytes().splitlines()
    marks = {
        n for n, text in enumerate(lines, 1) if b"<!-- fault -->" in text or b"# fault" in text
    }
    return marks or {None}


def _has_mark(path: Path) -> bool:
    return _marked(path) != {None}


def _rosters(rule: str, kind: str) -> list[Path | None]:
    return sorted((DIAGRAMS / rule).glob(f"{kind}-*.toml")) or [None]


def _files(rule: str, kind: str) -> list[Path]:
    return sorted((DIAGRAMS / rule).glob(f"{kind}-*.bpmn"))


def _groups(rule: str, kind: str) -> list[list[Path]]:
    """The files to check together: one, with the procedure it calls where there is one."""
    files = _files(rule, kind)
    if rule == "duplicate-process":
        return [files]
    called = [file for file in files if file.stem == f"{kind}-payment"]
    return [[file, *called] for file in files if file not in called]


def test_there_is_a_folder_for_every_rule_and_no_other():
    assert sorted(folder.name for folder in DIAGRAMS.iterdir()) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_valid_and_an_invalid_example(rule):
    files = [path.stem.partition("-")[0] for path in (DIAGRAMS / rule).iterdir()]

    assert {"valid", "invalid"} == set(files)


@pytest.mark.parametrize("rule", RULES)
def test_valid_diagrams_fail_no_rule(rule, judge):
    for roster in _rosters(rule, "valid"):
        for group in _groups(rule, "valid"):
            report = judge(*group, roster=roster)

            assert [f for f in report.findings if f.fails or f.rule == rule] == []


@pytest.mark.parametrize("rule", [rule for rule in RULES if _files(rule, "invalid")])
def test_invalid_diagrams_are_found_on_their_lines(rule, judge):
    severity = next(r.severity for r in all_rules() if r.id == rule)
    for group in _groups(rule, "invalid"):
        report = judge(*group, roster=_rosters(rule, "invalid")[0])
        found = [f for f in report.findings if f.rule == rule]
        called = [file for file in group[1:] if not _has_mark(file)]
        marked = {(str(file), n) for file in group if file not in called for n in _marked(file)}

        assert {(f.file, f.line) for f in found} == marked
        assert {f.severity for f in found} == {severity}


@pytest.mark.parametrize("rule", [rule for rule in RULES if not _files(rule, "invalid")])
def test_invalid_rosters_are_found_on_their_lines(rule, judge):
    severity = next(r.severity for r in all_rules() if r.id == rule)
    for roster in _rosters(rule, "invalid"):
        assert roster is not None
        report = judge(*_files(rule, "valid"), roster=roster)
        found = [f for f in report.findings if f.rule == rule]

        assert {(f.file, f.line) for f in found} == {(str(roster), n) for n in _marked(roster)}
        assert {f.severity for f in found} == {severity}
