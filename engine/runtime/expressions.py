"""SpiffWorkflow's script engine replaced by the safe expression language.

Data of a case live outside the workflow (one flat form per case); a task's own
data hold only what belongs to one instance of a multi-instance activity.
"""

from collections.abc import Mapping, MutableMapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment
from SpiffWorkflow.task import Task

from engine.bpmn.expression import parse, parse_timer
from engine.model.errors import UnsafeExpression
from engine.model.wording import say
from engine.store import CHINA

from .clock import Clock, start_of
from .forms import MAX_ROWS


class Count(str):
    """An expression that says how many instances a step has."""

    def of(self, value: object) -> int:
        """Its value as a number of instances.

        Raises
        ------
        UnsafeExpression
            It is none, or of more than a table has rows.
        """
        if isinstance(value, int | Decimal) and value in range(MAX_ROWS + 1):
            return int(value)
        told = say("run.nothing") if value in (None, "") else value
        raise UnsafeExpression(say("run.not-a-count", text=self, value=told, most=MAX_ROWS))


class SafeEnvironment(BasePythonScriptEngineEnvironment):
    """Evaluates the safe language only; never ``eval``, never ``exec``."""

    def __init__(self, data: Mapping[str, object]) -> None:
        super().__init__()
        self.data = data

    def evaluate(
        self,
        expression: str,
        context: Mapping[str, object],
        external_context: Mapping[str, object] | None = None,
    ) -> object:
        return parse(expression).evaluate({**context, **self.data})

    def execute(
        self,
        script: str,
        context: MutableMapping[str, object],
        external_context: Mapping[str, object] | None = None,
    ) -> bool:
        raise UnsafeExpression(say("run.no-scripts"))

    def call_service(self, context: Mapping[str, object], **facts: object) -> None:
        raise UnsafeExpression(say("run.no-scripts"))


class SafeEngine(PythonScriptEngine):
    """The engine of one loaded case: its data and its clock."""

    def __init__(self, data: Mapping[str, object], clock: Clock) -> None:
        super().__init__(environment=SafeEnvironment(data))
        self.data = data
        self.clock = clock

    def evaluate(
        self, task: Task, expression: str, external_context: Mapping[str, object] | None = None
    ) -> Any:
        """The expression over the case's data; inside an instance, its own values go first."""
        own = task.data if task.is_instance else {}
        value = parse(expression).evaluate({**task.data, **self.data, **own})
        return expression.of(value) if isinstance(expression, Count) else value

    def execute(
        self, task: Task, script: str, external_context: Mapping[str, object] | None = None
    ) -> bool:
        raise UnsafeExpression(say("run.no-scripts"))

    def moment(self, task: Task, text: str) -> datetime:
        """When a timer goes off that starts to wait now.

        A date without a time means the first moment of that day.
        """
        value: object = parse_timer(text)
        if not isinstance(value, timedelta | datetime):
            value = self.evaluate(task, text)
        try:
            found = self._at(value)
            if found is not None:
                # Every moment is kept by Greenwich.
                found.astimezone(UTC)
                return found
        except OverflowError as error:
            raise UnsafeExpression(say("run.no-such-day", text=text)) from error
        raise UnsafeExpression(say("run.not-a-time", text=text))

    def _at(self, value: object) -> datetime | None:
        """A moment, or a time from now, as a moment; None where it is neither."""
        match value:
            case timedelta():
                return self.clock() + value
            case datetime():
                return value if value.tzinfo else value.replace(tzinfo=CHINA)
            case date():
                return start_of(value)
        return None
