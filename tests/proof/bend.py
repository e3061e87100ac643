"""Random changes to a drawing: the result means something, but hardly what was meant."""

from random import Random

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")


def bend(content: bytes, random: Random, changes: int) -> bytes:
    """``content`` with flows led elsewhere or left out, and gateways of another kind."""
    root = etree.fromstring(content)
    for _ in range(changes):
        random.choices((_lead, _turn, _drop), (5, 4, 1))[0](root, random)
    return bytes(etree.tostring(root))


def _lead(root: etree._Element, random: Random) -> None:
    flow = _flow(root, random)
    if flow is None:
        return
    targets = [
        node.get("id")
        for node in flow.getparent()
        if node.get("id") and node.tag not in (_BPMN + "startEvent", _BPMN + "boundaryEvent")
        if node.tag != _BPMN + "sequenceFlow" and not node.get("triggeredByEvent")
    ]
    flow.set("targetRef", random.choice(targets))


def _turn(root: etree._Element, random: Random) -> None:
    gateways = [e for kind in _GATEWAYS for e in root.iter(_BPMN + kind)]
    if gateways:
        random.choice(gateways).tag = _BPMN + random.choice(_GATEWAYS)


def _drop(root: etree._Element, random: Random) -> None:
    flow = _flow(root, random)
    if flow is not None:
        flow.getparent().remove(flow)


def _flow(root: etree._Element, random: Random) -> etree._Element | None:
    flows = [*root.iter(_BPMN + "sequenceFlow")]
    return random.choice(flows) if flows else None
