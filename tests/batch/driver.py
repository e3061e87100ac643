"""Works a shipped subsidy batch off, step by step, with a list and the bank's answers."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from engine.model.case import Applicant, WorkItem, WorkItemState
from engine.model.controls import load_controls
from engine.runtime import Office, Upload
from engine.runtime.batch.settlement import Settlement
from engine.runtime.batch.sheet import excel
from engine.store import CHINA

CONTROLS = load_controls()
NOW = datetime(2026, 3, 16, 9, 0, tzinfo=CHINA)
SIZE = 30
CHOICES = {
    "objection": "无异议",
    "list_opinion": "通过",
    "approval_opinion": "同意",
    "register_objections": "无异议",
}
TEXTS = {"money": "100.00", "number": "7", "date": "2026-02-02", "text": "甲", "person": "周大"}


def id_card(number: int) -> str:
    digits = f"1101051990{1 + number // 28 % 12:02}{1 + number % 28:02}{number:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    weighted = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
    return digits + "10X98765432"[weighted % 11]


HOUSEHOLDS = [
    (
        f"周{number}",
        id_card(number),
        f"62170000000000{number:04}",
        Decimal(f"{100 + number}.{number:02}"),
    )
    for number in range(SIZE)
]
TOTAL = sum(amount for *_, amount in HOUSEHOLDS)


def ready(office: Office, case_id: str) -> Iterator[WorkItem]:
    file = office.case(case_id)
    yield from (item for item in file.work_items if item.state is WorkItemState.READY)
    for child in file.case.children:
        yield from ready(office, child)


def holder(office: Office, item: WorkItem) -> str:
    return next(
        officer.id
        for officer in reversed(office.roster().officers)
        for post in officer.posts_on(NOW.date())
        if (known := CONTROLS.post(post)) and known.name == item.post
    )


def do(office: Office, item: WorkItem, upload: Upload | None = None, **values: str) -> None:
    for field in item.fields:
        if field.required and field.type != "table":
            usual = CHOICES.get(field.name) or next(iter(field.options), "")
            known = office.case(item.case_id).data.get(field.name, "")
            values.setdefault(field.name, TEXTS.get(field.type.value, usual or str(known)))
    by = holder(office, item)
    office.claim(item.id, by=by)
    tables = [field.name for field in item.fields if field.type == "table"]
    given = {tables[0]: upload} if upload else {}
    office.complete(item.id, by=by, values=values, files=given)


def until(office: Office, case_id: str, step: str) -> WorkItem:
    """Work the case off until a step waits."""
    while (item := next(ready(office, case_id))).step.rpartition("/")[2] != step:
        do(office, item)
    return item


def listed(office: Office, stop: str = "record_returns") -> str:
    """A batch whose list came in as Excel, up to a step."""
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="周家村"))
    rows = [
        ("户主姓名", "身份证号", "银行卡号", "补贴金额（元）"),
        *HOUSEHOLDS,
        ("合计", "", "", TOTAL),
    ]
    sheet = Upload(filename="清册.xlsx", media_type="", content=excel("清册", rows))
    do(office, until(office, case.id, "compile_list"), sheet)
    until(office, case.id, stop)
    return case.id


def fixed_answer(sent: bytes, failed: set[int]) -> bytes:
    """A fixed-width return file made from the payment file, as a bank's program would."""
    first, *lines = sent.split(b"\r\n")
    answers = [first]
    for line in filter(None, lines):
        bad = int(line[:6]) in failed
        reason = "账户已销户".encode("gb18030") if bad else b""
        answers.append(
            line[:66] + line[84:97] + (b"E103" if bad else b"0000") + reason.ljust(40) + line[97:]
        )
    return b"\r\n".join(answers)


def answered(office: Office, case_id: str, failed: set[int]) -> None:
    file = Settlement(office, case_id).payment_file("fixed-text", by="li")
    assert (file.count, file.total) == (SIZE, TOTAL)
    upload = Upload(filename="回盘.txt", media_type="", content=fixed_answer(file.content, failed))
    do(office, until(office, case_id, "record_returns"), upload, **{"returns.bank": "fixed-text"})
