"""``qingdan explore`` as a user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.explore import explore

_HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
CHOICE = (
    _HEAD + '<process id="p"><startEvent id="s"/><exclusiveGateway id="x"/><task id="a"/>'
    '<task id="b"/><sequenceFlow id="f1" sourceRef="s" targetRef="x"/>'
    '<sequenceFlow id="f2" sourceRef="x" targetRef="a"/>'
    '<sequenceFlow id="f3" sourceRef="x" targetRef="b"/></process></definitions>'
)
STUCK = CHOICE.replace(
    "</process>",
    '<parallelGateway id="j"/><sequenceFlow id="f4" sourceRef="a" targetRef="j"/>'
    '<sequenceFlow id="f5" sourceRef="b" targetRef="j"/></process>',
)
CALLER = (
    _HEAD + '<process id="callee"><task id="t"/></process>'
    '<process id="main"><callActivity id="c" calledElement="callee"/></process></definitions>'
)


def run(tmp_path: Path, content: str, *options: str) -> Result:
    file = tmp_path / "plain.bpmn"
    file.write_text(content, "utf-8")
    return CliRunner().invoke(explore, [str(file), *options])


def test_json_of_a_plain_file(tmp_path: Path) -> None:
    result = run(tmp_path, CHOICE, "--format", "json")
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert (shown["sound"], shown["faults"]) == (True, [])
    assert shown["pairs"] == [["a", "b", "never"]]
    assert shown["maximal_runs"] == [["a"], ["b"]]
    assert shown["states"] > 0


def test_fault_is_shown_with_its_line_and_run(tmp_path: Path) -> None:
    result = run(tmp_path, STUCK)
    assert result.exit_code == 1
    assert "plain.bpmn:1 deadlock" in result.stdout
    assert "s → x → a" in result.stdout


def test_text_names_steps_as_they_are_drawn(tmp_path: Path) -> None:
    named = CHOICE.replace('<task id="a"', '<task id="a" name="审核"')
    assert "审核 – b" in run(tmp_path, named).stdout
    repeated = named.replace('<task id="b"', '<task id="b" name="审核"')
    assert "审核（a） – 审核（b）" in run(tmp_path, repeated).stdout


def test_only_the_first_pairs_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    tasks = "".join(
        f'<task id="t{n}"/><sequenceFlow id="g{n}" sourceRef="x" targetRef="t{n}"/>'
        for n in range(20)
    )
    shown = run(tmp_path, CHOICE.replace("</process>", tasks + "</process>")).stdout
    assert "231 对" in shown
    assert "另有 131 对" in shown


def test_entry_is_the_first_process_no_other_calls(tmp_path: Path) -> None:
    shown = json.loads(run(tmp_path, CALLER, "--format", "json").stdout)
    assert shown["steps"] == ["c/t"]


def test_callee_is_found_beside_the_file(tmp_path: Path) -> None:
    callee, caller = CALLER.split("</process>", 1)[0], CALLER.split("</process>", 1)[1]
    (tmp_path / "callee.bpmn").write_text(callee + "</process></definitions>", "utf-8")
    shown = json.loads(run(tmp_path, _HEAD + caller, "--format", "json").stdout)
    assert (shown["sound"], shown["steps"]) == (True, ["c/t"])


def test_missing_callee_is_unknown_not_fine(tmp_path: Path) -> None:
    caller = _HEAD + CALLER.split("</process>", 1)[1]
    result = run(tmp_path, caller, "--format", "json")
    shown = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (shown["sound"], shown["maximal_runs"]) == ("unknown", None)
    assert "callee" in shown["unknown_reason"]


@pytest.mark.parametrize("content", ["not xml", _HEAD + "</definitions>"])
def test_file_without_a_process_says_so(tmp_path: Path, content: str) -> None:
    result = run(tmp_path, content)
    assert result.exit_code == 1
    assert "qingdan check" in result.stderr


def test_diagram_read_in_part_is_not_called_fine(tmp_path: Path) -> None:
    result = run(tmp_path, CHOICE.replace('targetRef="b"', 'targetRef="nowhere"'))
    assert result.exit_code == 1
    assert "qingdan check" in result.stderr
