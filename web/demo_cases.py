"""The demonstration's cases: played through the runtime as officers would, days ago.

Each case is a table of who does which step with which values; the last row of
a table is done, what follows is left for the visitor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.bpmn.library import Library
from engine.model.case import Applicant, WorkItem, WorkItemState
from engine.model.controls import Controls
from engine.model.office import Roster
from engine.runtime import Office
from engine.runtime.accounts import Accounts
from engine.runtime.clock import system_clock
from engine.store import Store

HOUSEHOLDS = (
    ("赵玉田", "411023196803120014", "6228480096803120011", "1260.00"),
    ("周福来", "41102319550908023X", "6228480095509080230", "980.50"),
    ("吴春梅", "411023197211250426", "6228480097211250424", "1540.00"),
    ("郑守义", "411023196307170311", "6228480096307170314", "765.25"),
    ("冯翠兰", "411023198002040662", "6228480098002040669", "1102.00"),
)


#: Time between two steps of a played case.
_BETWEEN_STEPS = timedelta(days=1)
_LONGEST_WAIT_DAYS = 30


def _table(field: str, rows: Iterator[dict[str, str]]) -> dict[str, str]:
    return {
        f"{field}.{number}.{column}": value
        for number, row in enumerate(rows)
        for column, value in row.items()
    }


def _households() -> Iterator[dict[str, str]]:
    for name, id_card, bank_card, amount in HOUSEHOLDS:
        yield {"name": name, "id_card": id_card, "bank_card": bank_card, "amount": amount}


def _returns() -> Iterator[dict[str, str]]:
    for number, row in enumerate(_households()):
        failed = number == 0
        yield {
            **row,
            "result": "退汇" if failed else "成功",
            "reason": "账户已销户" if failed else "",
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """One case, as far as it got."""

    office: str
    item: str
    title: str
    applicant: str
    #: How many days ago it was opened.
    days_ago: int
    opener: str
    #: (officer, step, values) in order.
    steps: tuple[tuple[str, str, dict[str, str]], ...]


#: A value ``@N`` stands for the date N days ago.
_CASES = (
    Played(
        office="shifan",
        item="CZ-JF-001",
        title="2026年耕地地力保护补贴（王庄村）",
        applicant="王庄村村民委员会",
        days_ago=24,
        opener="zhao",
        steps=(
            (
                "zhao",
                "register_batch",
                {
                    "programme": "耕地地力保护补贴",
                    "document_no": "示财农〔2026〕18号",
                    "batch_no": "GD-2026-03",
                    "notice_days": "7",
                },
            ),
            (
                "zhao",
                "survey_households",
                {"surveyors": "王守田、李桂香", "surveyed_on": "@22"},
            ),
            ("zhao", "review_by_villagers", {"meeting_on": "@21", "attendance": "37"}),
            (
                "zhao",
                "village_notice/post_notice",
                {"notice_from": "@20", "notice_place": "村务公开栏"},
            ),
            ("zhao", "village_notice/register_objections", {"objection": "无异议"}),
            ("zhao", "compile_list", _table("households", _households())),
            ("qian", "examine_list", {"list_opinion": "通过", "list_note": "抽查一户，相符"}),
            ("zhang", "approve_list", {"approval_opinion": "同意"}),
            (
                "li",
                "appropriate_funds",
                {
                    "voucher_no": "BK-2026-0311",
                    "appropriated": "5647.75",
                    "appropriated_on": "@8",
                },
            ),
            ("li", "record_returns", {**_table("returns", _returns()), "returned_on": "@7"}),
        ),
    ),
    Played(
        office="shifan",
        item="CZ-BZ-020",
        title="十月份办公用品报账",
        applicant="示范镇财政所",
        days_ago=7,
        opener="sun",
        steps=(
            (
                "sun",
                "submit_claim",
                {
                    "claim_no": "BZ-2026-107",
                    "claimant": "周敏",
                    "purpose": "购置打印纸和硒鼓",
                    "amount": "2380.00",
                    "voucher_count": "3",
                },
            ),
            ("sun", "examine_voucher", {"voucher_opinion": "通过"}),
            (
                "li",
                "pay_claim/submit_payment",
                {
                    "voucher_no": "ZF-2026-219",
                    "payee": "示范县文华商贸有限公司",
                    "payee_account": "6222020200112233445",
                    "amount": "2380.00",
                    "budget_item": "2010601 行政运行",
                    "purpose": "办公用品",
                },
            ),
            ("li", "pay_claim/examine_quota", {"quota_opinion": "通过"}),
        ),
    ),
    Played(
        office="shifan",
        item="CZ-PJ-011",
        title="示范镇中心小学领用票据",
        applicant="示范镇中心小学",
        days_ago=2,
        opener="sun",
        steps=(
            (
                "sun",
                "apply_notes",
                {
                    "unit_name": "示范镇中心小学",
                    "handler": "何丽",
                    "handler_phone": "13800000000",
                    "note_kind": "资金往来结算票据",
                    "quantity": "2",
                    "first_time": "再次领用",
                },
            ),
        ),
    ),
    Played(
        office="xiaohe",
        item="CZ-ZX-038",
        title="农机购置补贴怎么申请",
        applicant="孟庆丰",
        days_ago=2,
        opener="yang",
        steps=(),
    ),
)


class _Clock:
    """A clock that stands where it is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def open_cases(
    store: Store,
    office_id: str,
    roster: Roster,
    library: Library,
    controls: Controls,
    password: str,
) -> tuple[str, ...]:
    """Open the office with its accounts and cases; one that is there gets what has changed.

    Returns
    -------
    tuple of str
        Ids of the processes that have changed since.

    Raises
    ------
    BadEffectiveDate
        A changed file says that it applies later or no more.
    """
    today = system_clock()
    clock = _Clock(today - timedelta(days=30))
    office = Office(store, office_id, controls=controls, clock=clock)
    if office.roster().officers:
        return Office(store, office_id, controls=controls).publish(library)
    office.appoint(roster)
    office.publish(library)
    accounts = Accounts(store)
    for officer in roster.officers:
        accounts.create(office_id, officer.id, f"{officer.id}@{office_id}", password)
    for case in _CASES:
        if case.office == office_id:
            morning = today.replace(hour=9, minute=30, second=0, microsecond=0)
            clock.now = morning - timedelta(days=case.days_ago)
            _play(office, clock, case)
    return ()


def _play(office: Office, clock: _Clock, played: Played) -> None:
    case = office.open_case(
        played.item,
        by=played.opener,
        applicant=Applicant(name=played.applicant),
        title=played.title,
    )
    for officer, step, values in played.steps:
        clock.now += _BETWEEN_STEPS
        item = _wait_for(office, clock, case.id, step)
        office.claim(item.id, by=officer)
        office.complete(item.id, by=officer, values=_dated(values))


def _dated(values: dict[str, str]) -> dict[str, str]:
    today = system_clock().date()
    return {
        field: (today - timedelta(days=int(value[1:]))).isoformat()
        if value.startswith("@")
        else value
        for field, value in values.items()
    }


def _wait_for(office: Office, clock: _Clock, case_id: str, step: str) -> WorkItem:
    """The work item of a step, once its notice period or other timer has passed."""
    for _ in range(_LONGEST_WAIT_DAYS):
        office.tick()
        for item in office.case(case_id).work_items:
            if item.step == step and item.state is WorkItemState.READY:
                return item
        clock.now += timedelta(days=1)
    raise LookupError(step)
