"""Every rule is whole: documented, worded, published; and none is left out."""

import re

import pytest

from engine.model.finding import Severity
from engine.model.wording import say
from engine.verify.catalogue import HEADINGS, page, sections
from engine.verify.rules import all_rules

from ..house import ROOT

RULES = all_rules()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_docstring_has_every_heading_with_text(rule):
    said = sections(rule)

    assert tuple(said) == HEADINGS
    assert all(said.values())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_short_and_named_after_its_module(rule):
    module = rule.check.__module__.rpartition(".")[2]
    path = ROOT / "engine" / "verify" / "rules" / f"{module}.py"

    assert rule.id == module.replace("_", "-")
    assert len(path.read_text("utf-8").splitlines()) <= 90


def test_every_severity_is_one_and_a_draft_is_never_stricter():
    order = list(Severity)

    assert [r.id for r in RULES if order.index(r.draft) < order.index(r.severity)] == []


def test_published_page_is_the_generated_one():
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == page()


def test_every_fault_the_reader_reports_belongs_to_a_rule():
    source = "".join(p.read_text("utf-8") for p in (ROOT / "engine" / "bpmn").glob("*.py"))
    reported = set(
        re.findall(
            r'(?:report\w*\([^"]{0,60}|Refused\(\s*|\)\(\s*|rule=)"([a-z]+(?:-[a-z]+)+)"', source
        )
    )

    assert reported >= {"broken-xml", "bad-annotation", "misplaced-reference"}
    assert reported - {rule.id for rule in RULES} == set()


def test_every_variant_of_the_wording_says_what_and_how_to_mend():
    import tomllib

    text = (ROOT / "engine" / "model" / "wording" / "check.toml").read_text("utf-8")
    pages = {
        k: v
        for k, v in tomllib.loads(text).items()
        if k not in ("command", "mark", "rules", "watch")
    }
    tables = {k: v for k, v in pages.items() if isinstance(v, dict)}
    variants = {
        f"{rule}.{name}".rstrip("."): entry
        for rule, table in tables.items()
        for name, entry in ({"": table} if "message" in table else table).items()
    }

    assert set(tables) == {rule.id for rule in RULES}
    assert [key for key, entry in variants.items() if set(entry) != {"message", "hint"}] == []
    assert say(
        "check.closing",
        **dict.fromkeys(
            ("files", "procedures", "error", "unknown", "warning", "info", "waived", "suppressed"),
            0,
        ),
    )
