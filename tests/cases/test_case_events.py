"""Events that decide: the first of several, an error, an end that ends all."""

import pytest

from engine.runtime import FaultyCase

from .conftest import Clock, Desk
from .drawings import field, flow, line, process, step
from .test_case_constructs import MESSAGE


def test_event_gateway_takes_the_first_event(desk: Desk, clock: Clock) -> None:
    file = process(
        "p",
        '<eventBasedGateway id="gate"/>',
        '<intermediateCatchEvent id="reply" name="reply"><messageEventDefinition messageRef="m1"/>'
        "</intermediateCatchEvent>",
        '<intermediateCatchEvent id="wait" name="wait"><timerEventDefinition>'
        "<timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>",
        step("answered"),
        step("silent"),
        line("start", "gate", "reply", "answered", "end"),
        line("gate", "wait", "silent", "end"),
        code="T-1",
        globals_=[MESSAGE],
    )
    desk.publish(file)
    answered, silent = desk.open(), desk.open()
    assert desk.steps(answered.id) == ["reply"]
    desk.do(answered.id, "reply", "ding")
    assert desk.steps(answered.id) == ["answered"]
    clock.move(days=5)
    assert desk.office.tick() == 1
    assert desk.steps(silent.id) == ["silent"]
    assert "withdrawn" in desk.actions(silent.id)


def gone_off(desk: Desk, case_id: str) -> list[str]:
    """The timers of a case the journal says went off."""
    return [each.step for each in desk.office.history(case_id) if each.action == "timer"]


def _caught(id: str, event: str) -> str:
    return f'<intermediateCatchEvent id="{id}" name="{id}">{event}</intermediateCatchEvent>'


def _lasts(duration: str) -> str:
    return f"<timerEventDefinition><timeDuration>{duration}</timeDuration></timerEventDefinition>"


def test_event_gateway_tells_messages_apart_that_bear_one_name(desk: Desk) -> None:
    """Both lead to a split: SpiffWorkflow took the first drawn, and opened its branches twice."""
    message = '<messageEventDefinition messageRef="m1"/>'
    file = process(
        "p",
        '<eventBasedGateway id="gate"/><parallelGateway id="split"/>',
        _caught("first", message),
        _caught("second", message),
        *map(step, "abc"),
        line("start", "gate", "first", "split", "a"),
        line("split", "b"),
        line("gate", "second", "c"),
        *(flow(each, f"end_{each}") + f'<endEvent id="end_{each}"/>' for each in "abc"),
        code="T-1",
        globals_=[MESSAGE],
    )
    desk.publish(file)
    one, other = desk.open(), desk.open()
    desk.do(one.id, "first", "ding")
    assert desk.steps(one.id) == ["a", "b"]
    desk.do(other.id, "second", "ding")
    assert desk.steps(other.id) == ["c"]


def _deadlines() -> bytes:
    """A letter, a reminder's day and a last day, whichever comes first."""
    return process(
        "p",
        '<eventBasedGateway id="gate"/>',
        _caught("last_day", _lasts("P9D")),
        _caught("reply", '<messageEventDefinition messageRef="m1"/>'),
        _caught("reminder", _lasts("P5D")),
        *map(step, "abc"),
        line("start", "gate", "last_day", "a", "end"),
        line("gate", "reply", "b", "end"),
        line("gate", "reminder", "c", "end"),
        code="T-1",
        globals_=[MESSAGE],
    )


def test_event_gateway_takes_the_earliest_when_all_came_due_meanwhile(
    desk: Desk, clock: Clock
) -> None:
    desk.publish(_deadlines())
    case = desk.open()
    clock.move(days=20)
    assert desk.office.tick() == 1
    assert desk.steps(case.id) == ["c"]
    assert gone_off(desk, case.id) == ["reminder"]


def test_event_gateway_takes_what_is_recorded_before_a_timer_went_off(
    desk: Desk, clock: Clock
) -> None:
    desk.publish(_deadlines())
    case = desk.open()
    clock.move(days=20)
    desk.do(case.id, "reply", "ding")
    assert desk.steps(case.id) == ["b"]
    assert gone_off(desk, case.id) == []
    assert desk.office.tick() == 0


def test_timer_on_a_step_that_is_done_in_spite_of_it_did_not_go_off(
    desk: Desk, clock: Clock
) -> None:
    boundary = f'<boundaryEvent id="late" name="late" attachedToRef="a">{_lasts("P5D")}'
    desk.publish(
        process(
            "p",
            f"{boundary}</boundaryEvent>",
            *map(step, "ab"),
            line("start", "a", "end"),
            line("late", "b", "end"),
            code="T-1",
        )
    )
    done, waited = desk.open(), desk.open()
    clock.move(days=6)
    desk.do(done.id, "a", "ding")
    assert gone_off(desk, done.id) == []
    assert desk.office.tick() == 1
    assert gone_off(desk, waited.id) == ["late"]
    assert desk.steps(waited.id) == ["b"]


def test_every_timer_that_goes_off_at_once_counts(desk: Desk, clock: Clock) -> None:
    desk.publish(
        process(
            "p",
            '<parallelGateway id="fork"/><parallelGateway id="join"/>',
            _caught("one", _lasts("P3D")),
            _caught("other", _lasts("P5D")),
            _caught("third", _lasts("P9D")),
            line("start", "fork", "one", "join", "end"),
            line("fork", "other", "join"),
            line("fork", "third", "join"),
            code="T-1",
        )
    )
    case = desk.open()
    clock.move(days=6)
    assert desk.office.tick() == 2
    assert gone_off(desk, case.id) == ["one", "other"]
    clock.move(days=6)
    assert desk.office.tick() == 1


@pytest.mark.parametrize(
    ("timer", "n"),
    [
        ("<timeDuration>days(n)</timeDuration>", "9999999"),
        ("<timeDuration>days(n)</timeDuration>", "99999999999"),
        ("<timeDate>date_after('2026-03-02', n)</timeDate>", "9999999"),
        # The first day there is begins in China when there was none by Greenwich.
        ("<timeDate>date_after('2026-03-02', n)</timeDate>", "-739676"),
        ("<timeDate>9999-12-31T23:00:00-08:00</timeDate>", "1"),
    ],
)
def test_timer_beyond_the_calendar_loses_nothing(desk: Desk, timer: str, n: str) -> None:
    desk.publish(
        process(
            "p",
            step("ask", field("n", "number")),
            _caught("wait", f"<timerEventDefinition>{timer}</timerEventDefinition>"),
            line("start", "ask", "wait", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    with pytest.raises(FaultyCase, match="请检查填写的内容"):
        desk.do(case.id, "ask", "ding", n=n)
    assert desk.office.case(case.id).data == {}


def _sub(id: str, *body: str, inner: str = "") -> str:
    ends = f'<startEvent id="{id}_begin"/><endEvent id="{id}_over"/>'
    return f'<subProcess id="{id}">{inner}{ends}{"".join(body)}</subProcess>'


def _times(count: str, condition: str = "") -> str:
    return (
        f"<multiInstanceLoopCharacteristics><loopCardinality>{count}</loopCardinality>"
        f"{condition and f'<completionCondition>{condition}</completionCondition>'}"
        "</multiInstanceLoopCharacteristics>"
    )


def test_terminating_end_takes_what_runs_below_with_it(desk: Desk) -> None:
    """SpiffWorkflow then cancels what it has taken away already."""
    deep = _sub("deep", step("c"), line("deep_begin", "c", "deep_over"))
    body = _sub(
        "outer",
        '<parallelGateway id="split"/>',
        '<endEvent id="stop"><terminateEventDefinition/></endEvent>',
        _sub("many", deep, line("many_begin", "deep", "many_over"), inner=_times("3")),
        step("b"),
        line("outer_begin", "split", "many", "outer_over"),
        line("split", "b", "stop"),
    )
    desk.publish(process("p", body, step("z"), line("start", "outer", "z", "end"), code="T-1"))
    case = desk.open()
    assert desk.steps(case.id) == ["b", "c"]
    desk.do(case.id, "b", "ding")
    assert desk.steps(case.id) == ["z"]


def test_error_of_one_instance_ends_all_of_them(desk: Desk) -> None:
    """Also where their number may fall short: the one that failed is not asked whether it does."""
    body = _sub(
        "many",
        '<endEvent id="fails"><errorEventDefinition errorRef="e1"/></endEvent>',
        step("a"),
        line("many_begin", "a", "fails"),
        inner=_times("2", "1 == 1"),
    )
    file = process(
        "p",
        body,
        '<boundaryEvent id="caught" attachedToRef="many"><errorEventDefinition errorRef="e1"/>'
        "</boundaryEvent>",
        step("y"),
        step("z"),
        line("start", "many", "y", "end"),
        line("caught", "z", "end"),
        code="T-1",
        globals_=['<error id="e1" name="e1" errorCode="E1"/>'],
    )
    desk.publish(file)
    case = desk.open()
    assert desk.steps(case.id) == ["a"]
    desk.do(case.id, "a", "ding")
    assert desk.steps(case.id) == ["z"]
