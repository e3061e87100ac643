"""Reading forms without a request: rows, names, prefilled values."""

import doctest
from datetime import date
from decimal import Decimal

from werkzeug.datastructures import MultiDict

import web.upload
from engine.model.procedure import FieldType, FormField
from web import forms


def field(name: str, type_: FieldType, **more: object) -> FormField:
    return FormField(name=name, label=name, type=type_, required=False, **more)  # type: ignore[arg-type]


COLUMNS = (field("name", FieldType.PERSON), field("result", FieldType.CHOICE))


def test_file_names_lose_what_file_systems_read_specially() -> None:
    assert doctest.testmod(web.upload).failed == 0
    cases = {
        "..\\..\\boot.ini": "boot.ini",
        "/etc/passwd": "passwd",
        "a\x00b\r\n.pdf": "ab.pdf",
        "invoice\u202efdp.exe": "invoicefdp.exe",
        'x"; filename="y.html': "x_; filename=_y.html",
        "": "附件",
        " . ": "附件",
        "字" * 300 + ".pdf": "字" * 96 + ".pdf",
    }
    assert {name: web.upload.safe_filename(name) for name in cases} == cases


def test_table_starts_from_the_rows_of_another() -> None:
    table = field("returns", FieldType.TABLE, rows="households", columns=COLUMNS)
    values = forms.initial_values([table], {"households": [{"name": "周大"}, {"name": "周二"}]})
    assert values == {
        "returns.0.name": "周大",
        "returns.0.result": "",
        "returns.1.name": "周二",
        "returns.1.result": "",
    }


def test_next_round_shows_facts_again_but_no_decision() -> None:
    fields = [
        field("total", FieldType.MONEY),
        field("since", FieldType.DATE),
        field("opinion", FieldType.CHOICE, options=("通过", "退回")),
        field("days", FieldType.NUMBER, default="7"),
    ]
    data = {"total": Decimal("12.50"), "since": date(2026, 3, 1), "opinion": "通过"}
    assert forms.initial_values(fields, data) == {
        "total": "12.50",
        "since": "2026-03-01",
        "opinion": "",
        "days": "7",
    }


def test_blank_rows_are_left_out_and_the_others_numbered_anew() -> None:
    table = field("rows", FieldType.TABLE, columns=COLUMNS)
    form = MultiDict(
        {"field.rows.0.name": " ", "field.rows.10.name": "乙", "field.rows.2.name": " 甲 "}
    )
    values = forms.submitted_values(form, [table], {})
    assert {key: value for key, value in values.items() if value} == {
        "rows.0.name": "甲",
        "rows.1.name": "乙",
    }


def test_fields_the_form_does_not_have_are_not_read() -> None:
    form = MultiDict({"field.subject": "甲", "field.officer": "乙", "subject": "丙"})
    values = forms.submitted_values(form, [field("subject", FieldType.TEXT)], {})
    assert values == {"subject": "甲"}
