"""Which procedures the runtime runs, and which it refuses with the reason.

SpiffWorkflow passes some constructs over in silence; a procedure that holds
one of them is refused when it is published, before any case runs on it.
"""

from collections.abc import Callable, Iterator, Mapping

from engine.bpmn.expression import parse, parse_timer
from engine.model.errors import UnsafeExpression
from engine.model.procedure import FormField, Node, NodeKind, Procedure, Trigger
from engine.model.wording import say

from .errors import Unexecutable

#: SpiffWorkflow takes a row with this key for an object of its own.
RESERVED = "typename"

_KINDS = {
    NodeKind.SCRIPT_TASK: "script",
    NodeKind.COMPLEX_GATEWAY: "complex-gateway",
    NodeKind.AD_HOC_SUB_PROCESS: "ad-hoc",
    NodeKind.TRANSACTION: "transaction",
}
_TRIGGERS = {
    Trigger.COMPENSATION: "compensation",
    Trigger.LINK: "link",
    Trigger.CONDITIONAL: "conditional-event",
    Trigger.CANCEL: "cancel",
    Trigger.MULTIPLE: "multiple",
}
_CONDITIONAL_GATEWAYS = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)


def check_executable(procedure: Procedure, known: Mapping[str, Procedure]) -> None:
    """Refuse a procedure the runtime would not run as drawn.

    Raises
    ------
    Unexecutable
        With the file, line and element of the first construct in the way.
    """
    for node in procedure.nodes.values():
        for construct in _obstacles(procedure, node, known):
            raise Unexecutable(
                say("run.unexecutable", what=say(f"run.construct.{construct}")),
                path=procedure.path,
                line=node.line,
                element=node.id,
            )
    for element, line, reason in _unsafe(procedure):
        raise Unexecutable(
            say("run.unexecutable", what=reason), path=procedure.path, line=line, element=element
        )


def _unsafe(procedure: Procedure) -> Iterator[tuple[str, int, str]]:
    """Element, line and reason of every expression outside the safe language."""
    written: list[tuple[str, int, str | None, Callable[[str], object]]] = [
        (flow.id, flow.line, flow.condition, parse) for flow in procedure.flows.values()
    ]
    for node in procedure.nodes.values():
        if node.event is not None:
            written.append((node.id, node.line, node.event.expression, parse_timer))
        if node.loop is not None:
            written.append((node.id, node.line, node.loop.cardinality, parse))
            written.append((node.id, node.line, node.loop.condition, parse))
    for element, line, text, read in written:
        try:
            read(text or "None")
        except UnsafeExpression as error:
            yield element, line, error.message


def _obstacles(procedure: Procedure, node: Node, known: Mapping[str, Procedure]) -> Iterator[str]:
    if node.kind in _KINDS:
        yield _KINDS[node.kind]
    if node.kind.is_container and node.by_event:
        yield "event-sub-process"
    if node.kind is NodeKind.CALL_ACTIVITY:
        yield from _call_obstacles(procedure, node, known)
    if node.step is not None and RESERVED in _names(node.step.fields):
        yield "reserved-field"
    if node.event is not None:
        if node.event.trigger in _TRIGGERS:
            yield _TRIGGERS[node.event.trigger]
        if node.event.timer_kind == "cycle":
            yield "cycle"
        if node.event.trigger is Trigger.SIGNAL and node.kind is NodeKind.END_EVENT:
            yield "signal-end"
    conditions = [procedure.flows[flow].condition for flow in node.outgoing]
    if node.kind in _CONDITIONAL_GATEWAYS:
        return
    if any(conditions):
        yield "condition-off-gateway"
    if not node.kind.is_gateway and len(node.outgoing) > 1:
        yield "implicit-split"


def _call_obstacles(
    procedure: Procedure, node: Node, known: Mapping[str, Procedure]
) -> Iterator[str]:
    if node.called not in known:
        yield "missing-callee"
    if node.step is None or not node.step.child_rows:
        return
    if node.loop is not None:
        yield "children-loop"
    if any(other.attached_to == node.id for other in procedure.nodes.values()):
        yield "children-boundary"


def _names(fields: tuple[FormField, ...]) -> set[str]:
    return {inner.name for field in fields for inner in (field, *field.columns)}
