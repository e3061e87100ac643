"""``qingdan publish`` as a user calls it."""

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.bpmn.library import Library
from engine.cli import main
from engine.cli.publish import publish
from engine.model.controls import load_controls
from engine.model.errors import QingdanError
from engine.publish import publish_items
from engine.publish.press import Unwritable, write

ITEM = "CZ-ZX-038"


def _run(*arguments: str | Path):
    return CliRunner().invoke(publish, [str(a) for a in arguments], catch_exceptions=True)


def _refused(capsys, monkeypatch, *arguments: str | Path) -> str:
    """The one line the installed command says; it must exit with 2."""
    monkeypatch.setattr(sys, "argv", ["qingdan", "publish", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.out == ""
    lines = said.err.strip().splitlines()
    assert len(lines) == 1
    return lines[0]


def test_one_item_on_two_papers_in_two_formats(tmp_path):
    result = _run(ITEM, "--paper", "A3,600x900", "--format", "svg,pdf", "--out", tmp_path)
    names = [f"{ITEM}-财政政策咨询-{p}.{f}" for p in ("A3", "600x900") for f in ("svg", "pdf")]
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(tmp_path / name) for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_an_item_is_found_by_its_name_and_by_a_file(tmp_path):
    path = next(Path(d.path) for d in Library.load().documents if "policy" in d.path)
    for name in ("财政政策咨询", str(path)):
        assert _run(name, "--format", "svg", "--out", tmp_path / "x").exit_code == 0


def test_office_and_address_stand_on_the_chart(tmp_path):
    where = ("--format", "svg", "--out", tmp_path)
    _run(ITEM, "--office", "清水镇财政所", "--address", "https://q.example.gov.cn", *where)
    text = next(tmp_path.iterdir()).read_text("utf-8")
    assert "清水镇财政所 制" in text
    assert "扫码查看办事指南" in text


def test_everything_is_published_with_both_graphs(tmp_path):
    library = Library.load()
    written = publish_items(library, load_controls(), out=tmp_path, formats=("svg",))
    names = {path.name for path in written}
    assert {"不相容岗位关系图.svg", "事项与子流程调用关系图.svg"} < names
    assert len(names) == len(library.items()) + 2


def test_the_same_call_writes_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        _run(ITEM, "--paper", "A3", "--format", "svg,pdf,png", "--out", tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("没有这个事项",), "没有这个事项"),
        (("public_notice",), "子流程"),
        ((ITEM, "--paper", "B5"), "600x900"),
        ((ITEM, "--format", "docx"), "png"),
        ((ITEM, "--address", "ftp://x"), "https://"),
        (("nowhere.bpmn",), "nowhere.bpmn"),
    ],
)
def test_a_bad_call_is_one_clear_line(arguments, word, tmp_path, capsys, monkeypatch):
    assert word in _refused(capsys, monkeypatch, *arguments, "--out", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_word_document_named_bpmn_is_refused(tmp_path, capsys, monkeypatch):
    path = tmp_path / "item.bpmn"
    path.write_bytes(b"PK\x03\x04 not xml")
    out = tmp_path / "out"
    assert "item.bpmn" in _refused(capsys, monkeypatch, path, "--out", out)
    assert not out.exists()


def test_a_file_in_place_of_the_directory_is_refused(tmp_path, capsys, monkeypatch):
    blocked = tmp_path / "taken"
    blocked.write_text("", "utf-8")
    assert "taken" in _refused(
        capsys, monkeypatch, ITEM, "--format", "svg", "--out", blocked / "out"
    )


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = write(tmp_path / "chart.svg", b"old")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Unwritable):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["chart.svg"]


def test_a_character_the_font_lacks_is_named(tmp_path):
    result = _run(ITEM, "--office", "\ue000镇财政所", "--format", "svg", "--out", tmp_path)
    assert isinstance(result.exception, QingdanError)
    assert "\ue000" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_item_that_fails_the_check_is_not_printed(capsys, monkeypatch, tmp_path):
    source = Path(Library.load().find(ITEM).path).read_text("utf-8")
    faulty = tmp_path / "faulty.bpmn"
    faulty.write_text(source.replace('article="35"', 'article="999"'), "utf-8")

    line = _refused(capsys, monkeypatch, faulty, "--out", tmp_path / "out")

    assert "faulty.bpmn:" in line
    assert "没有通过检查" in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--paper", "--format"])
def test_an_option_without_a_value_is_a_wrong_call(capsys, monkeypatch, tmp_path, option):
    line = _refused(capsys, monkeypatch, ITEM, option, "", "--out", tmp_path / "out")

    assert f"{option} 的值不对" in line
