"""The longest way through a procedure, and what a promise is compared with."""

from itertools import pairwise

import pytest

from engine.bpmn.reader import read
from engine.model.item import LimitUnit
from engine.verify.limits import longest

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:qd="urn:qingdan:bpmn:1.0" id="d" targetNamespace="x">'
)
DAY = "working-day"


def _task(name: str, days: int, unit: str = DAY, more: str = "") -> str:
    number = f'limit="{days}" ' if days else ""
    return (
        f'<userTask id="{name}"><extensionElements><qd:step {number}limitUnit="{unit}" {more}/>'
        "</extensionElements></userTask>"
    )


def _flows(*pairs: str) -> str:
    return "".join(
        f'<sequenceFlow id="{p}" sourceRef="{p.split(">")[0]}" targetRef="{p.split(">")[1]}"/>'
        for p in pairs
    ).replace('id="', 'id="f_')


def _span(inside: str, unit: LimitUnit = LimitUnit.WORKING_DAY, more: str = ""):
    content = (
        f'{_HEAD}<process id="p"><startEvent id="s"/><endEvent id="e"/>{inside}</process>{more}'
    )
    procedures = read(f"{content}</definitions>".encode()).procedures
    return longest(procedures[0], {p.id: p for p in procedures}, unit)


GATES = '<parallelGateway id="g"/><parallelGateway id="h"/>'
LOOP = '<exclusiveGateway id="g"/>'
CALLED = (
    f'<process id="q"><startEvent id="qs"/>{_task("c", 4)}<endEvent id="qe"/>'
    '<sequenceFlow id="q1" sourceRef="qs" targetRef="c"/>'
    '<sequenceFlow id="q2" sourceRef="c" targetRef="qe"/></process>'
)
CALL = '<callActivity id="x" calledElement="q">{}</callActivity>'

#: What is drawn, the days it takes, the way that takes them.
WAYS = {
    "sequence": (_task("a", 2) + _task("b", 3) + _flows("s>a", "a>b", "b>e"), 5, "s a b e"),
    "parallel": (
        _task("a", 2) + _task("b", 3) + GATES + _flows("s>g", "g>a", "g>b", "a>h", "b>h", "h>e"),
        3,
        "s g b h e",
    ),
    "loop": (_task("a", 2) + LOOP + _flows("s>a", "a>g", "g>a", "g>e"), 2, "s a g e"),
    "off the clock": (
        _task("a", 2) + _task("b", 3, more='offClock="true"') + _flows("s>a", "a>b", "b>e"),
        2,
        "s a b e",
    ),
    "call": (CALL.format("") + _flows("s>x", "x>e"), 4, "s x e"),
    "boundary": (
        _task("a", 2)
        + '<boundaryEvent id="t" attachedToRef="a"><timerEventDefinition><timeDuration>P1D'
        "</timeDuration></timerEventDefinition></boundaryEvent>"
        + _task("b", 3)
        + _flows("s>a", "a>e", "t>b", "b>e"),
        5,
        "s a t b e",
    ),
    "sub-process": (
        f'<subProcess id="x"><startEvent id="xs"/>{_task("a", 2)}<endEvent id="xe"/>'
        f"{_flows('xs>a', 'a>xe')}</subProcess>{_flows('s>x', 'x>e')}",
        2,
        "s x e",
    ),
    "nothing": ("", 0, "e"),
}


@pytest.mark.parametrize("name", WAYS)
def test_longest_way_counts_loops_once_and_the_longest_branch(name):
    inside, days, way = WAYS[name]
    span = _span(inside, more=CALLED)

    assert (span.least, span.most) == (days, days)
    assert span.way == tuple(way.split())
    assert span.vague == ()


def test_timer_counts_as_the_calendar_days_it_waits():
    wait = (
        '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>{}</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>" + _flows("s>t", "t>e")
    )

    assert _span(wait.format("P1W")).least == 5
    assert _span(wait.format("P7D"), LimitUnit.CALENDAR_DAY).least == 7
    assert _span(wait.format("PT8H")).most == 0
    assert _span(wait.format("notice_days")).vague == ("t",)
    assert _span(wait.format("P1M")).vague == ("t",)


def test_working_days_take_weekends_and_at_worst_a_long_holiday():
    drawn = _task("a", 5) + _task("b", 5) + _flows("s>a", "a>b", "b>e")
    span = _span(drawn, LimitUnit.CALENDAR_DAY)

    assert (span.least, span.most) == (10, 23)


def test_step_by_the_month_cannot_be_added():
    assert _span(_task("a", 0, "monthly") + _flows("s>a", "a>e")).vague == ("a",)


def test_ten_thousand_steps_are_added_up():
    names = [f"t{n}" for n in range(10_000)]
    flows = _flows("s>t0", *(f"{a}>{b}" for a, b in pairwise(names)))

    assert _span("".join(_task(name, 1) for name in names) + flows).least == 10_000


def _verdict(judge, tmp_path, promise: str, steps: str):
    from .test_rule_segregation import RIGHT

    text = RIGHT.read_text("utf-8").replace('promised="5" promisedUnit="working-day"', promise)
    path = tmp_path / "item.bpmn"
    path.write_text(text.replace('limit="2" limitUnit="working-day"', steps), "utf-8")
    return [
        (f.severity, f.message) for f in judge(path).findings if f.rule == "limits-exceed-promise"
    ]


@pytest.mark.parametrize(
    ("promise", "steps", "severity"),
    [
        ('promised="4" promisedUnit="working-day"', 'limit="2" limitUnit="working-day"', None),
        ('promised="3" promisedUnit="working-day"', 'limit="2" limitUnit="working-day"', "error"),
        ('promised="5" promisedUnit="working-day"', 'limitUnit="monthly"', "unknown"),
        ('promised="1" promisedUnit="working-day"', 'limitUnit="monthly"', "error"),
        ('promisedUnit="monthly"', 'limitUnit="monthly"', None),
        ('promisedUnit="immediate"', 'limit="2" limitUnit="working-day"', "error"),
        (
            'promised="9" promisedUnit="calendar-day"',
            'limit="2" limitUnit="working-day"',
            "unknown",
        ),
        ('promised="15" promisedUnit="calendar-day"', 'limit="2" limitUnit="working-day"', None),
        (
            'promised="8" promisedUnit="working-day"',
            'limit="7" limitUnit="calendar-day"',
            "unknown",
        ),
        ('promised="6" promisedUnit="working-day"', 'limit="7" limitUnit="calendar-day"', "error"),
        ('statutory="3" statutoryUnit="working-day"', 'limit="2" limitUnit="working-day"', "error"),
    ],
)
def test_promise_is_broken_kept_or_left_open_by_the_calendar(
    promise, steps, severity, judge, tmp_path
):
    found = _verdict(judge, tmp_path, promise, steps)

    assert [f[0] for f in found] == ([severity] if severity else [])
