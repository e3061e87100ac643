"""What the application needs to start, and what it says when it cannot have it."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from engine.model.errors import UnreadablePath
from engine.store import StoreUnavailable, open_store
from web import create_app
from web import serve as serving
from web.server import AddressTaken, serve


def start(directory: Path) -> Flask:
    url = f"sqlite:///{(directory / 'store.sqlite3').as_posix()}"
    return create_app({"DATABASE_URL": url, "INSTANCE": directory})


def test_key_is_kept_for_the_next_start_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = start(tmp_path), start(tmp_path)
    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"]
    assert len(first.config["SECRET_KEY"]) == 64
    assert sorted(path.name for path in tmp_path.glob("*key*")) == ["secret-key"]


def test_unusable_instance_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a directory is needed")
    with pytest.raises(UnreadablePath, match="密钥"):
        create_app({"DATABASE_URL": "sqlite://", "INSTANCE": tmp_path / "taken"})


def test_unusable_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite3").write_text("这不是数据库" * 1000)
    with pytest.raises(StoreUnavailable, match="数据库"):
        start(tmp_path)


def test_taken_address_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(AddressTaken, match=str(port)):
            serve(start(tmp_path), "127.0.0.1", port)


def test_name_that_no_machine_has_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(AddressTaken, match="没有这个主机名"):
        serve(start(tmp_path), "no.such.host.invalid", 8000)


def test_serving_in_another_folder_than_yesterday_makes_no_empty_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreUnavailable, match="qingdan office create"):
        CliRunner().invoke(serving.serve, [], catch_exceptions=False)
    assert list(tmp_path.iterdir()) == []


def test_serving_a_database_without_an_office_says_that_nobody_can_sign_in(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{(tmp_path / 'store.sqlite3').as_posix()}"
    open_store(url).close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = CliRunner().invoke(
            serving.serve, ["--db", url, "--instance", str(tmp_path), "--port", str(port)]
        )
    assert isinstance(told.exception, AddressTaken)
    assert "还没有单位" in told.stderr
