"""Constructs one by one: which steps one run can execute together."""

import pytest

from engine.verify import Limits
from engine.verify.behaviour import exploration

from .test_proof_soundness import diagram, explored, faults

MESSAGE = "<messageEventDefinition/>"
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
ERROR = '<errorEventDefinition errorRef="err"/>'
ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'


def boundary(name: str, host: str, event: str, *, interrupting: bool = True) -> str:
    return (
        f'<boundaryEvent id="{name}" attachedToRef="{host}" '
        f'cancelActivity="{str(interrupting).lower()}">{event}</boundaryEvent>'
    )


def sub(name: str, inner: str, attributes: str = "") -> str:
    return f'<subProcess id="{name}" {attributes}>{inner}</subProcess>'


def call(name: str, called: str, inner: str = "") -> str:
    return f'<callActivity id="{name}" calledElement="{called}">{inner}</callActivity>'


def flow(source: str, target: str, fact: str = "") -> str:
    inner = ""
    if fact:
        key, value = fact.split("=")
        inner = f'<qd:condition key="{key}" value="{value}"/>'
        inner = f"<extensionElements>{inner}</extensionElements>"
    name = f"{source}_{target}"
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{name}" {ends}>{inner}</sequenceFlow>'


def choices(first: str = "k=yes", other: str = "k=no", second: str = "", between: str = "") -> str:
    """Two exclusive gateways in a row, ``first`` → t1 or t3, ``other`` or default → t2 or t4."""
    text = diagram(
        "s1 x1", "t1 x3", "t2 x3", f"x3 {'t9 ' if between else ''}x4", "t3 x5 e1", "t4 x5"
    )
    for gateway, ways, fact in (("x1", "t1 t2", first), ("x4", "t3 t4", second or first)):
        yes, no = ways.split()
        text += flow(gateway, yes, fact) + flow(gateway, no, other)
        if not other:
            text = text.replace(f'id="{gateway}">', f'id="{gateway}" default="{gateway}_{no}">')
    return text.replace('<userTask id="t9">', f'<userTask id="t9">{between}')


REWRITES = (
    '<extensionElements><qd:step><qd:field name="f" label="f" type="text" key="k"/></qd:step>'
    "</extensionElements>"
)
#: Name → body, pairs that may, pairs that never occur in one run.
CONSTRUCTS = {
    "gateways on one fact agree": (choices(), ["t1 t3", "t2 t4"], ["t1 t4", "t2 t3"]),
    "a step that rewrites the fact ends the agreement": (
        choices(between=REWRITES),
        ["t1 t3", "t1 t4", "t2 t3", "t2 t4"],
        [],
    ),
    "a default exit is none of the others' values": (
        choices("k=yes", "", second="k=yes"),
        ["t1 t3", "t2 t4"],
        ["t1 t4", "t2 t3"],
    ),
    "values of different gateways exclude each other": (
        choices("k=a", "", second="k=b"),
        ["t1 t4", "t2 t3", "t2 t4"],
        ["t1 t3"],
    ),
    "an interrupting boundary event leaves the started step executed": (
        diagram("s1 t1 t2 e1", "b1 t3 e2", extra=boundary("b1", "t1", MESSAGE)),
        ["t1 t2", "t1 t3"],
        ["t2 t3"],
    ),
    "a timer that does not interrupt fires once": (
        diagram(
            "s1 t1 t2 e1",
            "b1 x1 t3 e2",
            "x1 t4 e3",
            extra=boundary("b1", "t1", TIMER, interrupting=False),
        ),
        ["t1 t3", "t2 t4"],
        ["t3 t4"],
    ),
    "a message that does not interrupt may come again": (
        diagram(
            "s1 t1 t2 e1",
            "b1 x1 t3 e2",
            "x1 t4 e3",
            extra=boundary("b1", "t1", MESSAGE, interrupting=False),
        ),
        ["t1 t3", "t2 t4", "t3 t4"],
        [],
    ),
    "an error ends its sub-process": (
        diagram(
            "s1 u1 t3 e3",
            "b1 t4 e4",
            extra=sub("u1", diagram("s2 x2 t1 e1", "x2 t2 e2", e2=ERROR))
            + boundary("b1", "u1", ERROR),
        ),
        ["t1 t3", "t2 t4"],
        ["t1 t4", "t2 t3", "t1 t2"],
    ),
    "an escalation need not end it": (
        diagram(
            "s1 u1 t3 e3",
            "b1 t4 e4",
            extra=sub("u1", diagram("s2 x2 t1 e1", "x2 t2 e2", e2=ESCALATION))
            + boundary("b1", "u1", ESCALATION, interrupting=False),
        ),
        ["t2 t4", "t2 t3", "t3 t4"],
        ["t1 t4"],
    ),
    "a link goes on elsewhere": (
        diagram(
            "s1 t1 l1",
            "l2 t2 e1",
            extra='<intermediateThrowEvent id="l1"><linkEventDefinition name="L"/>'
            "</intermediateThrowEvent>"
            '<intermediateCatchEvent id="l2"><linkEventDefinition name="L"/>'
            "</intermediateCatchEvent>",
        ),
        ["t1 t2"],
        [],
    ),
    "instances of a multi-instance sub-process differ": (
        diagram(
            "s1 u1 e9",
            extra=sub(
                "u1", "<multiInstanceLoopCharacteristics/>" + diagram("s2 x1 t1 e1", "x1 t2 e2")
            ),
        ),
        ["t1 t2"],
        [],
    ),
    "each instance decides its own facts": (
        diagram("s9 u1 e9", extra=sub("u1", "<multiInstanceLoopCharacteristics/>" + choices())),
        ["t1 t4", "t2 t3"],
        [],
    ),
    "a standard loop comes back": (
        diagram(
            "s1 u1 e9",
            extra=sub("u1", "<standardLoopCharacteristics/>" + diagram("s2 x1 t1 e1", "x1 t2 e2")),
        ),
        ["t1 t2"],
        [],
    ),
    "an activity with several exits takes all of them": (
        diagram("s1 t1 t2 e1", "t1 t3 e2"),
        ["t2 t3"],
        [],
    ),
    "events race": (
        diagram(
            "s1 v1 m1 t1 e1",
            "v1 m2 t2 e2",
            extra="".join(
                f'<intermediateCatchEvent id="{m}">{MESSAGE}</intermediateCatchEvent>'
                for m in ("m1", "m2")
            ),
        ),
        [],
        ["t1 t2"],
    ),
    "an event sub-process interrupts": (
        diagram(
            "s1 t1 t2 e1",
            extra=sub(
                "u1",
                diagram("s2 t3 e2", s2=MESSAGE),
                'triggeredByEvent="true"',
            ),
        ),
        ["t1 t2", "t1 t3", "t2 t3"],
        [],
    ),
}


@pytest.mark.parametrize(("body", "may", "never"), CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_construct(body: str, may: list[str], never: list[str]) -> None:
    behaviour = explored(body)
    assert faults(behaviour) == []
    for verdict, pairs in (("may", may), ("never", never)):
        assert {p: behaviour.pairs[p.split()[0], p.split()[1]] for p in pairs} == dict.fromkeys(
            pairs, verdict
        )


def test_called_steps_bear_the_path_of_their_call() -> None:
    behaviour = explored(
        diagram("s1 x1 c1 e1", "x1 c2 e2", extra=call("c1", "q") + call("c2", "q")),
        ("q", diagram("s2 t1 e3")),
    )
    assert behaviour.steps == ("c1/t1", "c2/t1")
    assert behaviour.may("c1/t1", "c2/t1") is False


def test_children_are_instances_that_differ() -> None:
    children = '<extensionElements><qd:children rows="r" person="n"/></extensionElements>'
    behaviour = explored(
        diagram("s1 c1 e1", extra=call("c1", "q", children)),
        ("q", diagram("s2 x1 t1 e2", "x1 t2 e3")),
    )
    assert behaviour.may("c1/t1", "c1/t2") is True
    assert behaviour.maximal_runs == (frozenset({"c1/t1", "c1/t2"}),)


@pytest.mark.parametrize("called", ["nowhere", "p"], ids=["missing", "recursive"])
def test_unknown_callee_leaves_unknown_what_it_might_change(called: str) -> None:
    behaviour = explored(diagram("s1 x1 t1 c1 e1", "x1 t2 e2", extra=call("c1", called)))
    assert called in (behaviour.unknown_reason or "")
    assert behaviour.soundness.sound == "unknown"
    assert behaviour.may("t1", "t2") is None
    assert behaviour.maximal_runs is None
    assert behaviour.maximal_runs_reason == behaviour.unknown_reason


def test_construct_without_meaning_here_leaves_all_unknown() -> None:
    behaviour = explored(diagram("s1 c1 t1 e1", "c1 t2 e2"))
    assert "c1" in (behaviour.unknown_reason or "")
    assert set(behaviour.pairs.values()) == {"unknown"}


@pytest.mark.parametrize("limits", [Limits(states=20), Limits(seconds=0)], ids=str)
def test_limit_leaves_unknown_what_was_not_seen(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploration, "shrink", lambda plan, deadline: None)
    ways = [f"p1 t{i} p2" for i in range(8)]
    behaviour = explored(diagram("s1 p1", *ways, "p2 e1"), limits=limits)
    assert behaviour.unknown_reason
    assert behaviour.soundness.sound == "unknown"
    assert set(behaviour.pairs.values()) <= {"may", "unknown"}
    assert "unknown" in behaviour.pairs.values()


def test_too_many_maximal_runs_are_not_listed() -> None:
    ways = [f"x{i} t{i} y{i}" for i in range(14)] + [f"x{i} t{i}9 y{i}" for i in range(14)]
    joins = "".join(f'<exclusiveGateway id="y{i}"/>' for i in range(14))
    chain = "s1 " + " ".join(f"x{i}" for i in range(1))
    ways += [chain] + [f"y{i} x{i + 1}" for i in range(13)] + ["y13 e1"]
    behaviour = explored(diagram(*ways, extra=joins))
    assert behaviour.soundness.sound is True
    assert behaviour.maximal_runs is None
    assert "10000" in (behaviour.maximal_runs_reason or "")


@pytest.mark.parametrize("branches", [15, 17, 60])
def test_wide_parallel_split_needs_few_states(branches: int) -> None:
    ways = [f"p1 t{i} p2" for i in range(branches)]
    behaviour = explored(diagram("s1 p1", *ways, "p2 e1"))
    assert behaviour.states < 10
    assert set(behaviour.pairs.values()) == {"may"}
    assert behaviour.witness("t0", "t1") == ("s1", "p1", "t0", "t1")


def crossed(number: int) -> list[str]:
    """Choices that cross: no block fits them."""
    n = number
    return [
        f"x{n}1 t{n}1 x{n}3 t{n}3 x{n}4 t{n}4 x{n}5",
        f"x{n}1 t{n}2 x{n}4",
        f"x{n}3 x{n}5",
    ]


def wide(kind: str) -> str:
    """17 parallel branches that no reduction to blocks fits."""
    ways, extra = ["s1 p1000", "p2000 e1"], ""
    for n in range(17):
        into, out = f"p1000 x{n}1", f"x{n}5 p2000"
        if kind == "sub-process with a boundary":
            body = diagram(f"s{n}2 x{n}1", f"x{n}5 e{n}2", *crossed(n))
            extra += sub(f"u{n}", body) + boundary(f"b{n}", f"u{n}", MESSAGE)
            ways += [f"p1000 u{n} x{n}6 p2000", f"b{n} t{n}6 x{n}6"]
        elif kind == "boundary leading back":
            extra += boundary(f"b{n}", f"t{n}1", MESSAGE)
            ways += [f"p1000 x{n}1 t{n}1 p2000", f"b{n} t{n}2 x{n}1"]
        elif kind == "loops":
            ways += [*crossed(n), f"p1000 x{n}0 x{n}1", f"x{n}5 x{n}6 p2000", f"x{n}6 x{n}0"]
        elif kind == "joins across":
            over = (n + 1) % 17
            ways += [f"p1000 t{n}1 p{n}3 t{n}2 p{n}4 p2000", f"p{n}3 p{over}4"]
        elif kind == "events":
            extra += "".join(
                f'<intermediateCatchEvent id="m{n}{m}">{MESSAGE}</intermediateCatchEvent>'
                for m in "12"
            )
            ways += [into.replace("x", "v"), f"v{n}1 m{n}1 x{n}1", f"v{n}1 m{n}2 x{n}5"]
            ways += [*crossed(n), out]
        else:
            ways += [into, *crossed(n), out]
    if kind == "an end that stops all":
        ways.append("x03 e2")
        extra += '<endEvent id="e2"><terminateEventDefinition/></endEvent>'
    if kind == "an event sub-process":
        extra += sub("u1", diagram("s9 t9 e9", s9=MESSAGE), 'triggeredByEvent="true"')
    return diagram(*ways, extra=extra)


@pytest.mark.parametrize(
    "kind",
    [
        "crossing choices",
        "sub-process with a boundary",
        "boundary leading back",
        "loops",
        "joins across",
        "events",
        "an end that stops all",
        "an event sub-process",
    ],
)
def test_wide_split_of_what_is_no_block_needs_few_states(kind: str) -> None:
    behaviour = explored(wide(kind))
    assert behaviour.soundness.sound is True
    assert behaviour.states < 500
    assert behaviour.unknown_reason is None
