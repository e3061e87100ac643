"""What reaches the printer: page, fonts, text, QR code, the same bytes every time."""

import io
import re

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from engine.publish import qr, render
from engine.publish.chart import compose
from engine.publish.fonts import missing
from engine.publish.paper import PAPERS

from .conftest import ADDRESS, CODES

POINTS_PER_MM = 72 / 25.4
#: Letter height in mm a reader needs for each metre of distance.
HEIGHT_PER_METRE = 4.4

items = pytest.mark.parametrize("code", CODES)


def _fonts(page) -> set[str]:
    names: set[str] = set()
    waiting = [page["/Resources"].get_object()]
    while waiting:
        resources = waiting.pop()
        for font in resources.get("/Font", {}).values():
            names.add(font.get_object()["/BaseFont"])
        for form in resources.get("/XObject", {}).values():
            waiting.append(form.get_object().get("/Resources", {}))
    return names


def _decoded(png: bytes) -> str:
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert [code.format for code in found] == [zxingcpp.BarcodeFormat.QRCode]
    return found[0].text


@items
def test_pdf_embeds_our_font_and_carries_selectable_text(code, sheet_of, edition_of):
    reader = PdfReader(io.BytesIO(render.pdf(sheet_of(code))))
    page = reader.pages[0]
    names = _fonts(page)
    assert names
    assert [n for n in names if not re.fullmatch(r"/[A-Z]{6}\+NotoSansCJKsc-\w+", n)] == []
    text = re.sub(r"\s", "", page.extract_text())
    edition = edition_of(code)
    assert re.sub(r"\s", "", edition.title) in text
    assert edition.short_digest in text
    assert "以公布的权责清单为准" in text


@items
@pytest.mark.parametrize("name", ["A2", "600x900"])
def test_pdf_page_has_the_size_of_the_paper(code, name, sheet_of):
    box = PdfReader(io.BytesIO(render.pdf(sheet_of(code, name)))).pages[0].mediabox
    paper = PAPERS[name]
    assert float(box.width) / POINTS_PER_MM == pytest.approx(paper.width_mm, abs=0.5)
    assert float(box.height) / POINTS_PER_MM == pytest.approx(paper.height_mm, abs=0.5)


@items
def test_second_run_gives_the_same_bytes(code, sheet_of, edition_of):
    sheet = sheet_of(code)
    again = compose(edition_of(code), PAPERS["A2"])
    assert again.svg == sheet.svg
    assert render.pdf(again) == render.pdf(sheet)


def test_pdf_needs_no_working_directory(sheet_of, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert render.pdf(sheet_of(CODES[0])).startswith(b"%PDF")


def test_second_png_has_the_same_bytes(sheet_of):
    assert render.png(sheet_of(CODES[0], "A3")) == render.png(sheet_of(CODES[0], "A3"))


@items
def test_code_on_the_png_carries_what_the_chart_is(code, sheet_of, edition_of):
    edition = edition_of(code)
    text = _decoded(render.png(sheet_of(code)))
    for fact in (
        edition.item.code,
        edition.title,
        edition.item.version,
        edition.item.effective_from.isoformat(),
        edition.short_digest,
        edition.item.phone,
    ):
        assert fact in text


@pytest.mark.parametrize("paper", ["A3", "A2", "600x900"])
def test_code_carries_the_public_address_where_there_is_one(paper, sheet_of, edition_of):
    text = _decoded(render.png(sheet_of(CODES[0], paper, ADDRESS)))
    edition = edition_of(CODES[0])
    assert text.startswith(f"{ADDRESS}/items/{edition.item.code}?")
    assert edition.short_digest in text


def test_code_is_46_mm_on_a2(sheet_of):
    path = re.search(r'transform="translate\([^)]*\) scale\(([\d.]+)\)"', sheet_of(CODES[0]).svg)
    edition_text = _decoded(render.png(sheet_of(CODES[0])))
    assert path
    assert float(path[1]) * qr.encode(edition_text).side == pytest.approx(46, abs=0.1)


@items
def test_every_character_has_a_glyph(code, sheet_of):
    assert missing(re.sub(r"<[^>]*>|\n", "", sheet_of(code).svg)) == ()


def test_a_character_without_glyph_is_noticed():
    assert missing("清\ue000单") == ("\ue000",)


@items
def test_board_can_be_read_from_where_people_stand(code, inspection_of):
    seen = inspection_of(code, "600x900")
    marks = {str(n) for n in range(100)} | set("高中低")
    texts = [t for t in seen.texts if t.words not in marks]
    assert [t.words for t in texts if t.size < 1.5 * HEIGHT_PER_METRE] == []
    names = [line for lines in seen.names().values() for line in lines if line.size]
    limits = {t.words for t in texts if re.search("日|即时|按月|按批复", t.words)}
    small = [n.words for n in names if n.size < 2 * HEIGHT_PER_METRE and n.words not in limits]
    assert small == []


@items
def test_unread_statutes_are_marked(code, edition_of, sheet_of):
    edition = edition_of(code)
    unread = [
        basis
        for basis in edition.procedure.bases
        if not (v := edition.controls.statute_version(basis.statute, basis.version))
        or not v.verified
    ]
    words = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", sheet_of(code).svg))
    assert words.count("（待核）") == len(unread)


@items
def test_every_risk_point_is_numbered_on_the_flow_and_told_in_the_table(
    code, chart_of, inspection_of
):
    chart = chart_of(code, "A2")
    risks = chart.risks(chart.picture.order)
    assert len(inspection_of(code, "A2").marks("risk")) == len(risks)
    words = "".join(text.words for text in inspection_of(code, "A2").texts)
    for risk in risks:
        assert risk.point.form in words
        assert risk.post in words


@items
def test_phones_bases_and_hash_stand_on_the_chart(code, edition_of, inspection_of):
    edition, words = edition_of(code), {t.words for t in inspection_of(code, "A2").texts}
    assert {edition.item.phone, edition.item.supervision_phone} <= words
    assert any(edition.short_digest in text for text in words)


def _ink(picture: Image.Image) -> int:
    """Darkness of the tables and the foot of a page."""
    page = picture.convert("L").resize((1000, 1414), Image.Resampling.BOX)
    return sum(255 - shade for shade in page.crop((0, 1060, 1000, 1414)).tobytes())


@items
def test_letters_are_as_strong_on_paper_as_on_screen(code, sheet_of):
    sheet = sheet_of(code)
    paper = pypdfium2.PdfDocument(render.pdf(sheet))[0].render(scale=1.5).to_pil()
    screen = Image.open(io.BytesIO(render.png(sheet)))

    assert _ink(paper) == pytest.approx(_ink(screen), rel=0.06)
