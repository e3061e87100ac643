"""The journal's digests vouch for what people filled in and wrote, and for nothing else."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from engine.cli.db import db
from engine.model.wording import say
from engine.runtime import Upload
from engine.runtime.vouching import unvouched
from engine.store import Store
from tests.cases.conftest import Desk
from tests.cases.drawings import column, field, line, process, step

PAPER = Upload(filename="扫描.pdf", media_type="application/pdf", content=b"%PDF")
VALUES = {
    "sum": "1234.50",
    "n": "7",
    "day": "2026-03-02",
    "note": "齐",
    "rows": "甲\t1.50\n乙\t20",
}


@pytest.fixture
def published() -> tuple[bytes, ...]:
    form = [
        field("sum", "money"),
        field("n", "number"),
        field("day", "date"),
        field("note"),
        field("empty", "date"),
        field("rows", "table", columns=column("who") + column("fen", "money")),
        field("paper", "file"),
    ]
    steps = step("fill", *form), step("sign", field("opinion"))
    return (process("p", *steps, line("start", "fill", "sign", "end"), code="T-1"),)


@pytest.fixture
def case_id(desk: Desk) -> str:
    """A form of every kind of field, the second of four entries, and a reminder."""
    case = desk.open()
    item = desk.waiting(case.id)["fill"]
    desk.office.claim(item.id, by="ding")
    desk.office.complete(item.id, by="ding", values=VALUES, files={"paper": PAPER})
    desk.office.urge(desk.waiting(case.id)["sign"].id, by="ding", text="等着用")
    return case.id


def _unvouched(store: Store) -> list[str]:
    with store.read() as connection:
        return list(unvouched(connection))


def _tampered(store: Store, statement: str) -> list[str]:
    with store.write() as connection:
        connection.execute(text(statement))
    return _unvouched(store)


def test_what_was_handed_in_is_vouched_for(store: Store, desk: Desk, case_id: str) -> None:
    assert desk.actions(case_id) == ["opened", "claimed", "completed", "urged"]
    assert _unvouched(store) == []


@pytest.mark.parametrize(
    ("statement", "sequence"),
    [
        ("UPDATE form_value SET fen = 9234500 WHERE field = 'sum'", 3),
        ("UPDATE form_value SET content = '8' WHERE field = 'n'", 3),
        ("UPDATE form_value SET content = replace(content, '150', '950') WHERE field = 'rows'", 3),
        ("UPDATE form_value SET content = 'G' WHERE field = 'n'", 3),
        ("UPDATE form_value SET content = '[1' WHERE field = 'rows'", 3),
        ("UPDATE form_value SET content = '[1]' WHERE field = 'rows'", 3),
        ("UPDATE form_value SET type = 'nimber' WHERE field = 'n'", 3),
        ("DELETE FROM form_value WHERE field = 'note'", 3),
        ("UPDATE form_value SET content = '2026-03-02' WHERE field = 'empty'", 3),
        ("DELETE FROM form_value", 3),
        ("UPDATE attachment SET sha256 = 'x'", 3),
        ("DELETE FROM attachment", 3),
        ("UPDATE remark SET content = '不急'", 4),
        ("DELETE FROM remark", 4),
    ],
)
def test_whatever_was_changed_is_named_by_the_entry_of_the_journal(
    store: Store, case_id: str, statement: str, sequence: int
) -> None:
    found = {"office": "shifan", "case": case_id, "sequence": sequence}
    assert _tampered(store, statement) == [say("vouching.changed", **found)]


def test_form_with_files_beside_its_fields_is_vouched_for_too(store: Store, desk: Desk) -> None:
    case = desk.open()
    item = desk.waiting(case.id)["fill"]
    desk.office.claim(item.id, by="ding")
    rows = Upload(filename="表.csv", media_type="text/csv", content="who,fen\n甲,1.50\n".encode())
    values = {name: given for name, given in VALUES.items() if name != "rows"}
    files = {"paper": PAPER, "rows": rows, "extra.1": PAPER}
    desk.office.complete(item.id, by="ding", values=values, files=files)

    assert _unvouched(store) == []
    for change in (
        "UPDATE form_value SET content = replace(content, '150', '950') WHERE field = 'rows'",
        "DELETE FROM attachment WHERE field = 'extra.1'",
    ):
        (line,) = _tampered(store, change)
        assert line == say("vouching.changed", office="shifan", case=case.id, sequence=3)


def test_form_the_journal_knows_nothing_of_is_named(store: Store, case_id: str) -> None:
    columns = "office_id, case_id, work_item_id, officer, at, salt, digest"
    added = f"INSERT INTO form_entry ({columns}, number) SELECT {columns}, 2 FROM form_entry"
    (line,) = _tampered(store, added)
    assert line == say("vouching.unknown", office="shifan", case=case_id, number=2)


def test_verifying_the_database_tells_of_it(store: Store, case_id: str, database: str) -> None:
    verified = CliRunner().invoke(db, ["verify", "--db", database])
    assert (verified.exit_code, verified.output[:5]) == (0, "数据库完好")
    (line,) = _tampered(store, "UPDATE form_value SET fen = 1 WHERE field = 'sum'")
    verified = CliRunner().invoke(db, ["verify", "--db", database])
    assert verified.exit_code == 1
    assert line in verified.output
