"""Whatever the bytes are, reading them gives a document or a fault on its line."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import xml
from engine.bpmn.reader import read, read_file
from engine.model.errors import UnreadablePath
from engine.model.finding import Fault

from .samples import ENCODINGS, TOOLS, in_encoding, process, text_of


def _refused(content: bytes) -> Fault:
    document = read(content, path="a.bpmn")
    assert document.procedures == ()
    (fault,) = document.faults
    return fault


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    ("prolog", "line"),
    [
        ("", 1),
        ("\n", 2),
        ("\n<!-- a\n <!DOCTYPE b> -->\n<?c <!DOCTYPE d?>\n", 5),
    ],
)
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "http://example.org/">]>',
        '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]>',
    ],
)
def test_doctype_is_refused_on_its_line(
    encoding: str, prolog: str, line: int, doctype: str
) -> None:
    content = in_encoding(f"{prolog}{doctype}<definitions>&b;</definitions>", encoding)
    fault = _refused(content)
    assert (fault.rule, fault.line) == ("doctype-forbidden", line)


def test_doctype_in_a_comment_is_no_doctype() -> None:
    assert read(b"<!-- <!DOCTYPE a> -->" + process("")).faults == ()


@pytest.mark.parametrize(
    ("content", "rule", "problem"),
    [
        (b"", "not-bpmn", "empty"),
        (b" \r\n\t", "not-bpmn", "empty"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "not-bpmn", "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "not-bpmn", "office"),
        (b"%PDF-1.7\n%\xe2\xe3", "not-bpmn", "office"),
        (b"{\\rtf1\\ansi", "not-bpmn", "office"),
        (b"\x89PNG\r\n\x1a\n", "not-bpmn", "undecodable"),
        (b"<a>\x00</a>", "not-bpmn", "binary"),
        (b"\xff\xfe\x00\x00<\x00\x00\x00", "not-bpmn", "binary"),
        (b"<html/>", "not-bpmn", "root"),
        (b'<definitions xmlns="urn:other"/>', "not-bpmn", "root"),
        (b'<?xml version="1.0" encoding="Big5"?><a/>', "not-bpmn", "encoding"),
    ],
)
def test_what_is_not_bpmn_says_what_it_is(content: bytes, rule: str, problem: str) -> None:
    fault = _refused(content)
    assert (fault.rule, fault.facts["problem"]) == (rule, problem)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("<a>\n<b>\n</a>", 3),
        ("<a>\n<b>&nbsp;</b></a>", 2),
        ("<a\n\nb=1/>", 3),
        ("<a>\n\n\x01</a>", 3),
        ("<a>\n<b>", 2),
        ("\n\n\n文字", 4),
        ("<a/>\n<b/>", 2),
        ("<a>\n<b c='1' c='2'/></a>", 2),
        ("<a>\n<z:b/></a>", 2),
        ("<a>\n\n<!-- -- --></a>", 3),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le-bom", "gb18030"])
def test_broken_xml_is_explained_on_its_line(content: str, line: int, encoding: str) -> None:
    fault = _refused(in_encoding(content, encoding))
    assert (fault.rule, fault.line) == ("broken-xml", line)
    problem = str(fault.facts["problem"])
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem), problem


def test_line_is_named_where_the_encoding_ends() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n审核</a>'
    assert _refused(text.encode("gbk")).line == 3


@pytest.mark.parametrize("declared", ["GBK", "GB18030", "gb2312", "ISO-8859-1", "windows-1252"])
def test_utf8_declared_as_another_is_refused_not_garbled(declared: str) -> None:
    text = text_of(TOOLS["bpmn-io"]).replace("UTF-8", declared)
    fault = _refused(text.encode())
    assert (fault.rule, fault.facts["problem"]) == ("not-bpmn", "undecodable")


@pytest.mark.parametrize("declared", ["UTF-8", "ISO-8859-1", "windows-1252"])
@pytest.mark.parametrize("tool", TOOLS)
def test_gbk_declared_as_another_is_refused_not_garbled(tool: str, declared: str) -> None:
    text = text_of(TOOLS[tool]).replace("UTF-8", declared, 1)
    fault = _refused(text.encode("gbk"))
    assert (fault.rule, fault.facts["problem"]) == ("not-bpmn", "undecodable")


def test_latin_letters_are_read_and_chinese_stands_as_references() -> None:
    drawn = process('<task id="T" name="Prüfung &#x5BA1;&#x6838;"/>').decode()
    content = f'<?xml version="1.0" encoding="ISO-8859-1"?>{drawn}'.encode("latin-1")
    document = read(content)
    assert [n.name for n in document.procedures[0].nodes.values()] == ["Prüfung 审核"]
    assert document.encoding == "ISO-8859-1"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings_are_read_alike_with_their_lines(encoding: str) -> None:
    body = '<!-- 一\n二 -->\n<task\n  id="T"\n  name="审核“单据”"/>\n<task id="U"/>'
    content = in_encoding(process(body).decode(), encoding)
    document = read(content)
    (procedure,) = document.procedures
    assert [(n.name, n.line) for n in procedure.nodes.values()] == [("审核“单据”", 4), ("", 7)]
    assert document.encoding == {"u": "UTF-8", "g": "GB18030"}[encoding[0]] or "16" in encoding
    assert ("16" in encoding) == (document.encoding == "UTF-16")


def test_byte_order_mark_outweighs_the_declaration() -> None:
    text = '<?xml version="1.0" encoding="GBK"?>' + process('<task id="T" name="审核"/>').decode()
    document = read(b"\xef\xbb\xbf" + text.encode())
    assert document.procedures[0].nodes["T"].name == "审核"


def test_lines_beyond_65535_are_told() -> None:
    content = process("\n" * 70_000 + '<task id="T"/><task id="U" nmae="x"/>')
    document = read(content)
    assert document.procedures[0].nodes["T"].line == 70_002
    assert [f.line for f in document.faults] == [70_002]


def test_file_over_the_caps_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "<a>" * xml.MAX_DEPTH + "</a>" * xml.MAX_DEPTH
    fault = _refused(process(deep))
    assert (fault.rule, fault.facts["problem"], fault.line) == ("file-too-large", "depth", 2)
    assert _refused(process("<a>" * 5000)).rule == "broken-xml"
    monkeypatch.setattr(xml, "MAX_ELEMENTS", 50)
    fault = _refused(process("<a/>" * 60))
    assert (fault.rule, fault.facts["problem"]) == ("file-too-large", "elements")
    monkeypatch.setattr(xml, "MAX_BYTES", 100)
    fault = _refused(process(""))
    assert (fault.rule, fault.facts["problem"]) == ("file-too-large", "bytes")


@pytest.mark.parametrize("piece", ["<", '<a "', "<!--", "<a b='", "<![CDATA[", "</", "<?", "&a;"])
def test_hostile_text_costs_one_pass(piece: str) -> None:
    assert _refused(process(piece * 300_000)).rule == "broken-xml"


def test_path_that_cannot_be_opened_is_an_error_not_a_fault(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.bpmn"):
        with pytest.raises(UnreadablePath, match="打不开"):
            read_file(path)


def test_large_file_is_refused_from_disk(tmp_path: Path) -> None:
    path = tmp_path / "large.bpmn"
    path.write_bytes(process("").ljust(xml.MAX_BYTES + 1))
    (fault,) = read_file(path).faults
    assert (fault.rule, fault.facts["problem"]) == ("file-too-large", "bytes")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    document = read(content)
    assert document.procedures or document.faults


@given(st.sampled_from(["<?xml version='1.0' encoding='", ""]), st.text(max_size=80))
def test_any_text_is_read_or_refused(head: str, text: str) -> None:
    document = read((head + text).encode("utf-8", "surrogatepass"))
    assert document.procedures or document.faults


def _bitten(content: bytes, dice: random.Random) -> bytes:
    """The content with a few pieces changed, dropped, doubled or taken from elsewhere."""
    for _ in range(dice.choice([1, 1, 2, 5])):
        start = dice.randrange(len(content))
        stop = min(len(content), start + dice.choice([1, 1, 3, 20, 200]))
        other = dice.randrange(len(content))
        piece = dice.choice(
            [
                b"",
                bytes([dice.randrange(256)]),
                content[start:stop] * 2,
                content[other : other + stop - start],
                b'id=""',
                b"\xef\xbf\xbe",
                b"<qd:step/>",
                "审".encode(),
                b"</bpmn:process>",
            ]
        )
        content = content[:start] + piece + content[stop:]
    return content


@pytest.mark.prove
def test_no_mutation_of_a_file_breaks_the_reader(rounds: int) -> None:
    seed = 7
    dice = random.Random(seed)
    for number in range(rounds):
        content = _bitten(dice.choice(list(TOOLS.values())), dice)
        print(f"seed {seed}, round {number}")
        document = read(content)
        assert document.procedures or document.faults


def _shuffled_attributes(content: bytes, dice: random.Random) -> bytes:
    """The content with attribute values swapped: well-formed, and full of wrong references."""
    values = [part for part in content.split(b'"')[1::2] if not part.startswith(b"http")]
    parts = content.split(b'"')
    for index in range(1, len(parts), 2):
        if dice.random() < 0.05 and not parts[index].startswith((b"http", b"urn:")):
            parts[index] = dice.choice(values)
    return b'"'.join(parts)


@pytest.mark.prove
def test_no_swapped_reference_breaks_the_reader(rounds: int) -> None:
    seed = 11
    dice = random.Random(seed)
    files = [c for c in TOOLS.values() if b"CDATA" not in c]
    for number in range(rounds):
        content = _shuffled_attributes(dice.choice(files), dice)
        print(f"seed {seed}, round {number}")
        document = read(content)
        for procedure in document.procedures:
            for flow in procedure.flows.values():
                assert {flow.source, flow.target} <= set(procedure.nodes)
