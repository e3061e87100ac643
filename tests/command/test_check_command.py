"""``qingdan check`` as a user calls it: output, formats, exit codes, bad input."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli.main import main, qingdan
from engine.model.finding import Severity
from engine.verify.rules import all_rules

from ..house import ROOT

ITEM = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"
CALLER = ROOT / "processes" / "bpmn" / "expense_claim.bpmn"
ROSTER = ROOT / "processes" / "demo" / "shifan.toml"
FIELDS = [
    "rule",
    "severity",
    "file",
    "line",
    "process",
    "elements",
    "posts",
    "officers",
    "message",
    "hint",
    "basis",
    "witness",
]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call ``qingdan check`` and return exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qingdan", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        shown = capsys.readouterr()
        return int(str(stopped.value.code)), shown.out, shown.err

    return call


@pytest.fixture
def planted(tmp_path: Path) -> Callable[..., Path]:
    """A copy of an item with one text replaced by another."""

    def make(old: str, new: str, item: Path = ITEM) -> Path:
        text = item.read_text("utf-8")
        assert old in text
        path = tmp_path / item.name
        path.write_text(text.replace(old, new, 1), "utf-8")
        return path

    return make


@pytest.mark.parametrize("paths", [[], [ROOT / "processes"], [ITEM], [ITEM, CALLER]])
def test_shipped_items_are_clean(run, paths):
    code, _, chatter = run(*paths)

    assert code == 0
    assert chatter.startswith("查了 ")


def test_text_names_file_line_rule_message_and_hint(run, planted):
    path = planted('duty="examine"', 'dutty="examine"')

    code, out, _ = run(path)

    line = next(text for text in out.splitlines() if "dutty" in text)
    assert code == 1
    assert re.fullmatch(
        rf"{re.escape(str(path))}:\d+ unknown-extension .*“dutty” — 是不是要写“duty”？", line
    )


def test_text_is_plain_off_a_terminal(run, planted):
    assert "\x1b" not in run(planted('duty="examine"', 'dutty="examine"'))[1]


def test_text_is_coloured_on_a_terminal(planted):
    path = planted('duty="examine"', 'dutty="examine"')
    result = CliRunner().invoke(qingdan, ["check", str(path)], color=True)

    assert "\x1b[31munknown-extension" in result.stdout


def test_json_has_the_agreed_fields_sorted_and_the_same_twice(run, planted):
    path = planted('duty="examine"', 'duty="examin" post="出呐"')

    first, second = run(path, "--format", "json"), run(path, "--format", "json")
    report = json.loads(first[1])
    keys = [(f["file"], f["line"] or 0, f["rule"]) for f in report["findings"]]

    assert first == second
    assert first[0] == 1
    assert {tuple(finding) for finding in report["findings"]} == {tuple(FIELDS)}
    assert keys == sorted(keys)
    assert report["summary"]["files"] == 1
    assert report["summary"]["error"] == sum(f["severity"] == "error" for f in report["findings"])


def test_sarif_names_its_rules_levels_and_places(run, planted):
    path = planted('duty="examine"', 'duty="examin"')

    code, out, _ = run(path, "--format", "sarif")
    log = json.loads(out)
    (sarif,) = log["runs"]
    result = next(r for r in sarif["results"] if r["ruleId"] == "unknown-duty")
    place = result["locations"][0]["physicalLocation"]

    assert code == 1
    assert log["version"] == "2.1.0"
    assert [r["id"] for r in sarif["tool"]["driver"]["rules"]] == [r.id for r in all_rules()]
    assert result["level"] == "error"
    assert place["artifactLocation"]["uri"] == path.as_uri()
    assert path.read_text("utf-8").splitlines()[place["region"]["startLine"] - 1].strip() == (
        '<bpmn:userTask id="examine_quota" name="审核指标">'
    )


def test_suppressed_finding_clears_the_exit_code_and_stays_in_sarif(run, planted):
    path = planted(' phone="0374-0000001"', "")
    text = path.read_text("utf-8")
    excuse = '<qd:suppress rule="missing-phone" reason="五月搬迁"/>'
    assert run(path)[0] == 1
    path.write_text(text.replace("<qd:object", f"{excuse}<qd:object", 1), "utf-8")

    code, out, _ = run(path, "--format", "json")
    (sarif,) = json.loads(run(path, "--format", "sarif")[1])["runs"]
    (kept,) = [r for r in sarif["results"] if "suppressions" in r]

    assert code == 0
    assert json.loads(out)["summary"]["suppressed"] == 1
    assert kept["suppressions"] == [{"kind": "inSource", "justification": "五月搬迁"}]


@pytest.mark.parametrize(("preset", "code"), [("draft", 0), ("recommended", 1), ("strict", 1)])
def test_draft_lets_omissions_pass(run, planted, preset, code):
    assert run(planted('duty="examine" ', ""), "--preset", preset)[0] == code


def test_strict_makes_warnings_errors(run, planted):
    path = planted('name="审核指标"', 'name="审核预算指标余额和用款计划以及支出用途"')

    assert [run(path)[0], run(path, "--preset", "strict")[0]] == [0, 1]


def test_demo_rosters_pass_and_the_waived_conflict_is_counted(run):
    code, out, _ = run("--roster", ROSTER.with_name("xiaohe.toml"), "--format", "json")
    report = json.loads(out)
    waived = [f for f in report["findings"] if f["rule"] == "incompatible-appointment"]

    assert code == 0
    assert report["summary"]["waived"] >= 1
    assert [(f["severity"], f["officers"]) for f in waived] == [("warning", ["chen"])]
    assert "已豁免" in waived[0]["message"]


BROKEN = {
    "broken-xml": b"<?xml version='1.0'?>\n<bpmn:definitions",
    "not-bpmn": b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml",
    "file-too-large": b"<a>" + b" " * 50_000_000 + b"</a>",
    "doctype-forbidden": b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<a/>',
}


@pytest.mark.parametrize("rule", BROKEN)
def test_broken_content_is_one_finding(run, tmp_path, rule):
    path = tmp_path / "item.bpmn"
    path.write_bytes(BROKEN[rule])

    code, out, _ = run(path)

    (line,) = out.splitlines()
    assert code == 1
    assert rule in line.split()
    assert line.startswith(str(path))


FAULTS = {
    "unknown-post": (ITEM, 'name="出纳会计"', 'name="出呐会计"', "是不是“出纳会计”？"),
    "unknown-extension": (ITEM, 'duty="pay"', 'dutty="pay"', "是不是要写“duty”？"),
    "unknown-statute": (ITEM, 'statute="预算法"', 'statute="预标法"', "预算法"),
    "unsafe-expression": (ITEM, "amount &gt; 50000", "__import__('os')", "__import__"),
    "missing-callee": (
        CALLER,
        'calledElement="treasury_payment"',
        'calledElement="treasury_paymnet"',
        "treasury_payment",
    ),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_bad_item_gets_one_clear_line(run, planted, rule):
    item, old, new, help_ = FAULTS[rule]
    path = planted(old, new, item)

    code, out, chatter = run(path)

    (line,) = [text for text in out.splitlines() if rule in text.split()]
    assert code == 1
    assert re.match(rf"{re.escape(str(path))}:\d+ {rule} ", line)
    assert help_ in line
    assert "Traceback" not in out + chatter


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.bpmn"],
        [ROOT / "engine" / "model"],
        [ITEM, "--roster", "nowhere.toml"],
        [ITEM, "--format", "xml"],
        [ITEM, "--preset", "lenient"],
        [ITEM, "--rooster", "x"],
    ],
)
def test_unreadable_path_or_wrong_usage_exits_2_with_one_line(run, arguments):
    code, out, chatter = run(*arguments)

    assert code == 2
    assert out == ""
    assert re.fullmatch(r"qingdan: .+\n", chatter)


def test_roster_that_is_no_toml_is_a_finding(run, tmp_path):
    roster = tmp_path / "roster.toml"
    roster.write_text('office = "示范镇财政所"\nofficer = [\n', "utf-8")

    code, out, _ = run(ITEM, "--roster", roster, "--format", "json")
    (found,) = [f for f in json.loads(out)["findings"] if f["rule"] == "bad-roster"]

    assert code == 1
    assert found["file"] == str(roster)
    assert found["severity"] == Severity.ERROR


def test_finding_of_a_conflict_carries_posts_basis_and_a_witness(run, planted):
    pay = "<bpmn:flowNodeRef>make_payment</bpmn:flowNodeRef>"
    path = planted(pay, "")
    approve = "<bpmn:flowNodeRef>approve_payment</bpmn:flowNodeRef>"
    path.write_text(path.read_text("utf-8").replace(approve, approve + pay, 1), "utf-8")

    code, out, _ = run(path, "--format", "json")
    (found,) = [f for f in json.loads(out)["findings"] if f["rule"] == "same-post-conflict"]

    assert code == 1
    assert found["elements"] == ["approve_payment", "make_payment"]
    assert found["posts"] == ["所长"]
    assert found["basis"]
    assert found["witness"][-1] == "make_payment"
    assert "approve_payment" in found["witness"]


def test_text_shows_the_run_that_does_both_steps(run, planted):
    path = planted('duty="reconcile"', 'duty="examine"')

    shown = run(path)[1].splitlines()
    number = next(n for n, line in enumerate(shown) if " same-post-conflict " in line)

    assert shown[number + 1].startswith("    走法：")
    assert shown[number + 1].count(" → ") > 2


def test_wrong_choice_is_told_by_the_option_as_written(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["qingdan", "check", "--format", "xml"])
    with pytest.raises(SystemExit):
        main()

    assert "--format 的值不对（只能是 text、json、sarif）" in capsys.readouterr().err
