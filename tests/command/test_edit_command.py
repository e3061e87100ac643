"""``qingdan edit`` as a designer calls it: what is shown, changed, refused, and found new."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.bpmn.reader import read
from engine.cli import changing
from engine.cli.main import main
from engine.model.procedure import Step

from ..house import ROOT

ITEM = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"
CALLER = ROOT / "processes" / "bpmn" / "subsidy_card.bpmn"
CALLED = ROOT / "processes" / "bpmn" / "subsidy_household.bpmn"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of the user's own: the callers and callees of shipped items lie beside it."""
    return Path(shutil.copy(ITEM, tmp_path / "支付.bpmn"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Exit code, standard output and standard error of ``qingdan edit``."""

    def called(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qingdan", "edit", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return called


def step_of(file: Path, node: str) -> Step:
    """What a file says of a step."""
    found = read(file.read_bytes()).procedures[0].nodes[node].step
    assert found is not None
    return found


def test_every_element_is_listed(run: Run, file: Path) -> None:
    code, out, _ = run(file)
    procedure = read(ITEM.read_bytes()).procedures[0]
    ids = {line.split()[0] for line in out.splitlines()}

    assert code == 0
    assert ids >= {procedure.id, *procedure.nodes, *procedure.flows}
    assert "approve_payment                       人工环节  审批支付      所长  approve\n" in out


def test_what_stands_at_an_element_is_shown_as_it_may_be_written(run: Run, file: Path) -> None:
    code, out, _ = run(file, "show", "审批支付")

    assert code == 0
    for said in ("岗位  所长", "duty       approve", "field.1（表单字段", "level    高"):
        assert said in out
    assert "可以加：legalBasis、clock、field、document、risk" in out
    assert run(file, "show", "approve_payment")[1] == out


def test_shown_as_json_for_other_programs(run: Run, file: Path) -> None:
    flow = json.loads(run(file, "show", "over_threshold_to_decide_jointly", "--format", "json")[1])
    node = json.loads(run(file, "show", "over_threshold", "--format", "json")[1])

    assert flow["condition"] == "amount > 50000"
    assert node["default"] == "over_threshold_to_approve_payment"
    elements = json.loads(run(file, "show", "--format", "json")[1])["elements"]
    assert {each["id"] for each in elements} >= {flow["id"], node["id"]}


def test_values_are_set_and_removed(run: Run, file: Path) -> None:
    before = file.read_bytes()
    assert run(file, "set", "approve_payment", "post=所长", "guide=先看=记录")[0] == 0
    step = step_of(file, "approve_payment")
    assert (step.post, step.guide) == ("所长", "先看=记录")

    guide = step_of(ITEM, "approve_payment").guide
    assert run(file, "set", "approve_payment", "post=", f"guide={guide}")[0] == 0
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_same_value_again_writes_nothing(run: Run, file: Path) -> None:
    stamp = file.stat().st_mtime_ns
    code, out, err = run(file, "set", "approve_payment", "duty=approve")
    assert (code, out) == (0, "")
    assert "没有要改的" in err
    assert file.stat().st_mtime_ns == stamp


def test_annotations_are_added_and_removed(run: Run, file: Path) -> None:
    before = file.read_bytes()
    words = ("level=高", "form=越权", "measure=逐笔审批")
    assert run(file, "add", "approve_payment", "risk", *words)[0] == 0
    assert [risk.form for risk in step_of(file, "approve_payment").risks][1:] == ["越权"]
    assert run(file, "remove", "approve_payment", "risk.2")[0] == 0
    assert file.read_bytes() == before


def test_annotation_is_told_by_its_number_or_its_name(run: Run, file: Path) -> None:
    assert run(file, "set", "提交支付申请", "field.purpose", "label=资金用途")[0] == 0
    assert run(file, "set", "提交支付申请", "step/field.7", "help=扫描件")[0] == 0
    fields = {field.name: field for field in step_of(file, "submit_payment").fields}
    assert fields["purpose"].label == "资金用途"
    assert fields["payment_files"].help == "扫描件"


def test_attribute_our_format_does_not_know_is_removed(run: Run, file: Path) -> None:
    text = ITEM.read_text("utf-8")
    wrong = text.replace('<qd:step duty="approve"', '<qd:step dutty="x" duty="approve"')
    file.write_text(wrong, "utf-8")
    assert "dutty      x\n" in run(file, "show", "approve_payment")[1]
    code, out, _ = run(file, "set", "approve_payment", "dutty=")
    assert code == 0
    assert "不再有 unknown-extension" in out
    assert file.read_text("utf-8") == text


def test_condition_and_default_of_a_choice_change_places(run: Run, file: Path) -> None:
    under, over = "over_threshold_to_approve_payment", "over_threshold_to_decide_jointly"
    run(file, "set", over, "condition=")
    run(file, "set", "over_threshold", "default=超过")
    code, out, _ = run(file, "set", under, "condition=amount <= 50000")

    procedure = read(file.read_bytes()).procedures[0]
    assert (code, procedure.nodes["over_threshold"].default) == (0, over)
    assert procedure.flows[over].condition is None
    assert procedure.flows[under].condition == "amount <= 50000"
    assert "不再有 missing-condition" in out


def test_dry_run_shows_the_difference_and_writes_nothing(run: Run, file: Path) -> None:
    before = file.read_bytes()
    code, out, err = run(file, "set", "approve_payment", "duty=pya", "--dry-run")

    assert (code, file.read_bytes()) == (1, before)
    assert out.splitlines()[:2] == [f"--- {file}", f"+++ {file}"]
    changed = [line for line in out.splitlines()[2:] if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "+"]
    assert changed[0].replace("approve", "pya")[1:] == changed[1][1:]
    assert "新增" in err
    assert "unknown-duty" in err


def test_only_new_findings_are_said_and_fail(run: Run, file: Path) -> None:
    code, out, err = run(file, "set", "approve_payment", "duty=pya")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines() if "unknown-duty" in line] == ["新增"]
    assert step_of(file, "approve_payment").duty == "pya"
    assert f"已改：{file}:159" in err

    code, out, err = run(file, "set", "approve_payment", "guide=看意见")
    assert (code, out) == (0, "")
    assert "新增 0，消去 0" in err


@pytest.mark.parametrize("words", [("set", "审批支付", "name=批准"), ("rename", "审批支付", "ok")])
def test_old_finding_under_another_name_is_no_news(
    run: Run, file: Path, words: tuple[str, ...]
) -> None:
    run(file, "set", "approve_payment", "duty=pya")
    code, out, err = run(file, *words)
    assert (code, out) == (0, "")
    assert "新增 0，消去 0" in err


def test_new_id_of_a_step_reminds_of_running_cases(run: Run, file: Path) -> None:
    said = run(file, "rename", "审批支付", "approve")[2]
    assert "case migrate" in said
    assert "--renamed approve_payment=approve" in said
    assert "case migrate" not in run(file, "rename", "lane_director", "director")[2]


def test_file_that_calls_it_is_judged_too(run: Run, tmp_path: Path) -> None:
    caller, called = tmp_path / CALLER.name, tmp_path / CALLED.name
    for source, copy in ((CALLER, caller), (CALLED, called)):
        # Under the shipped id the shipped file would be found instead.
        text = source.read_text("utf-8").replace("subsidy_household", "own_household")
        copy.write_text(text, "utf-8")
    code, out, _ = run(called, "rename", "own_household", "household")
    assert code == 1
    assert f"新增 {caller}" in out
    assert "missing-callee" in out

    elements = json.loads(run(caller, "show", "--format", "json")[1])["elements"]
    for call in (e["id"] for e in elements if e.get("calledElement") == "own_household"):
        code, out, _ = run(caller, "set", call, "calledElement=household")
    assert code == 0
    assert "不再有 missing-callee" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("set", "aprove_payment", "limit=3"), "相近的有：approve_payment"),
        (("set", "approve_payment", "dutty=pay"), "相近的有：duty"),
        (("set", "approve_payment", "limit=5d"), "limit 应当是大于零的整数"),
        (("set", "approve_payment", "limit"), "没有写要改什么"),
        (("set", "approve_payment", "risk.1", "高"), "“高”不是“名称=值”的写法"),
        (("set", "approve_payment", "risk.1", "level=很高"), "可用的有：高、中、低"),
        (("set", "approve_payment", "risk.7", "level=高"), "这里有：risk.1 越权审批"),
        (("set", "approve_payment", "guide=甲\x07"), "控制字符"),
        (("set", "approve_payment", "condition=amount > 5"), "没有“condition”"),
        (("set", "quota_available", "duty=pay"), "可用的有：name、default"),
        (("set", "over_threshold", "default=make_payment"), "不是从这里出去的流向"),
        (("add", "approve_payment", "risk", "level=高"), "必须写“form”（表现形式）、“measure”"),
        (("add", "approve_payment", "risks", "level=高"), "相近的有：risk"),
        (("add", "approve_payment", "risk.2", "level=高"), "不写序号"),
        (("add", "approve_payment", "step", "duty=pay"), "只能写一次"),
        (("set", "approve_payment", "dutty="), "没有“dutty”"),
        (("add", "approve_payment", "field.purpose/column", "name=a"), "没有 field.purpose"),
        (("add", "make_payment", "field.0/column", "name=a"), "没有 field.0"),
        (("remove", "approve_payment", "document"), "没有 document 这个标注"),
        (("rename", "approve_payment", "make_payment"), "已经有元素用了"),
        (("rename", "approve_payment", "5 元"), "不合编号的要求"),
        (("show", "nobody"), "没有编号或名称为“nobody”"),
        (("frob",), "可用的有：add、remove、rename、set、show"),
    ],
)
def test_refused_in_one_line_with_a_way_out(
    run: Run, file: Path, words: tuple[str, ...], says: str
) -> None:
    code, out, err = run(file, *words)

    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert file.read_bytes() == ITEM.read_bytes()


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('id')",
        "().__class__.__bases__",
        "'a' * 99999999",
        "9 ** 9 ** 9",
        "[x for x in amount]",
        "'%9999999d' % 1",
        "amount > ",
    ],
)
def test_expression_that_is_none_or_an_attack_is_not_written(
    run: Run, file: Path, expression: str
) -> None:
    flow = "over_threshold_to_decide_jointly"
    for words in (
        ("set", flow, f"condition={expression}"),
        ("add", "treasury_payment", "object", "kind=合同", f"key={expression}"),
        ("set", "submit_payment", "clock.1", f"when={expression}"),
    ):
        code, _, err = run(file, *words)
        assert code == 2
        assert "不能这样写" in err
    assert file.read_bytes() == ITEM.read_bytes()


def test_broken_file_is_refused_with_its_line(run: Run, file: Path) -> None:
    file.write_bytes(ITEM.read_bytes()[:900])
    code, _, err = run(file, "set", "approve_payment", "duty=pay")
    assert code == 1
    assert f"{file}:" in err
    assert "qingdan check" in err


def test_file_that_is_not_there_exits_with_2(run: Run, tmp_path: Path) -> None:
    code, _, err = run(tmp_path / "没有.bpmn", "show")
    assert code == 2
    assert "打不开" in err


def test_change_of_another_program_is_not_overwritten(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = changing._judged

    def saved_meanwhile(*arguments: object) -> object:
        file.write_bytes(file.read_bytes() + b"\n")
        return judged(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(changing, "_judged", saved_meanwhile)
    code, _, err = run(file, "set", "approve_payment", "duty=pay")
    assert code == 2
    assert "刚刚被别的程序改过" in err
    assert file.read_bytes() == ITEM.read_bytes() + b"\n"


def test_full_disk_leaves_the_file_as_it_was(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    code, _, err = run(file, "set", "approve_payment", "duty=pay")
    assert code == 2
    assert "磁盘" in err
    assert file.read_bytes() == ITEM.read_bytes()
