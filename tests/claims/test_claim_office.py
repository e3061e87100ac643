"""The look-ahead at work: a real item, a small office, through claims, command and pages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner

from engine.bpmn.library import Library
from engine.cli.case import case as case_command
from engine.model.case import Applicant, WorkItem
from engine.model.office import Appointment, Officer, Relative, Roster, Waiver
from engine.runtime import Office, Refused
from engine.runtime.accounts import Accounts
from engine.store import CHINA, Store, open_store
from tests.cases.drawings import column, field, flow, line, process, step
from tests.pages.conftest import PASSWORD, Browser
from web import create_app

from .scenes import CONTROLS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)
ITEM = "policy_consultation"


def officer(id: str, name: str, *posts: str, relatives: tuple[Relative, ...] = ()) -> Officer:
    appointments = tuple(Appointment(post=post) for post in posts)
    return Officer(id=id, name=name, appointments=appointments, relatives=relatives)


TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
#: 张三 registers questions and is the only one to follow up complaints.
ZHANG = officer("zhang", "张三", "受理窗口", "资金监管")
OTHERS = (
    officer("zhao", "赵六", "补贴资金发放管理", "档案管理"),
    officer("suo", "王所长", "所长"),
)
SUN = officer("sun", "孙丽", "受理窗口")


@pytest.fixture
def store(sqlite_database: str) -> Iterator[Store]:
    store = open_store(sqlite_database)
    yield store
    store.close()


@pytest.fixture
def office(store: Store) -> Office:
    office = Office(store, "shifan", controls=CONTROLS, clock=lambda: NOW)
    office.appoint(Roster(office="示范镇财政所", officers=(ZHANG, *OTHERS, SUN)))
    office.publish(Library.load())
    return office


@pytest.fixture
def first(office: Office) -> WorkItem:
    """The step that registers a question."""
    case = office.open_case(ITEM, by="sun", applicant=Applicant(name="周大"))
    (item,) = office.case(case.id).work_items
    return item


def test_claim_that_would_leave_a_branch_to_nobody_is_refused(
    office: Office, first: WorkItem
) -> None:
    with pytest.raises(Refused) as caught:
        office.claim(first.id, by="zhang")
    message = caught.value.message
    assert message.startswith("若由张三承接“登记咨询事项”，则走“")
    assert "不满意”时，“回访督办”将无人可办：张三办过“登记咨询事项”，与它不相容" in message
    assert message.endswith("请改由孙丽承接")
    assert caught.value.basis in message
    last = office.history(first.case_id)[-1]
    assert (last.action, last.note) == ("refused", "leaves-nobody")
    (waiting,) = office.todo("zhang").open
    assert waiting.refusal == message


def test_other_officer_takes_it_without_a_word(office: Office, first: WorkItem) -> None:
    claimed = office.claim(first.id, by="sun")
    assert (claimed.officer, claimed.warning) == ("sun", "")
    assert office.history(first.case_id)[-1].note == ""


def test_case_nobody_can_finish_goes_on_with_a_warning(office: Office, first: WorkItem) -> None:
    office.appoint(Roster(office="示范镇财政所", officers=(ZHANG, *OTHERS)))
    claimed = office.claim(first.id, by="zhang")
    assert claimed.officer == "zhang"
    assert "这个办件已经办不完" in claimed.warning
    last = office.history(first.case_id)[-1]
    assert (last.action, last.note) == (
        "claimed",
        "升级：“答复咨询人”“回访督办”按现有定岗安排不出人",
    )


def test_roster_of_the_moment_counts(office: Office, first: WorkItem) -> None:
    more = officer("qian", "钱七", "资金监管")
    office.appoint(Roster(office="示范镇财政所", officers=(ZHANG, *OTHERS, SUN, more)))
    assert office.claim(first.id, by="zhang").warning == ""


def test_waiver_for_this_case_alone_counts(office: Office, first: WorkItem) -> None:
    waiver = Waiver(
        id="W-1",
        between=frozenset(("register_question", "follow_up")),
        scope="case",
        reach=first.case_id,
        approved_by="县财政局",
        reason="编制三人",
        control="县局按月抽审",
        until=NOW.date(),
    )
    for reach, refused in (("2026-999999", True), (first.case_id, False)):
        waivers = (replace(waiver, reach=reach),)
        office.appoint(
            Roster(office="示范镇财政所", officers=(ZHANG, *OTHERS, SUN), waivers=waivers)
        )
        (waiting,) = office.todo("zhang").open
        assert bool(waiting.refusal) is refused


def test_command_tells_why_and_warns(office: Office, first: WorkItem, store: Store) -> None:
    url = store.engine.url.render_as_string(hide_password=False)

    def claim() -> str:
        words = ["claim", first.id, "--as", "zhang", "--db", url]
        result = CliRunner().invoke(case_command, words)
        return result.output if result.exception is None else str(result.exception)

    assert "“回访督办”将无人可办" in claim()
    office.appoint(Roster(office="示范镇财政所", officers=(ZHANG, *OTHERS)))
    assert "提醒：按现有定岗，这个办件已经办不完" in claim()


@pytest.fixture
def zhang(office: Office, store: Store) -> Browser:
    accounts = Accounts(store, hasher=PasswordHasher(time_cost=1, memory_cost=64))
    accounts.create("shifan", "zhang", "zhang@shifan", PASSWORD)
    config = {"STORE": store, "ACCOUNTS": accounts, "CLOCK": lambda: NOW}
    app = create_app({**config, "SECRET_KEY": "tests", "TESTING": True})
    browser = Browser(app.test_client()).get("/sign-in")
    return browser.post("/sign-in", login="zhang@shifan", password=PASSWORD)


def test_page_tells_why_instead_of_offering_the_claim(
    office: Office, first: WorkItem, zhang: Browser
) -> None:
    zhang.get(f"/work-items/{first.id}")
    assert "不能由您办理" in zhang.page
    assert "“回访督办”将无人可办" in zhang.page
    assert "认领办理" not in zhang.page
    zhang.post(f"/work-items/{first.id}/claim")
    assert zhang.status == 403
    office.appoint(Roster(office="示范镇财政所", officers=(ZHANG, *OTHERS)))
    zhang.post(f"/work-items/{first.id}/claim")
    assert zhang.status == 200
    assert "这个办件已经办不完" in zhang.page


FAMILY = (
    process(
        "batch",
        step("list", field("rows", "table", columns=column("who")), post="档案管理"),
        '<callActivity id="each" calledElement="one"><extensionElements>'
        '<qd:children rows="rows" person="who"/></extensionElements></callActivity>',
        line("start", "list", "each", "end"),
        code="T-9",
    ),
    process(
        "one",
        step("check", post="资金监管"),
        step("pay", post="出纳会计"),
        line("start", "check", "pay", "end"),
        extensions='<qd:separate steps="check pay" reason="r"/>',
    ),
)


@pytest.mark.parametrize("kin", ["", "周乙"])
def test_kin_in_a_sister_case_is_looked_ahead_to(office: Office, tmp_path: Path, kin: str) -> None:
    """乙 may pay in every household's case but that of the relative, which then falls to 甲."""
    relatives = (Relative(name=kin, relation="兄弟"),) if kin else ()
    jia = officer("jia", "甲", "资金监管", "出纳会计")
    yi = officer("yi", "乙", "出纳会计", "档案管理", relatives=relatives)
    bing = officer("bing", "丙", "资金监管")
    folder = tmp_path / "bpmn"
    folder.mkdir()
    for number, content in enumerate(FAMILY):
        (folder / f"{number}.bpmn").write_bytes(content)
    office.appoint(Roster(office="示范镇财政所", officers=(jia, yi, bing)))
    office.publish(Library.load([folder]))
    case = office.open_case("T-9", by="yi", applicant=Applicant(name="村委会"))
    (listing,) = office.case(case.id).work_items
    office.claim(listing.id, by="yi")
    rows = {"rows.0.who": "周甲", "rows.1.who": "周乙"}
    office.complete(listing.id, by="yi", values=rows)
    (one, _) = office.case(case.id).case.children
    (check,) = office.case(one).work_items
    if not kin:
        assert office.claim(check.id, by="jia").warning == ""
        return
    with pytest.raises(Refused, match="leaves-nobody"):
        office.claim(check.id, by="jia")
    assert office.claim(check.id, by="bing").warning == ""


def test_waiver_for_a_case_holds_in_the_cases_opened_from_it(
    office: Office, tmp_path: Path
) -> None:
    """The claim itself and the look-ahead read the number in the same way."""
    folder = tmp_path / "bpmn"
    folder.mkdir()
    for number, content in enumerate(FAMILY):
        (folder / f"{number}.bpmn").write_bytes(content)
    officers = (officer("jia", "甲", "资金监管", "出纳会计", "档案管理"),)
    office.appoint(Roster(office="示范镇财政所", officers=officers))
    office.publish(Library.load([folder]))
    case = office.open_case("T-9", by="jia", applicant=Applicant(name="村委会"))
    (listing,) = office.case(case.id).work_items
    office.claim(listing.id, by="jia")
    office.complete(listing.id, by="jia", values={"rows.0.who": "周甲"})
    (one,) = office.case(case.id).case.children
    (check,) = office.case(one).work_items

    def waive(reach: str) -> None:
        waiver = Waiver(
            id="W-1",
            between=frozenset(("each/check", "each/pay")),
            scope="case",
            reach=reach,
            approved_by="县财政局",
            reason="编制一人",
            control="县局按月抽审",
            until=NOW.date(),
        )
        office.appoint(Roster(office="示范镇财政所", officers=officers, waivers=(waiver,)))

    waive(case.id)
    assert office.claim(check.id, by="jia").warning == ""
    office.complete(check.id, by="jia", values={})
    (pay,) = (w for w in office.case(one).work_items if w.step == "pay")
    waive(one)
    with pytest.raises(Refused, match="separated-steps"):
        office.claim(pay.id, by="jia")
    waive(case.id)
    office.claim(pay.id, by="jia")
    assert "W-1" in office.history(one)[-1].note


@pytest.mark.parametrize(("second", "refused"), [("jia", True), ("yi", False)])
def test_cosigner_is_looked_ahead_from_too(
    office: Office, tmp_path: Path, second: str, refused: bool
) -> None:
    """甲 alone can pay: who pays must not have inspected."""
    drawn = process(
        "p",
        step("inspect", post="资金监管", persons="2"),
        step("pay", post="出纳会计"),
        line("start", "inspect", "pay", "end"),
        code="T-8",
        extensions='<qd:separate steps="inspect pay" reason="r"/>',
    )
    (tmp_path / "p.bpmn").write_bytes(drawn)
    jia = officer("jia", "甲", "资金监管", "出纳会计")
    clerks = (officer(id, name, "资金监管") for id, name in (("yi", "乙"), ("bing", "丙")))
    office.appoint(Roster(office="示范镇财政所", officers=(jia, *clerks)))
    office.publish(Library.load([tmp_path / "p.bpmn"]))
    case = office.open_case("T-8", by="yi", applicant=Applicant(name="周大"))
    (item,) = office.case(case.id).work_items
    office.claim(item.id, by="bing")
    values = {"cosigner": second}
    if refused:
        with pytest.raises(Refused, match="leaves-nobody"):
            office.complete(item.id, by="bing", values=values)
    else:
        assert office.complete(item.id, by="bing", values=values).version == case.version + 1


@pytest.mark.parametrize(("n", "refused", "taken"), [("1", "jia", "yi"), ("2", "yi", "jia")])
def test_awaited_timer_or_message_tells_the_branch(
    office: Office, tmp_path: Path, n: str, refused: str, taken: str
) -> None:
    """Only the event tells which step comes: 甲 alone can weigh, 乙 alone can pay."""
    drawn = process(
        "p",
        step("begin", field("n", "number"), post="受理窗口"),
        step("check", post="受理窗口"),
        step("weigh", post="资金监管"),
        step("pay", post="出纳会计"),
        '<parallelGateway id="fork"/><parallelGateway id="meet"/>'
        '<exclusiveGateway id="split" default="split_late"/><exclusiveGateway id="join"/>'
        f'<intermediateCatchEvent id="late">{TIMER}</intermediateCatchEvent>'
        '<intermediateCatchEvent id="told"><messageEventDefinition messageRef="m"/>'
        "</intermediateCatchEvent>",
        line("start", "begin", "fork", "check", "meet", "end"),
        line("fork", "split") + flow("split", "late") + flow("split", "told", "n &gt; 1"),
        line("late", "weigh", "join", "meet") + line("told", "pay", "join"),
        code="T-7",
        extensions='<qd:separate steps="check weigh" reason="r"/>'
        '<qd:separate steps="check pay" reason="r"/>',
        globals_=('<message id="m" name="回执"/>',),
    )
    (tmp_path / "p.bpmn").write_bytes(drawn)
    jia = officer("jia", "甲", "受理窗口", "资金监管")
    yi = officer("yi", "乙", "受理窗口", "出纳会计")
    office.appoint(Roster(office="示范镇财政所", officers=(jia, yi)))
    office.publish(Library.load([tmp_path / "p.bpmn"]))
    case = office.open_case("T-7", by="yi", applicant=Applicant(name="周大"))
    (item,) = office.case(case.id).work_items
    office.claim(item.id, by="yi")
    office.complete(item.id, by="yi", values={"n": n})
    (check,) = (w for w in office.case(case.id).work_items if w.step == "check")
    with pytest.raises(Refused, match="leaves-nobody"):
        office.claim(check.id, by=refused)
    assert office.claim(check.id, by=taken).warning == ""


def _about(code: str, *more: str, duty: str) -> bytes:
    return process(
        f"p{code[-1]}",
        step("name_it", field("number"), post="受理窗口"),
        *(step(name, post="资金监管") for name in more),
        step("act", duty=duty, post="所长"),
        line("start", "name_it", *more, "act", "end"),
        code=code,
        extensions='<qd:object kind="凭证" key="number"/>'
        + ('<qd:separate steps="weigh act" reason="r"/>' if more else ""),
    )


def test_deeds_of_another_case_on_the_same_object_are_looked_ahead_with(
    office: Office, tmp_path: Path
) -> None:
    """甲 examined the voucher elsewhere; so 乙 alone can approve it, and must not weigh it."""
    jia = officer("jia", "甲", "资金监管", "所长", "受理窗口")
    yi = officer("yi", "乙", "资金监管", "所长")
    folder = tmp_path / "bpmn"
    folder.mkdir()
    (folder / "1.bpmn").write_bytes(_about("T-1", duty="examine"))
    (folder / "2.bpmn").write_bytes(_about("T-2", "weigh", duty="approve"))
    office.appoint(Roster(office="示范镇财政所", officers=(jia, yi)))
    office.publish(Library.load([folder]))

    def do(case_id: str, step: str) -> None:
        (item,) = (w for w in office.case(case_id).work_items if w.state == "ready")
        assert item.step == step
        office.claim(item.id, by="jia")
        office.complete(item.id, by="jia", values={"number": "7"} if step == "name_it" else {})

    first = office.open_case("T-1", by="jia", applicant=Applicant(name="周大"))
    do(first.id, "name_it")
    do(first.id, "act")
    second = office.open_case("T-2", by="jia", applicant=Applicant(name="周大"))
    do(second.id, "name_it")
    (waiting,) = office.todo("yi").open
    assert (waiting.step, "leaves-nobody" in waiting.refusal) == ("weigh", True)
    do(second.id, "weigh")
