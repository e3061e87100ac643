"""What other tools take from the check: SARIF, the list of rules, the hook, own control data."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from engine.cli.main import qingdan
from engine.verify.rules import all_rules

from ..house import ROOT

ITEMS = ROOT / "processes" / "bpmn"
#: Properties SARIF 2.1.0 allows for the objects we write (clauses 3.13–3.49).
SARIF = {
    "log": ({"$schema", "version", "runs"}, {"version", "runs"}),
    "run": (
        {"tool", "language", "columnKind", "invocations", "results"},
        {"tool"},
    ),
    "driver": ({"name", "semanticVersion", "rules"}, {"name"}),
    "rule": (
        {
            "id",
            "shortDescription",
            "fullDescription",
            "help",
            "defaultConfiguration",
            "properties",
        },
        {"id"},
    ),
    "result": (
        {
            "ruleId",
            "ruleIndex",
            "level",
            "message",
            "locations",
            "partialFingerprints",
            "suppressions",
            "properties",
        },
        {"message"},
    ),
}


def _call(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(qingdan, list(map(str, arguments)))
    return result.exit_code, result.stdout


def _fits(kind: str, thing: dict[str, object]) -> bool:
    allowed, needed = SARIF[kind]
    return needed <= thing.keys() <= allowed


def _sarif(path: Path) -> dict:
    return json.loads(_call("check", path, "--format", "sarif")[1])


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "支付 流程.bpmn"
    text = (ITEMS / "treasury_payment.bpmn").read_text("utf-8")
    path.write_text(
        text.replace('duty="pay"', 'duty="pya"').replace(' name="审核指标"', ""), "utf-8"
    )
    return path


def test_sarif_has_the_shape_of_version_2_1_0(faulty):
    log = _sarif(faulty)
    (run,) = log["runs"]
    driver = run["tool"]["driver"]

    assert _fits("log", log)
    assert _fits("run", run)
    assert _fits("driver", driver)
    assert all(_fits("rule", rule) for rule in driver["rules"])
    assert all(_fits("result", result) for result in run["results"])
    assert {r["level"] for r in run["results"]} <= {"none", "note", "warning", "error"}
    assert all(driver["rules"][r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert all(r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in run["results"])
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", driver["semanticVersion"])


def test_sarif_address_is_a_uri_of_the_file(faulty, monkeypatch):
    monkeypatch.chdir(faulty.parent)
    place = _sarif(Path(faulty.name))["runs"][0]["results"][0]["locations"][0]
    uri = place["physicalLocation"]["artifactLocation"]["uri"]

    assert uri.isascii()
    assert unquote(uri) == faulty.name


def test_fingerprints_tell_results_apart_and_outlive_moved_lines(faulty):
    def prints() -> list[str]:
        results = _sarif(faulty)["runs"][0]["results"]
        return [result["partialFingerprints"]["qingdan/v1"] for result in results]

    before = prints()
    faulty.write_text(faulty.read_text("utf-8").replace("?>", "?>\n\n", 1), "utf-8")

    assert len(set(before)) == len(before) > 1
    assert prints() == before


def test_list_of_rules_is_whole_and_stable():
    first, second = _call("rules", "--format", "json"), _call("rules", "--format", "json")
    rows = json.loads(first[1])["rules"]

    assert first == second
    assert [row["id"] for row in rows] == [rule.id for rule in all_rules()]
    assert {tuple(row) for row in rows} == {
        ("id", "severity", "draft", "basis", "judges", "summary", "text")
    }
    assert {row["judges"] for row in rows} == {"file", "procedure", "office", "suppression"}


def test_list_of_rules_is_one_line_each():
    assert len(_call("rules")[1].splitlines()) == len(all_rules())


def test_hook_runs_a_command_that_takes_the_files_committed(faulty):
    hook = dict(
        line.strip("- ").split(": ", 1)
        for line in (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8").splitlines()
    )
    command = [sys.executable, "-m", "engine.cli", *hook["entry"].split()[1:]]

    def run(*paths: Path) -> int:
        return subprocess.run(
            [*command, *map(str, paths)], cwd=ROOT, capture_output=True, check=False
        ).returncode

    assert hook["language"] == "python"
    assert [bool(re.search(hook["files"], name)) for name in ("a.bpmn", "a.toml")] == [True, False]
    assert run(ITEMS / "note_issue.bpmn", ITEMS / "subsidy_card.bpmn") == 0
    assert run(ITEMS / "note_issue.bpmn", faulty) == 1


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An office's own copy of the posts, and nothing else."""
    shutil.copyfile(ROOT / "processes" / "posts.toml", tmp_path / "posts.toml")
    return tmp_path


def _changed(directory: Path, old: str, new: str) -> Path:
    path = directory / "posts.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return directory


def test_own_control_data_add_to_the_shipped(own):
    roster = ROOT / "processes" / "demo" / "shifan.toml"
    stricter = (
        '[[incompatible]]\nposts = ["资金监管", "档案管理"]\nstatutory = false\nbasis = "本县"\n'
    )
    assert _call("check", "--roster", roster, "--controls", own)[0] == 0

    code, out = _call(
        "check",
        "--roster",
        roster,
        "--controls",
        _changed(own, "[[incompatible]]", stricter + "[[incompatible]]"),
    )

    assert code == 1
    assert "“档案管理”和“资金监管”" in out


CONTROLS = [
    ('aliases = ["预算会计"]', 'aliases = ["出纳"]', "“出纳”写了两次"),
    (
        'name = "总预算会计"\naliases = ["预算会计"]',
        'name = "总预算会计"\naliases = ["出纳会计"]',
        "“出纳会计”写了两次",
    ),
    ('name = "总预算会计"', "name = 3", "缺少 name"),
    ('aliases = ["预算会计"]', 'aliases = "预算会计"', "aliases"),
    ('posts = ["所长", "总预算会计"]', 'posts = ["所长", "总会计"]', "总会计"),
    ("statutory = true", "statutory = 1", "statutory"),
    ("statutory = true", "statutory = false", "少了法律规定的不相容"),
    ("[[post]]", "[[post", "读不了"),
]


@pytest.mark.parametrize(("old", "new", "said"), CONTROLS)
def test_bad_control_data_are_one_clear_line(own, old, new, said, capsys, monkeypatch):
    from engine.cli.main import main

    monkeypatch.setattr(
        sys, "argv", ["qingdan", "check", "--controls", str(_changed(own, old, new))]
    )
    with pytest.raises(SystemExit) as stopped:
        main()
    (line,) = capsys.readouterr().err.splitlines()

    assert stopped.value.code == 2
    assert "posts.toml" in line
    assert said in line


def test_cycle_of_aliases_is_told_by_both_names(own, capsys, monkeypatch):
    _changed(own, 'aliases = ["预算会计"]', 'aliases = ["出纳会计"]')
    _changed(own, 'aliases = ["出纳"]', 'aliases = ["总预算会计"]')
    from engine.cli.main import main

    monkeypatch.setattr(sys, "argv", ["qingdan", "check", "--controls", str(own)])
    with pytest.raises(SystemExit):
        main()

    assert "“总预算会计”和“出纳会计”互为别名" in capsys.readouterr().err


def test_controls_that_are_no_directory_are_refused(tmp_path):
    assert _call("check", "--controls", tmp_path / "nowhere")[0] != 0
