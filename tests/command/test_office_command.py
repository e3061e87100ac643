"""``qingdan office``: an office of one's own, from nothing to the first sign-in."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.bpmn.library import shipped_directory
from engine.cli.office import office as office_command
from engine.model.case import Applicant
from engine.model.controls import load_controls
from engine.model.errors import QingdanError
from engine.runtime import Office, SignInRefused, offices, system_clock
from engine.runtime.accounts import Accounts, Identity
from engine.store import Store, open_store

DEMO = shipped_directory().parent / "demo"
SHIFAN, XIAOHE = DEMO / "shifan.toml", DEMO / "xiaohe.toml"
#: A login and its password, as printed.
_PRINTED = re.compile(r"(\S+@\S+) +([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})")
Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'instance' / 'q.sqlite3').as_posix()}"


def _runner(url: str) -> Run:
    def run(*arguments: object) -> Result:
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(office_command, words, env={"QINGDAN_DATABASE_URL": url})

    return run


@pytest.fixture
def run(url: str) -> Run:
    return _runner(url)


def _printed(result: Result) -> dict[str, str]:
    assert (result.exit_code, result.exception) == (0, None), result.output
    return dict(_PRINTED.findall(result.stdout))


def _refused(result: Result) -> QingdanError:
    assert isinstance(result.exception, QingdanError), result.output
    assert len(result.exception.lines()) == 1
    assert "\n" not in str(result.exception)
    return result.exception


def _contents(store: Store) -> list[object]:
    """What creating, appointing and publishing write."""
    tables = ("office", "officer", "appointment", "account", "edition", "journal")
    with store.read() as connection:
        return [
            tuple(row)
            for table in tables
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]


@pytest.fixture(scope="module")
def created(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A new office, made once: where it lies, and the passwords printed."""
    folder = tmp_path_factory.mktemp("created")
    run = _runner(f"sqlite:///{(folder / 'q.sqlite3').as_posix()}")
    return folder, _printed(run("create", "mine", "--roster", SHIFAN))


@pytest.fixture
def passwords(created: tuple[Path, dict[str, str]], tmp_path: Path) -> dict[str, str]:
    """Those of the office as created, in a copy of its own."""
    folder, passwords = created
    shutil.copytree(folder, tmp_path / "instance")
    return passwords


@pytest.fixture
def store(url: str, passwords: dict[str, str]) -> Store:
    return open_store(url, create=False)


def test_everybody_can_sign_in_to_a_new_office(passwords: dict[str, str], store: Store) -> None:
    office = Office(store, "mine", controls=load_controls())
    officers = [officer.id for officer in office.roster().officers]
    assert offices(store) == (("mine", "示范镇财政所"),)
    assert list(passwords) == [f"{officer}@mine" for officer in officers]
    assert len(set(passwords.values())) == len(officers) == 6
    assert len(office.items()) == 5

    accounts, now = Accounts(store), system_clock()
    for officer in officers:
        token = accounts.sign_in(f"{officer}@mine", passwords[f"{officer}@mine"], now)
        assert accounts.identity(token, now) == Identity(office_id="mine", officer_id=officer)


def test_second_create_is_refused_and_changes_nothing(run: Run, store: Store) -> None:
    before = _contents(store)

    error = _refused(run("create", "mine", "--roster", XIAOHE))

    assert (error.exit_code, _contents(store)) == (1, before)
    assert "已经开办" in error.message


def test_two_offices_share_a_database(run: Run, store: Store) -> None:
    _printed(run("create", "other", "--roster", XIAOHE))

    listed = run("list").stdout
    assert [id_ for id_, _ in offices(store)] == ["mine", "other"]
    assert "mine  示范镇财政所  6 人  5 个事项" in listed
    assert "chen@other" in listed


def test_bad_roster_is_one_line_with_its_number_and_creates_nothing(
    url: str, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.toml"
    roster.write_text(SHIFAN.read_text("utf-8").replace("所长", "所掌"), "utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "engine.cli", "office", "create", "mine", "--roster", roster],
        capture_output=True,
        env={**os.environ, "QINGDAN_DATABASE_URL": url, "PYTHONUTF8": "1"},
        encoding="utf-8",
        check=False,
    )
    (said,) = result.stderr.splitlines()
    assert (result.returncode, result.stdout) == (2, "")
    assert f"{roster}:4 没有“所掌”这个岗位" in said
    assert not (tmp_path / "instance").exists()


def test_roster_that_fails_the_check_creates_nothing(run: Run, tmp_path: Path) -> None:
    roster = tmp_path / "roster.toml"
    text = SHIFAN.read_text("utf-8").replace('["所长"]', '["所长", "出纳会计"]')
    roster.write_text(text, "utf-8")

    error = _refused(run("create", "mine", "--roster", roster))

    assert error.exit_code == 1
    assert re.search(r"有 \d+ 处错误", error.message)
    assert f"qingdan check --roster {roster}" in error.message
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize("office_id", ["", "示范", "a b", "A", "a@b", "a" * 33])
def test_office_id_must_fit_a_login(run: Run, tmp_path: Path, office_id: str) -> None:
    result = run("create", office_id, "--roster", SHIFAN)

    assert result.exit_code == 2
    assert "单位编号" in result.output
    assert not (tmp_path / "instance").exists()


def test_reset_password_ends_sessions(run: Run, passwords: dict[str, str], store: Store) -> None:
    accounts, now = Accounts(store), system_clock()
    token = accounts.sign_in("zhang@mine", passwords["zhang@mine"], now)

    fresh = _printed(run("password", "zhang@mine"))["zhang@mine"]

    assert accounts.identity(token, now) is None
    with pytest.raises(SignInRefused):
        accounts.sign_in("zhang@mine", passwords["zhang@mine"], now)
    assert accounts.sign_in("zhang@mine", fresh, now)


def test_appointing_gives_accounts_to_new_officers_alone(
    run: Run, passwords: dict[str, str], store: Store, tmp_path: Path
) -> None:
    roster = tmp_path / "roster.toml"
    text = SHIFAN.read_text("utf-8").replace('id = "zhang"', 'id = "wu"')
    roster.write_text(text, "utf-8")

    assert list(_printed(run("appoint", "mine", "--roster", roster))) == ["wu@mine"]
    accounts, now = Accounts(store), system_clock()
    assert accounts.sign_in("li@mine", passwords["li@mine"], now)
    with pytest.raises(SignInRefused):
        accounts.sign_in("zhang@mine", passwords["zhang@mine"], now)
    assert "zhang@mine" in _refused(run("password", "zhang@mine")).message


def test_appointing_names_who_leaves_and_the_work_still_held(
    run: Run, passwords: dict[str, str], store: Store, tmp_path: Path
) -> None:
    office = Office(store, "mine", controls=load_controls())
    case_id = office.open_case("CZ-ZF-019", by="sun", applicant=Applicant(name="某村")).id
    (item,) = office.case(case_id).work_items
    office.claim(item.id, by="li")
    roster = tmp_path / "roster.toml"
    roster.write_text(SHIFAN.read_text("utf-8").replace('"li"', '"Li"'), "utf-8")

    told = run("appoint", "mine", "--roster", roster)

    assert "不再任职，不能再登录：李秀英（li）" in told.stdout
    assert (
        f"1 个环节没有办完，请所长打开环节“放回”，或用 qingdan case free：{case_id}" in told.stdout
    )
    assert "不再任职" not in run("appoint", "mine", "--roster", roster).stdout


def test_publishing_changes_the_items_and_says_what_is_withdrawn(run: Run, store: Store) -> None:
    kept = shipped_directory() / "policy_consultation.bpmn"
    before = _contents(store)
    refused = _refused(run("publish", "mine", "--processes", kept)).message
    assert "--withdraw" in refused
    assert "财政票据领用" in refused
    assert "财政政策咨询" not in refused
    assert _contents(store) == before

    result = run("publish", "mine", "--processes", kept, "--withdraw")

    assert result.exception is None, result.output
    assert "事项 1 个：财政政策咨询" in result.output
    assert "不再受理新办件：" in result.output
    office = Office(store, "mine", controls=load_controls())
    assert [procedure.title for procedure in office.items()] == ["财政政策咨询"]

    assert run("publish", "mine").exception is None
    assert len(office.items()) == 5


def test_command_sent_again_with_its_key_tells_the_same(
    run: Run, passwords: dict[str, str]
) -> None:
    one = ("--processes", shipped_directory() / "policy_consultation.bpmn", "--withdraw")
    first = run("publish", "mine", *one, "--key", "k-1").output
    assert "不再受理新办件：" in first
    assert run("publish", "mine").exception is None

    assert run("publish", "mine", *one, "--key", "k-1").output == first
    assert "已用于另一个操作" in _refused(run("publish", "mine", "--key", "k-1")).message


def test_items_that_fail_the_check_are_not_published(
    run: Run, store: Store, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.bpmn"
    text = (shipped_directory() / "policy_consultation.bpmn").read_text("utf-8")
    broken.write_text(re.sub(r"<(bpmn:)?endEvent", r"<\1task", text, count=1), "utf-8")
    before = _contents(store)

    error = _refused(run("publish", "mine", "--processes", broken))

    assert _contents(store) == before
    assert "broken.bpmn:" in error.message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("password", "nobody@mine"), "没有登录名“nobody@mine”"),
        (("appoint", "elsewhere", "--roster", SHIFAN), "没有单位“elsewhere”"),
        (("publish", "elsewhere"), "没有单位“elsewhere”"),
        (("create", "two", "--roster", "nowhere.toml"), "nowhere.toml"),
    ],
)
@pytest.mark.usefixtures("passwords")
def test_unknown_name_is_one_clear_line(
    run: Run, arguments: tuple[object, ...], message: str
) -> None:
    error = _refused(run(*arguments))
    assert message in str(error)
    assert error.exit_code == 2


@pytest.mark.parametrize("arguments", [("list",), ("password", "zhang@mine")])
def test_missing_database_says_how_to_begin(run: Run, arguments: tuple[str, ...]) -> None:
    assert "qingdan office create" in _refused(run(*arguments)).message


def test_files_without_an_item_are_not_published(run: Run, store: Store, tmp_path: Path) -> None:
    part = tmp_path / "part.bpmn"
    text = (shipped_directory() / "policy_consultation.bpmn").read_text("utf-8")
    part.write_text(re.sub(r"<qd:item\s.*</qd:item>", "", text, flags=re.DOTALL), "utf-8")
    before = _contents(store)

    assert "没有事项" in _refused(run("publish", "mine", "--processes", part)).message
    assert _contents(store) == before
