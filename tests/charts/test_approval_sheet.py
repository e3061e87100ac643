"""The sheet to sign: A4, everything on it once, its code read back, no clock of its own."""

import io
from dataclasses import replace
from datetime import date

import pypdf
import pypdfium2
import pytest
import zxingcpp

from engine.publish.approval import Approval, Grid, Part, pdf
from engine.publish.press import Unprintable

PEOPLE = tuple((f"周{n}", "11010519491231002X", f"{n}.00") for n in range(60))
SHEET = Approval(
    office="示范镇财政所",
    facts=(("办件", "惠农补贴 #发放* \\ $x$"), ("办件号", "2026-000031")),
    parts=(
        Part(
            step="汇总清册",
            done="赵玉兰 2026-03-16 09:00",
            rows=(("批次号", "2026-1"),),
            grids=(Grid(label="发放清册", head=("户主", "身份证号", "金额"), rows=PEOPLE),),
        ),
    ),
    risks=("中风险：比对走过场。",),
    asked=(("审核意见", "□ 通过　　□ 退回"),),
    code="shifan 2026-000031 bf52",
    caption="2026-000031 / 审核清册 / bf52",
    day=date(2026, 3, 16),
)


@pytest.fixture(scope="module")
def content() -> bytes:
    return pdf(SHEET)


def test_everything_is_on_a4_pages_that_say_which_they_are(content: bytes) -> None:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    texts = [page.extract_text() for page in pages]
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages}

    assert sizes == {(595, 842)}
    for number, text in enumerate(texts, 1):
        assert f"第 {number} 页，共 {len(pages)} 页" in text
        assert SHEET.caption in text
    whole = "".join(texts)
    for told in (
        "示范镇财政所签批单",
        "惠农补贴 #发放* \\ $x$",
        "批次号",
        "中风险",
        "□ 通过",
        "签字",
    ):
        assert whole.count(told) == 1, told
    assert [name for name, *_ in PEOPLE if f"{name}\n" not in whole and name not in whole] == []
    assert whole.count("身份证号") == len(pages) or whole.count("身份证号") > 1


def test_place_to_sign_is_not_torn_apart(content: bytes) -> None:
    texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]
    (last,) = [text for text in texts if "签批意见" in text]

    assert all(label in last for label in ("审核意见", "说明", "签字", "日期"))


def test_code_names_the_work_item(content: bytes) -> None:
    page = pypdfium2.PdfDocument(content)[0].render(scale=3).to_pil()

    assert [found.text for found in zxingcpp.read_barcodes(page)] == [SHEET.code]


def test_same_sheet_gives_the_same_bytes(content: bytes) -> None:
    assert pdf(SHEET) == content


def test_a_character_the_font_lacks_is_refused_by_name() -> None:
    with pytest.raises(Unprintable, match="𰀁"):
        pdf(replace(SHEET, facts=(("申请人", "周𰀁"),)))
