"""A step that was renamed and edited is the same where somebody says so, and nothing else gives."""

import re

import pytest
from click.testing import CliRunner

from engine.cli.main import qingdan
from engine.runtime import NotAllowed, Refused
from tests.cases.conftest import Desk
from tests.cases.drawings import line, process, step

from .conftest import straight
from .test_version_migration import begun, finish
from .test_version_page import SignIn, possible, sign_in
from .test_version_renaming import CALLED, CALLER, named

__all__ = ["sign_in"]

#: Its first step has another id and another name.
EDITED = named(straight("a", "b", "c"), a="a2").replace(b'name="a"', 'name="收件"'.encode())
SAID = {"a": "a2"}


def test_step_said_to_be_the_same_is(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(EDITED)
    plan = desk.office.migration_plan(case)
    assert [reason.rule for reason in plan.reasons] == ["vanished", "skipped"]
    assert ([p.id for p in plan.gone], [p.id for p in plan.fresh]) == (["a"], ["a2"])
    plan = desk.office.migration_plan(case, renamed=SAID)
    assert (plan.reasons, plan.gone, plan.fresh, plan.added, plan.dropped) == ((), (), (), (), ())
    told = "环节“a”（a）由办理人指明就是新版本的“收件”（a2），视为同一环节"
    assert plan.renaming_texts == (told,)
    desk.office.migrate(case, reason="新办法", renamed=SAID, version=plan.version)
    assert "指明 a=a2" in desk.office.history(case)[-1].note
    assert finish(desk, case) == ["b", "c"]


def test_waiting_step_said_to_be_the_same_takes_its_new_name(desk: Desk) -> None:
    case = begun(desk)
    desk.publish(EDITED)
    desk.office.migrate(case, reason="新办法", renamed=SAID)
    assert [item.step_name for item in desk.office.case(case).work_items] == ["收件"]
    assert desk.office.migration_plan(case, renamed=SAID).is_current


def test_what_surrounds_a_step_said_to_be_the_same_is_recognised(desk: Desk) -> None:
    case = begun(desk, "a", "b")
    desk.publish(named(EDITED, b="b2", c="c2"))
    plan = desk.office.migration_plan(case, renamed=SAID)
    assert ([r.new for r in plan.renamings], plan.reasons) == (["a2", "b2", "c2"], ())


def test_renaming_that_was_said_goes_along(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(EDITED)
    desk.office.migrate(case, reason="新办法", renamed=SAID)
    desk.publish(EDITED.replace("收件".encode(), "收下".encode()))
    assert desk.office.migration_plan(case).reasons == ()
    third = named(EDITED, a2="a3").replace("收件".encode(), "登记".encode())
    desk.publish(third)
    plan = desk.office.migration_plan(case, renamed={"a2": "a3"})
    assert ([(r.old, r.new) for r in plan.renamings], plan.reasons) == ([("a2", "a3")], ())


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ((b'targetRef="b"', b'targetRef="c"'), "skipped"),
        ((b'targetRef="b"', b'targetRef="end"'), "flow"),
        ((b"<qd:step post", b'<qd:step duty="accept" post'), "duty"),
        ((b'<userTask id="a2"', b'<manualTask id="a2"'), ""),
    ],
)
def test_what_was_done_must_lead_on_as_before(
    desk: Desk, change: tuple[bytes, bytes], rule: str
) -> None:
    case = begun(desk, "a")
    anew = EDITED.replace(change[0], change[1], 1)
    if b"manualTask" in anew:
        anew = anew.replace(b"</userTask>", b"</manualTask>", 1)
    desk.publish(anew)
    plan = desk.office.migration_plan(case, renamed=SAID)
    assert [reason.rule for reason in plan.reasons][:1] == ([rule] if rule else [])


def test_step_put_behind_it_would_be_skipped(desk: Desk) -> None:
    case = begun(desk, "a", "b")
    desk.publish(named(straight("a", "new", "b", "c"), a="a2").replace(b'name="a"', b'name="A"'))
    with pytest.raises(Refused) as refused:
        desk.office.migrate(case, reason="新办法", renamed=SAID)
    assert "漏办" in str(refused.value)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"x": "a2"}, "现在的版本里没有编号 x"),
        ({"a": "x"}, "要换到的版本里没有编号 x"),
        ({"b": "a2"}, "编号 b 在要换到的版本里还在用"),
        ({"a": "b"}, "编号 b 在现在的版本里已经有"),
        ({"a": "a2", "start": "a2"}, "编号 start 在要换到的版本里还在用"),
    ],
)
def test_what_cannot_have_been_renamed_is_refused(
    desk: Desk, said: dict[str, str], told: str
) -> None:
    case = begun(desk, "a")
    desk.publish(EDITED)
    with pytest.raises(NotAllowed, match=told):
        desk.office.migration_plan(case, renamed=said)
    (report,) = desk.office.migrate_all([case], renamed=said, apply=True, reason="新办法")
    assert report.outcome == "refused"
    assert told in report.reasons[0]


def test_steps_of_two_procedures_are_not_the_same(desk: Desk) -> None:
    desk.publish(CALLER, CALLED)
    case = desk.open().id
    desk.publish(named(CALLER, a="a2").replace(b'name="a"', b'name="A"'), named(CALLED, u="u2"))
    with pytest.raises(NotAllowed, match="不在同一个流程里"):
        desk.office.migration_plan(case, renamed={"a": "u2"})


def test_two_steps_cannot_become_one(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(process("p", step("one"), step("c"), line("start", "one", "c", "end"), code="T-1"))
    with pytest.raises(NotAllowed, match="已经有别的环节改成它"):
        desk.office.migration_plan(case, renamed={"a": "one", "b": "one"})


def test_command_says_what_is_gone_and_takes_what_is_said(desk: Desk, database: str) -> None:
    case = begun(desk, "a")
    desk.publish(EDITED)

    def run(*words: str) -> tuple[int, str]:
        where = ("--db", database, "--office", "shifan")
        done = CliRunner().invoke(qingdan, ["case", "migrate", *words, *where])
        return done.exit_code, done.output

    code, text = run(case)
    assert (code, "新版本没有的编号：a（a）" in text, "才有的编号：a2（收件）" in text) == (
        1,
        True,
        True,
    )
    code, text = run(case, "--renamed", "a=a2", "--apply", "--reason", "新办法")
    assert (code, "已换 1 件" in text) == (0, True)
    assert run(case, "--renamed", "a2")[0] == 2
    assert run(case, "--renamed", "a=b", "--renamed", "a=c")[0] == 2


def test_page_lets_the_head_say_it(desk: Desk, sign_in: SignIn) -> None:
    case = begun(desk, "a")
    desk.publish(EDITED)
    head = sign_in("zhang").get("/versions/p/plan")
    assert '<option value="a">a（a）</option>' in head.page
    assert '<option value="a2">收件（a2）</option>' in head.page
    assert possible(head.page) == []
    head.get("/versions/p/plan?old=a&new=a2")
    assert "由办理人指明就是新版本的“收件”" in head.page
    assert possible(head.page) == [case]
    assert re.findall(r'name="renamed" value="([^"]*)"', head.page) == ["a=a2"]
    said = {"case": case, "renamed": "a=a2", "reason": "新办法", "sure": "1"}
    head.post("/versions/p/plan", **said)
    assert "已换 1 件" in head.page
    assert finish(desk, case) == ["b", "c"]
