"""Hand-written diagrams: each kind of fault is found, with a run that shows it."""

from itertools import pairwise

import pytest

from engine.bpmn.reader import read
from engine.verify import Behaviour, Limits, explore

#: Shorthand of element ids: what the first letter stands for.
_KINDS = {
    "s": "startEvent",
    "e": "endEvent",
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "o": "inclusiveGateway",
    "v": "eventBasedGateway",
    "t": "userTask",
    "c": "complexGateway",
}


def diagram(*ways: str, extra: str = "", **inner: str) -> str:
    """Nodes and flows of ways such as ``s1 t1 e1``; ``inner`` is the content of a node."""
    nodes: dict[str, None] = {}
    flows: list[tuple[str, str]] = []
    for way in ways:
        names = way.split()
        nodes.update(dict.fromkeys(names))
        flows += pairwise(names)
    text = "".join(
        f'<{_KINDS[n[0]]} id="{n}">{inner.get(n, "")}</{_KINDS[n[0]]}>'
        for n in nodes
        if f'id="{n}"' not in extra
    )
    for source, target in dict.fromkeys(flows):
        text += f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
    return text + extra


def explored(
    body: str, *others: tuple[str, str], limits: Limits | None = None, entry: str = "p"
) -> Behaviour:
    processes = "".join(
        f'<process id="{name}">{content}</process>' for name, content in ((entry, body), *others)
    )
    content = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:qd="urn:qingdan:bpmn:1.0" targetNamespace="t">'
        '<error id="err" errorCode="E"/><escalation id="esc" escalationCode="X"/>'
        f"{processes}</definitions>"
    )
    document = read(content.encode(), path="case.bpmn")
    assert document.faults == ()
    return explore(document.procedures[0], {p.id: p for p in document.procedures}, limits)


def faults(behaviour: Behaviour) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(f.kind, f.elements, f.witness) for f in behaviour.soundness.faults]


SOUND = {
    "sequence": diagram("s1 t1 t2 e1"),
    "two ends of a choice": diagram("s1 x1 t1 e1", "x1 t2 e2"),
    "parallel ways that end apart": diagram("s1 p1 t1 e1", "p1 t2 e2"),
    "no start and no end event": diagram("t1 t2", "t3"),
    "inclusive": diagram("s1 o1 t1 o2 e1", "o1 t2 o2"),
    "loop": diagram("s1 x1 t1 x2 e1", "x2 t2 x1"),
    "crossing choices": diagram("s1 x1 t1 x3 e1", "x1 t2 x4 t4 e2", "t1 x3", "x3 t3 x4"),
    "terminate ends the rest": diagram("s1 p1 t1 e1", "p1 t2 e2", e2="<terminateEventDefinition/>"),
}


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_sound_diagram_has_no_fault(body: str) -> None:
    behaviour = explored(body)
    assert (behaviour.soundness.sound, faults(behaviour)) == (True, [])


UNSOUND = {
    "choice into a parallel join": (
        diagram("s1 x1 t1 p1 e1", "x1 t2 p1"),
        [("deadlock", ("p1",), ("s1", "x1", "t1"))],
    ),
    "parallel split into a merge": (
        diagram("s1 p1 t1 x1 t3 e1", "p1 t2 x1"),
        [
            ("lack-of-synchronisation", ("t3",), ("s1", "p1", "t1", "t2", "x1", "x1")),
            ("lack-of-synchronisation", ("e1",), ("s1", "p1", "t1", "t2", "x1", "t3", "x1", "t3")),
            (
                "no-proper-completion",
                ("e1",),
                ("s1", "p1", "t1", "t2", "x1", "t3", "x1", "e1", "t3", "e1"),
            ),
        ],
    ),
    "nothing leads there": (
        diagram("s1 t1 e1", "t2 e1"),
        [("dead-step", ("t2",), ())],
    ),
    "loop without a way out": (
        diagram("s1 x1 t1 e1", "x1 x2 t2 x3 x2"),
        [("cannot-complete", ("t2",), ("s1", "x1", "x2"))],
    ),
    "parallel ways to the same end": (
        diagram("s1 p1 t1 e1", "p1 t2 e1"),
        [("no-proper-completion", ("e1",), ("s1", "p1", "t1", "t2", "e1", "e1"))],
    ),
    "no start": (diagram("t1 t2 t1"), [("no-start", ("p",), ())]),
    "inclusive joins waiting for each other": (
        diagram("s1 p1 t1 o1 x1 e1", "p1 t2 o2 x2 e2", "x1 o2", "x2 o1"),
        [("or-join-cycle", ("o1", "o2"), ("s1", "p1", "t1", "t2"))],
    ),
}


@pytest.mark.parametrize(("body", "kinds"), UNSOUND.values(), ids=UNSOUND)
def test_unsound_diagram_shows_its_fault(
    body: str, kinds: list[tuple[str, tuple[str, ...], tuple[str, ...]]]
) -> None:
    behaviour = explored(body)
    assert behaviour.soundness.sound is False
    found = faults(behaviour)
    assert [f[0] for f in found] == [k[0] for k in kinds]
    assert found == kinds
    assert all(f.message and f.line for f in behaviour.soundness.faults if f.kind != "no-start")
