"""Small BPMN files for the tests of this folder, written from a few words each."""

from collections.abc import Iterable
from itertools import pairwise
from xml.sax.saxutils import quoteattr

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:qd="urn:qingdan:bpmn:1.0" id="d_{id}" targetNamespace="urn:test">'
)
_ITEM = (
    '<qd:item code="{code}" lists="service" category="公共服务" body="财政所" version="1" '
    'effectiveFrom="2026-01-01"/>'
)


def field(name: str, kind: str = "text", *, label: str = "", columns: str = "", **more: str) -> str:
    """A form field, or a column where it stands inside one."""
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in more.items())
    return (
        f'<qd:field name="{name}" label="{label or name}" type="{kind}"{attributes}>'
        f"{columns}</qd:field>"
    )


def column(name: str, kind: str = "text", **more: str) -> str:
    """A column of a table field."""
    return field(name, kind, **more).replace("qd:field", "qd:column")


def step(
    id: str,
    *fields: str,
    duty: str = "",
    post: str = "受理窗口",
    kind: str = "userTask",
    inner: str = "",
    name: str = "",
    **more: str,
) -> str:
    """A task with its annotation."""
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in more.items())
    duty = f' duty="{duty}"' if duty else ""
    return (
        f'<{kind} id="{id}" name="{name or id}"><extensionElements>'
        f'<qd:step{duty} post="{post}"{attributes}>{"".join(fields)}</qd:step>'
        f"</extensionElements>{inner}</{kind}>"
    )


def flow(source: str, target: str, condition: str = "", *, id: str = "") -> str:
    """A sequence flow."""
    body = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return (
        f'<sequenceFlow id="{id or f"{source}_{target}"}" sourceRef="{source}" '
        f'targetRef="{target}">{body}</sequenceFlow>'
    )


def line(*ids: str) -> str:
    """Flows through nodes in a row."""
    return "".join(flow(a, b) for a, b in pairwise(ids))


def process(
    id: str, *body: str, code: str = "", extensions: str = "", globals_: Iterable[str] = ()
) -> bytes:
    """A file with one process; with ``code`` it is an item. ``start`` and ``end`` are there."""
    extensions = (_ITEM.format(code=code) if code else "") + extensions
    return (
        _HEAD.format(id=id)
        + "".join(globals_)
        + f'<process id="{id}" name="{id}" isExecutable="false">'
        + (f"<extensionElements>{extensions}</extensionElements>" if extensions else "")
        + '<startEvent id="start"/><endEvent id="end"/>'
        + "".join(body)
        + "</process></definitions>"
    ).encode()
