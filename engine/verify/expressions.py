"""Where a procedure holds expressions, and how each is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.bpmn.expression import Expression, parse, parse_timer
from engine.model.procedure import Procedure, Trigger


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """An expression as it stands in the file."""

    text: str
    line: int
    #: Id of the flow or node it stands in; None for a business object.
    element: str | None = None
    #: Whether it may also be a duration or a date.
    is_timer: bool = False

    def read(self) -> Expression | timedelta | datetime:
        """The parsed expression or literal.

        Raises
        ------
        UnsafeExpression
            It is outside the language.
        """
        return parse_timer(self.text) if self.is_timer else parse(self.text)


def written_in(procedure: Procedure) -> Iterator[Written]:
    """Every expression of a procedure: flows, events, loops, business objects."""
    for flow in procedure.flows.values():
        if flow.condition is not None:
            yield Written(text=flow.condition, line=flow.line, element=flow.id)
    for node in procedure.nodes.values():
        if node.event is not None and node.event.expression is not None:
            yield Written(
                text=node.event.expression,
                line=node.line,
                element=node.id,
                is_timer=node.event.trigger is Trigger.TIMER,
            )
        for text in (node.loop.cardinality, node.loop.condition) if node.loop else ():
            if text is not None:
                yield Written(text=text, line=node.line, element=node.id)
    for thing in procedure.objects:
        if thing.key:  # an unsafe one is empty: the reader has reported it
            yield Written(text=thing.key, line=thing.line)
