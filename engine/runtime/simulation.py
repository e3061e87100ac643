"""A procedure walked through without a store: nothing is kept, nobody is checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from engine.bpmn.library import Library
from engine.model.controls import Controls
from engine.model.procedure import FormField

from .clock import Clock, system_clock
from .forms import parse_form
from .machine import Machine, OpenKind
from .places import Place, fields_of, place
from .program import Program
from .versions import program_from


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Something that can happen next."""

    #: Place or timer it stands for.
    id: str
    kind: OpenKind | None
    path: str
    asked: Place
    #: When it happens by itself: a timer; else None.
    due: datetime | None = None


class Simulation:
    """One run of a procedure from a library."""

    def __init__(
        self,
        library: Library,
        process_id: str,
        controls: Controls,
        *,
        data: Mapping[str, object] | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self.library = library
        self.controls = controls
        self._process_id = process_id
        #: The simulated moment; only timers move it.
        self.now = clock()
        self._machine = Machine.start(self.program, dict(data or {}), lambda: self.now)

    @cached_property
    def program(self) -> Program:
        """What is run."""
        return program_from(self.library, self._process_id)

    @property
    def finished(self) -> bool:
        """Whether the end is reached."""
        return self._machine.finished

    @property
    def data(self) -> Mapping[str, object]:
        """The form as filled so far."""
        return self._machine.data

    def choices(self) -> tuple[Choice, ...]:
        """What can happen next, steps first, then timers by time."""
        self._machine.news()
        steps = [
            Choice(id=p.id, kind=p.kind, path=p.path, asked=self._asked(p.path))
            for p in self._machine.open_places()
        ]
        timers = [
            Choice(id=t.id, kind=None, path=t.path, asked=self._asked(t.path), due=t.due)
            for t in self._machine.timers()
        ]
        return (*steps, *sorted(timers, key=lambda timer: timer.due or self.now))

    def _asked(self, path: str) -> Place:
        return place(self.program, self.controls, path)

    def fill(
        self, choice: Choice, values: Mapping[str, str], files: Mapping[str, str] | None = None
    ) -> None:
        """Do a step with its form.

        Raises
        ------
        FormInvalid
            With a message for every bad field.
        FaultyCase
            The procedure cannot go on.
        """
        parsed = parse_form(choice.asked.fields, values, files)
        self._machine.data.update(parsed)
        self._machine.complete(choice.id, parsed)

    def wait(self, choice: Choice) -> None:
        """Let the time pass until a timer goes off."""
        assert choice.due is not None
        self.now = max(self.now, choice.due)
        self._machine.advance()

    def children(self, choice: Choice) -> tuple["Simulation", ...]:
        """A run for every row of the table a call opens child cases for."""
        step = self.program.chain(choice.path)[-1][1]
        rows = self._machine.data.get(step.step.child_rows) if step.step else None
        return tuple(
            Simulation(
                self.library, step.called or "", self.controls, data=row, clock=lambda: self.now
            )
            for row in (rows if isinstance(rows, list) else ())
        )

    def collect(self, choice: Choice, children: tuple["Simulation", ...]) -> None:
        """Go on after the child cases have ended."""
        step = self.program.chain(choice.path)[-1][1].step
        name = step.child_rows if step else ""
        rows = self._machine.data.get(name)
        if isinstance(rows, list):
            columns = {column.name for column in self._columns(name)}
            for row, child in zip(rows, children, strict=True):
                row.update({key: child.data[key] for key in columns & child.data.keys()})
        self._machine.complete(choice.id, {})

    def _columns(self, table: str) -> tuple[FormField, ...]:
        return next((f.columns for f in fields_of(self.program) if f.name == table), ())
