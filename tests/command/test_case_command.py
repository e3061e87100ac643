"""``qingdan case`` and ``qingdan simulate`` on the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from engine.bpmn.library import Library
from engine.cli.case import case as case_command
from engine.cli.simulate import simulate as simulate_command
from engine.model.controls import load_controls
from engine.model.errors import QingdanError
from engine.model.office import Appointment, Officer, Relative, Roster
from engine.runtime import Office
from engine.store import open_store
from tests.cases.drawings import column, field, flow, line, process, step

FILE = process(
    "p",
    step(
        "fill",
        field("amount", "money", label="金额", required="true"),
        field("rows", "table", columns=column("who") + column("sum", "money")),
        field("scan", "file", label="扫描件"),
        duty="examine",
        post="资金监管",
    ),
    '<exclusiveGateway id="x" default="x_end"/>',
    step("approve", duty="approve", post="所长"),
    line("start", "fill", "x"),
    flow("x", "approve", "amount &gt; 100"),
    flow("x", "end"),
    flow("approve", "end"),
    code="T-1",
)
Run = Callable[..., Result]


def _officer(id: str, *posts: str, **more: object) -> Officer:
    appointments = tuple(Appointment(post=post) for post in posts)
    return Officer(id=id, name=f"{id}同志", appointments=appointments, **more)  # type: ignore[arg-type]


@pytest.fixture
def url(tmp_path: Path, sqlite_database: str) -> str:
    path = tmp_path / "p.bpmn"
    path.write_bytes(FILE)
    office = Office(open_store(sqlite_database), "shifan", controls=load_controls())
    brother = Relative(name="赵玉田", relation="兄弟")
    both = _officer("both", "资金监管", "所长", relatives=(brother,))
    office.appoint(Roster(office="示范镇财政所", officers=(both, _officer("zhang", "所长"))))
    office.publish(Library.load([path]))
    return sqlite_database


@pytest.fixture
def run(url: str) -> Run:
    def run(*arguments: str, command: object = case_command) -> Result:
        return CliRunner().invoke(
            command,  # type: ignore[arg-type]
            arguments,
            env={"QINGDAN_DATABASE_URL": url},
            catch_exceptions=True,
        )

    return run


def _ok(result: Result) -> str:
    assert (result.exit_code, result.exception) == (0, None), result.output
    return result.output


def _refused(result: Result) -> QingdanError:
    assert isinstance(result.exception, QingdanError), result.output
    return result.exception


def test_case_goes_from_opening_to_finish(run: Run, tmp_path: Path) -> None:
    scan = tmp_path / "表.pdf"
    scan.write_bytes(b"%PDF")
    _ok(run("open", "T-1", "--applicant", "钱二水", "--as", "both"))
    number = json.loads(_ok(run("list", "--format", "json")))[0]["id"]
    assert f"{number}/fill" in _ok(run("todo", "--as", "both"))
    _ok(run("claim", f"{number}/fill", "--as", "both"))
    _ok(
        run(
            *("complete", f"{number}/fill", "--as", "both", "--set", "amount=1,000.50"),
            *("--set", "rows.0.who=甲", "--set", "rows.0.sum=3", "--file", f"scan={scan}"),
        )
    )
    shown = json.loads(_ok(run("show", number, "--format", "json")))
    assert shown["data"]["amount"] == "1000.50"
    assert shown["data"]["rows"] == [{"who": "甲", "sum": "3.00"}]
    assert shown["attachments"][0]["filename"] == "表.pdf"
    assert "资金监管" in _ok(run("show", number))

    refused = _refused(run("claim", f"{number}/approve", "--as", "both"))
    assert "duty-conflict" in refused.message
    assert refused.exit_code == 1

    _ok(run("claim", f"{number}/approve", "--as", "zhang"))
    _ok(run("release", f"{number}/approve", "--as", "zhang"))
    _ok(run("claim", f"{number}/approve", "--as", "zhang"))
    assert "办结" in _ok(run("complete", f"{number}/approve", "--as", "zhang"))
    history = json.loads(_ok(run("history", number, "--format", "json")))
    actions = [entry["action"] for entry in history]
    assert actions.count("refused") == 1
    assert actions[-1] == "finished"
    assert "拒绝" in _ok(run("history", number))
    assert "触发了 0 个" in _ok(run("tick"))


def test_brother_of_the_applicant_is_refused(run: Run) -> None:
    _ok(run("open", "T-1", "--applicant", "赵玉田", "--as", "zhang"))
    number = json.loads(_ok(run("list", "--format", "json")))[0]["id"]
    refused = _refused(run("claim", f"{number}/fill", "--as", "both"))
    assert "兄弟" in refused.message
    assert "公务员法" in refused.message


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("show", "2026-999999"), 2, "没有编号为“2026-999999”的办件"),
        (("claim", "nonsense", "--as", "both"), 2, "没有编号为“nonsense”的待办"),
        (("todo", "--as", "nobody"), 2, "没有编号为“nobody”的人员"),
        (("open", "T-9", "--applicant", "甲", "--as", "both"), 2, "没有“T-9”这个事项"),
        (("list", "--office", "elsewhere"), 2, "没有单位“elsewhere”"),
        (("open", "T-1", "--applicant", "甲", "--as", "both", "--set", "amount=多"), 1, "不是金额"),
        (("list", "--db", "sqlite:////nowhere/at/all.sqlite3"), 2, "还没有数据库"),
        (("list", "--db", "nonsense"), 2, "写得不对"),
    ],
)
def test_bad_input_is_one_clear_line(
    run: Run, arguments: tuple[str, ...], code: int, message: str
) -> None:
    error = _refused(run(*arguments))
    assert message in error.message
    assert "\n" not in str(error)
    assert error.exit_code == code


def test_wrong_applicant_is_one_line_for_each_problem(url: str) -> None:
    wrong = ("--applicant", " ", "--id-card", "123", "--phone", "12", "--as", "both")
    result = subprocess.run(
        [sys.executable, "-m", "engine.cli", "case", "open", "T-1", *wrong],
        capture_output=True,
        env={**os.environ, "QINGDAN_DATABASE_URL": url, "PYTHONUTF8": "1"},
        encoding="utf-8",
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "qingdan: 申请人没有填；请填写",
        "qingdan: 身份证号“123”不是有效的身份证号；请核对 18 位号码和校验位",
        "qingdan: 联系电话“12”不是电话号码；请写手机号或带区号的座机号",
    ]


def test_wrong_form_leaves_the_step_as_it_was(run: Run) -> None:
    _ok(run("open", "T-1", "--applicant", "甲", "--as", "both"))
    number = json.loads(_ok(run("list", "--format", "json")))[0]["id"]
    _ok(run("claim", f"{number}/fill", "--as", "both"))
    before = _ok(run("show", number))
    error = _refused(run("complete", f"{number}/fill", "--as", "both", "--set", "amount=一千"))
    assert "金额“一千”不是金额" in error.message
    assert _ok(run("show", number)) == before


def test_newer_database_is_refused(run: Run, url: str) -> None:
    store = open_store(url)
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "更新版本" in _refused(run("list")).message


def test_error_is_one_line_on_stderr_with_its_exit_code(url: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", "from engine.cli import main; main()", "case", "show", "9"],
        capture_output=True,
        env={**os.environ, "QINGDAN_DATABASE_URL": url, "PYTHONUTF8": "1"},
        encoding="utf-8",
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_simulation_walks_to_the_end_without_a_store(run: Run, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_text("# 先填错，再填对\n一千\n\n\n1000\n甲，3\n\n扫描.pdf\n", "utf-8")
    before = sorted(tmp_path.iterdir())
    output = _ok(
        run(
            *("T-1", "--processes", str(tmp_path / "p.bpmn"), "--answers", str(answers)),
            command=simulate_command,
        )
    )
    assert "由 资金监管 办理，职责 审核" in output
    assert "不是金额" in output
    assert "【approve】" in output
    assert "走完了" in output
    assert sorted(tmp_path.iterdir()) == before


def test_simulation_says_which_answer_is_missing(run: Run, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_text("", "utf-8")
    error = _refused(
        run(
            *("T-1", "--processes", str(tmp_path / "p.bpmn"), "--answers", str(answers)),
            command=simulate_command,
        )
    )
    assert "金额" in error.message


@pytest.mark.parametrize("code", [p.item.code for p in Library.load().items() if p.item])
def test_every_shipped_item_can_be_simulated_up_to_its_first_question(run: Run, code: str) -> None:
    result = CliRunner().invoke(simulate_command, [code, "--answers", "-"], input="")
    assert "答案用完了" in _refused(result).message
