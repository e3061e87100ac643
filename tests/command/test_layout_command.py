"""``qingdan layout``."""

import sys

import pytest
from click.testing import CliRunner

from engine.bpmn.reader import read
from engine.cli.layout import layout
from engine.cli.main import main
from engine.model.errors import UnreadablePath

FILE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
  <bpmn:process id="p" name="领票">
    <bpmn:startEvent id="a"/>
    <bpmn:userTask id="b" name="发票据"/>
    <bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "领票.bpmn"
    path.write_bytes(FILE.encode())
    return path


def run(monkeypatch, capsys, *arguments):
    """Exit code and standard error of the command as a user calls it."""
    monkeypatch.setattr(sys, "argv", ["qingdan", "layout", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr().err


def test_file_is_drawn_in_place(file):
    result = CliRunner().invoke(layout, [str(file)])
    assert result.exit_code == 0
    assert result.stdout == ""
    after = file.read_bytes()
    assert after.startswith(FILE.encode()[: FILE.index("</bpmn:definitions>")].rstrip())
    assert b"BPMNShape" in after
    assert read(after).faults == ()
    assert [p.name for p in file.parent.iterdir()] == [file.name]


def test_output_leaves_the_input_alone(file, tmp_path):
    target = tmp_path / "新.bpmn"
    result = CliRunner().invoke(layout, [str(file), "--output", str(target), "--portrait"])
    assert result.exit_code == 0
    assert file.read_bytes() == FILE.encode()
    assert b"BPMNShape" in target.read_bytes()


def test_drawn_file_needs_force(file, monkeypatch, capsys):
    assert run(monkeypatch, capsys, file)[0] == 0
    drawn = file.read_bytes()
    code, message = run(monkeypatch, capsys, file)
    assert code == 2
    assert "--force" in message
    assert len(message.splitlines()) == 1
    assert file.read_bytes() == drawn
    assert run(monkeypatch, capsys, file, "--force")[0] == 0


def test_faulty_file_is_refused_with_its_line(file, monkeypatch, capsys):
    file.write_text(FILE.replace('targetRef="b"', 'targetRef="c"'), "utf-8")
    code, message = run(monkeypatch, capsys, file)
    assert code == 1
    assert f"{file.name}:6" in message
    assert "qingdan check" in message


def test_missing_file_exits_with_2(tmp_path, monkeypatch, capsys):
    code, message = run(monkeypatch, capsys, tmp_path / "没有.bpmn")
    assert code == 2
    assert "打不开" in message


def test_full_disk_leaves_the_file_as_it_was(file, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    result = CliRunner().invoke(layout, [str(file)])
    assert isinstance(result.exception, UnreadablePath)
    assert file.read_bytes() == FILE.encode()
