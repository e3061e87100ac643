"""Every finding that shows a run is replayed: SpiffWorkflow comes to what it names."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.bpmn.library import Library
from engine.cli.replay import NothingToReplay
from engine.cli.simulate import simulate
from engine.runtime import joins
from engine.runtime.replaying import filling
from engine.verify.check import check_library, load_for_check

from ..house import ROOT
from ..rules.plants import PLANTS
from ..rules.test_rule_planted_conflicts import WAYS
from ..rules.test_rule_planted_conflicts import _planted as planted_way
from ..rules.test_rule_planting import _planted, _sharing_an_object

#: Rules of one file whose findings show a run.
SHOWING = (
    "deadlock",
    "lack-of-synchronisation",
    "or-join-cycle",
    "no-proper-completion",
    "cannot-complete",
    "limits-exceed-promise",
    "same-post-conflict",
)


def replayed(path: Path | str, *which: str) -> Result:
    return CliRunner().invoke(simulate, [str(path), "--replay", *which])


def result(path: Path | str, *which: str) -> dict:
    return json.loads(replayed(path, *which, "--format", "json").stdout)


def planted(directory: Path, rule: str) -> Path:
    plant = next(plant for plant in PLANTS if plant.rule == rule)
    path = directory / f"{plant.item}.bpmn"
    path.write_text(_planted(plant), "utf-8")
    return path


@pytest.mark.parametrize("rule", SHOWING)
def test_planted_finding_is_replayed_as_it_says(rule, tmp_path):
    path = planted(tmp_path, rule)

    answer = replayed(path, rule)

    assert answer.exit_code == 0, answer.output
    assert "结果：" in answer.output.splitlines()[-1]
    (run,) = result(path, rule)["runs"]
    assert run["astray"] is None or rule == "cannot-complete"


def test_no_rule_that_shows_a_run_is_left_out(tmp_path):
    shown = set()
    for plant in PLANTS:
        path = tmp_path / f"{plant.item}.bpmn"
        path.write_text(_planted(plant), "utf-8")
        library, documents = load_for_check([path])
        report = check_library(library, documents=documents, today=plant.today)
        shown |= {f.rule for f in report.findings if f.witness}

    assert shown == set(SHOWING)


@pytest.mark.parametrize("way", WAYS)
def test_conflict_planted_in_one_lane_is_come_to(way, tmp_path):
    lanes = dict.fromkeys(("confirm", "pay_again"), "lane_cashier")
    if way == "call activity":
        lanes.pop("pay_again")
    path = planted_way(tmp_path, way, lanes)

    found = result(path, "same-post-conflict")
    concerned = {s["path"] for s in found["runs"][0]["steps"] if s["concerned"]}

    assert found["agrees"]
    assert concerned == set(found["finding"]["elements"])
    assert concerned == {"confirm", "call/pay_again" if way == "call activity" else "pay_again"}


def test_conflict_of_one_person_is_replayed_with_the_roster(tmp_path):
    text = (ROOT / "processes" / "demo" / "shifan.toml").read_text("utf-8")
    roster = tmp_path / "roster.toml"
    roster.write_text(text.replace('posts = ["所长"]', 'posts = ["所长", "出纳会计"]'), "utf-8")
    item = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"

    answer = replayed(item, "same-officer-possible", "--roster", str(roster))

    assert answer.exit_code == 0, answer.output
    assert answer.output.count("★") == 2


def test_conflict_across_two_items_is_replayed_in_both(tmp_path):
    consultation, payment = _sharing_an_object(tmp_path)

    found = replayed(
        payment, "same-post-across-items", "--processes", str(consultation), "--format", "json"
    )
    runs = json.loads(found.stdout)["runs"]

    assert found.exit_code == 0, found.output
    assert len(runs) == 2
    assert all(any(step["concerned"] for step in run["steps"]) for run in runs)


@pytest.mark.parametrize("item", [p.id for p in Library.load().items()])
def test_run_through_every_step_of_an_item_that_can_follow_another_is_found(item):
    path = Library.load().procedures[item].path
    first, *_, last = (n.id for n in Library.load().procedures[item].steps())

    found = result(path, f"{first},{last}")

    assert found["agrees"]
    assert not [s for run in found["runs"] for s in run["steps"] if s["forced"]]


def test_values_are_told_that_make_the_run_go_on(tmp_path):
    item = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"

    answer = replayed(item, "decide_jointly,make_payment")

    assert "填写 支付金额 = 50001元" in answer.output
    assert "走“超过”（amount > 50000）" in answer.output
    assert "强制" not in answer.output


def test_branch_no_value_leads_to_is_forced_and_said(tmp_path):
    text = (ROOT / "processes" / "bpmn" / "treasury_payment.bpmn").read_text("utf-8")
    path = tmp_path / "item.bpmn"
    path.write_text(text.replace("amount &gt; 50000", "amount &gt; 50000 and amount &lt; 1"))

    assert "强制：没有找到让条件成立的填法" in replayed(path, "decide_jointly").output
    path.write_text(text.replace("amount &gt; 50000", "payment_result == '成功'"))
    assert "强制：“payment_result”在此之前没有环节填写" in replayed(path, "decide_jointly").output


def test_findings_are_listed_with_the_numbers_they_are_replayed_by(tmp_path):
    path = planted_way(
        tmp_path, "sequence", dict.fromkeys(("confirm", "pay_again"), "lane_cashier")
    )
    listed = [line for line in replayed(path).stdout.splitlines() if line]

    assert [line.split(".")[0].strip() for line in listed] == ["1", "2"]
    assert "★" in replayed(path, "2").output
    assert "同样的问题有 2 处" in replayed(path, "same-post-conflict").output


def test_witness_is_taken_as_json_gives_it(tmp_path):
    path = planted(tmp_path, "deadlock")
    witness = result(path, "deadlock")["finding"]["witness"]

    steps = result(path, json.dumps(witness))["runs"][0]["steps"]

    assert [step["path"] for step in steps] == witness


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("9", "没有第 9 个问题，可以重放的有 1 个"),
        ("deadlok", "“deadlok”看不懂"),
        ("same-post-conflict", "可以重放的有：deadlock"),
        ("deadlock:1", "没有“deadlock”这个问题；它在第"),
        ("[1]", "看不懂"),
        ("[", "看不懂"),
        ("", "deadlock"),
        ("make_payment,submit_payment", "没有依次经过这些元素的走法"),
        ("submit_payment,make_paymnet", "没有元素“make_paymnet”（相近的有 make_payment"),
    ],
)
def test_what_cannot_be_replayed_is_said(which, said, tmp_path):
    path = planted(tmp_path, "deadlock")
    answer = replayed(path, which)

    if which:
        assert isinstance(answer.exception, NothingToReplay)
    assert said in answer.output + str(answer.exception)


def test_file_without_findings_and_file_that_cannot_run_are_told_apart(tmp_path):
    item = ROOT / "processes" / "bpmn" / "note_issue.bpmn"
    assert replayed(item).exit_code == 0
    assert "没有可以重放的问题" in str(replayed(item, "deadlock").exception)
    text = re.sub(
        '<bpmn:userTask (id="archive_payment".*?)</bpmn:userTask>',
        r"<bpmn:scriptTask \1</bpmn:scriptTask>",
        planted(tmp_path, "same-post-conflict").read_text("utf-8"),
        flags=re.DOTALL,
    )
    path = tmp_path / "script.bpmn"
    path.write_text(text, "utf-8")
    assert "执行引擎不运行这个流程" in str(replayed(path, "same-post-conflict").exception)


def test_options_of_a_replay_are_refused_without_one(tmp_path):
    item = str(ROOT / "processes" / "bpmn" / "note_issue.bpmn")
    for more in (["--format", "json"], ["--roster", "x.toml"]):
        assert CliRunner().invoke(simulate, [item, *more]).exit_code == 2
    answer = CliRunner().invoke(simulate, [item, "--replay", "1", "--answers", "-"], input="")
    assert answer.exit_code == 2


# faults of our own -----------------------------------------------------------------


def test_join_that_lets_branches_pass_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(
        joins.InclusiveMeeting, "_check_threshold_unstructured", lambda self, task: True
    )

    assert replayed(planted(tmp_path, "or-join-cycle"), "or-join-cycle").exit_code == 1


def test_wrong_values_lead_the_run_astray(monkeypatch):
    monkeypatch.setattr(filling.Filling, "at", lambda self, number, case: ())
    item = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"

    assert replayed(item, "decide_jointly,make_payment").exit_code == 1
