"""Rosters: what is read, and every way one can be wrong."""

from datetime import date
from pathlib import Path

import pytest

from engine.model.errors import UnreadablePath, UnusableData
from engine.model.office import AppointmentKind
from engine.model.roster_file import load_roster, read_roster

from ..house import ROOT

WHOLE = """\
office = "示范镇财政所"

[[officer]]
id = "zhang"
name = "张三"
posts = ["所长", "政府采购管理"]
id_card = "410"
[[officer.relative]]
name = "张四"
relation = "兄弟"
[[officer.absence]]
from = 2026-05-01
to = 2026-05-05

[[officer]]
id = "wang"
name = "王五"
posts = ["资产管理"]
[[officer.appointment]]
post = "档案管理"
kind = "substitute"
from = 2026-03-01
to = 2026-06-30

[[avoid]]
officers = ["zhang", "wang"]

[[waiver]]
between = ["所长", "出纳会计"]
approved_by = "县财政局"
reason = "编制三人"
control = "县局按月抽审"
until = 2026-12-31
"""


def _read(directory, text, controls):
    path = directory / "roster.toml"
    path.write_text(text, "utf-8")
    return read_roster(path, controls)


def test_everything_written_is_read(controls, tmp_path):
    found = _read(tmp_path, WHOLE, controls)
    roster = found.roster
    zhang, wang = roster.officers

    assert found.faults == ()
    assert found.officer_lines == {"zhang": 3, "wang": 15}
    assert zhang.posts_on(date(2026, 3, 1)) == ("所长", "政府采购管理")
    assert zhang.relatives[0].relation == "兄弟"
    assert zhang.is_absent(date(2026, 5, 5))
    assert wang.appointments[1].kind is AppointmentKind.SUBSTITUTE
    assert wang.posts_on(date(2026, 7, 1)) == ("资产管理",)
    assert roster.avoidances[0].officers == ("zhang", "wang")
    assert roster.waivers[0].until == date(2026, 12, 31)


@pytest.mark.parametrize("name", ["shifan.toml", "xiaohe.toml"])
def test_shipped_rosters_are_without_fault(name, controls):
    assert load_roster(ROOT / "processes" / "demo" / name, controls).officers


FAULTS = [
    ('office = "示范镇财政所"', "", 1, "office"),
    ('office = "示范镇财政所"', 'offfice = "示范镇财政所"', 1, "office"),
    ('id = "zhang"', 'id = "zhang', 4, "TOML"),
    ('name = "张三"', "", 3, "name"),
    ('name = "张三"', "name = 3", 3, "文字"),
    ('id = "wang"', 'id = "zhang"', 15, "写了两次"),
    ('"政府采购管理"]', '"政府采购管里"]', 3, "政府采购管理"),
    ('"政府采购管理"]', '"代发银行"]', 3, "外单位"),
    ('posts = ["资产管理"]', 'posts = ["资产管理", "档案管理"]', 15, "重叠"),
    ('kind = "substitute"', 'kind = "deputy"', 15, "substitute"),
    ("to = 2026-06-30", "to = 2026-02-01", 15, "颠倒"),
    ("to = 2026-06-30", 'to = "六月底"', 15, "日期"),
    ("to = 2026-05-05", "to = 2026-04-01", 3, "颠倒"),
    ('officers = ["zhang", "wang"]', 'officers = ["zhang", "li"]', 25, "li"),
    ('officers = ["zhang", "wang"]', 'officers = ["zhang"]', 25, "两个"),
    ('between = ["所长", "出纳会计"]', 'between = ["所长"]', 28, "两个"),
    ('between = ["所长", "出纳会计"]', 'between = ["所长", "总预算会计"]', 28, "不能豁免"),
    ('between = ["所长", "出纳会计"]', 'between = ["record", "pay"]', 28, "不能豁免"),
    ('reason = "编制三人"', 'reason = ""', 28, "reason"),
    ('reason = "编制三人"', 'reason = "编制三人"\nscope = "village"', 28, "village"),
    ("until = 2026-12-31", "", 28, "until"),
    ("until = 2026-12-31", 'until = 2026-12-31\nscope = "item"', 28, "CZ-JF-001"),
    ("until = 2026-12-31", 'until = 2026-12-31\nscope = "case"\ncase = " "', 28, "没有写明"),
    ("until = 2026-12-31", 'until = 2026-12-31\nitem = "CZ-JF-001"', 28, "范围却是“office”"),
    (
        "until = 2026-12-31",
        'until = 2026-12-31\nscope = "item"\nitem = "A"\ncase = "7"',
        28,
        "范围却是“item”",
    ),
    (
        "until = 2026-12-31",
        'until = 2026-12-31\nid = "甲"\n[[waiver]]\nid = "甲"\nbetween = ["review", "examine"]\n'
        'approved_by = "县"\nreason = "人少"\ncontrol = "抽审"\nuntil = 2026-12-31',
        35,
        "写了两次",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS)
def test_fault_is_named_on_its_line(old, new, line, said, controls, tmp_path):
    assert WHOLE.count(old) == 1
    faults = _read(tmp_path, WHOLE.replace(old, new), controls).faults

    assert (line, True) in {(f.line, said in str(f.facts["text"])) for f in faults}


def test_loading_a_faulty_roster_names_path_and_line(controls, tmp_path):
    path = tmp_path / "roster.toml"
    path.write_text(WHOLE.replace("政府采购管理", "政府采购管里"), "utf-8")

    with pytest.raises(UnusableData) as refused:
        load_roster(path, controls)

    assert str(refused.value).startswith(f"{path}:3 ")


def test_missing_roster_is_refused(controls):
    with pytest.raises(UnreadablePath):
        read_roster(Path("nowhere.toml"), controls)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\xb0\xd7", b"[[officer]]\n[[officer", b"officer = 3"]
)
def test_bytes_that_are_no_roster_are_faults(content, controls, tmp_path):
    path = tmp_path / "roster.toml"
    path.write_bytes(content)

    assert read_roster(path, controls).faults


def test_roster_saved_by_a_chinese_windows_says_how_to_save_it(controls, tmp_path):
    path = tmp_path / "roster.toml"
    path.write_text('office = "示范镇财政所"', encoding="gb18030")

    (fault,) = read_roster(path, controls).faults

    assert "编码选 UTF-8" in fault.facts["text"]
