"""The plan: a procedure with its calls inlined, as a graph of few kinds of spots.

Belongs here: the graph's parts. :mod:`.build` makes it, :mod:`.shrink` makes it
smaller, :mod:`.net` compiles it to bit masks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from engine.model.procedure import Event, Node, Trigger

from .block import EMPTY, Block

#: A value of a fact no flow mentions.
OTHER = "\0other"


class Role(Enum):
    """What a spot does with tokens."""

    #: Takes one token, does its block, gives one token to its exit, if any.
    PASS = auto()
    #: Passes on each token that comes in.
    MERGE = auto()
    #: Gives the token to one exit.
    CHOICE = auto()
    #: Waits for a token on every entrance.
    JOIN = auto()
    #: Gives a token to every exit.
    FORK = auto()
    #: Inclusive join.
    GATHER = auto()
    #: Inclusive split.
    SOME = auto()
    #: A boundary event, fired from its host.
    BOUNDARY = auto()


@dataclass(slots=True, eq=False)
class Edge:
    """A way from spot to spot: a place for one token."""

    source: "Spot | None"
    target: "Spot | None" = None
    #: Id of the sequence flow it is; empty for what BPMN does not draw.
    flow: str = ""
    #: Key and value of the fact it stands for.
    fact: tuple[str, str] | None = None
    #: Values each key does not have when this default flow is taken.
    excludes: dict[str, set[str]] = field(default_factory=dict)
    #: Whether it is the default exit of its source.
    is_default: bool = False
    #: Whether an activity that splits by conditions always takes this exit.
    is_always: bool = False
    #: What happens on the way, once the plan has been shrunk.
    block: Block = EMPTY

    @property
    def is_bound(self) -> bool:
        """Whether taking it says something about a fact."""
        return self.fact is not None or bool(self.excludes)


@dataclass(slots=True, eq=False)
class Spot:
    """One thing tokens pass through."""

    role: Role
    scope: "Scope"
    #: Path of ids that names it in runs and faults; empty for spots BPMN does not draw.
    label: str = ""
    node: Node | None = None
    #: In order; a dict, for a join of thousands of ways has each replaced by another.
    ins: dict[Edge, None] = field(default_factory=dict)
    outs: list[Edge] = field(default_factory=list)
    block: Block = EMPTY
    #: May be done zero times (a multi-instance over an empty collection).
    optional: bool = False
    #: Its body may be done again.
    repeats: bool = False
    #: Keys of facts its step makes uncertain.
    forgets: frozenset[str] = frozenset()
    #: What an end or throw event does beyond passing the token.
    throws: Event | None = None
    boundaries: list["Spot"] = field(default_factory=list)
    #: Boundary events: the activity it sits on.
    host: "Spot | None" = None
    #: Sub-processes and calls: what is inside.
    body: "Scope | None" = None

    @property
    def way_in(self) -> Edge:
        """The first way in."""
        return next(iter(self.ins))

    @property
    def fires_once(self) -> bool:
        """Boundary events: whether it is a timer that does not fire again."""
        return self.event.timer_kind in ("date", "duration")

    @property
    def event(self) -> Event:
        """Its event definition."""
        if self.node is None or self.node.event is None:
            return Event(trigger=Trigger.NONE)
        return self.node.event


@dataclass(slots=True, eq=False)
class Scope:
    """A process, sub-process or event sub-process."""

    parent: "Scope | None" = None
    #: The sub-process or call it is the inside of; None for the root and for handlers.
    host: Spot | None = None
    #: Node ids before the ones inside: ``call/``.
    path: str = ""
    entry: Edge | None = None
    spots: list[Spot] = field(default_factory=list)
    #: Event sub-processes, each started by its start event.
    handlers: list["Handler"] = field(default_factory=list)
    #: Prefixes of the facts' keys from the outermost in: the last one is used inside.
    key_spaces: tuple[str, ...] = ("",)
    #: Label of the process or sub-process, for faults.
    label: str = ""

    def edges(self) -> Iterator[Edge]:
        """The scope's own edges."""
        if self.entry is not None:
            yield self.entry
        for spot in self.spots:
            yield from spot.outs


@dataclass(slots=True, eq=False)
class Handler:
    """An event sub-process."""

    body: Scope
    #: Label of its node.
    label: str
    event: Event
    interrupting: bool


@dataclass(slots=True)
class Plan:
    """A procedure ready to be explored."""

    root: Scope
    #: Labels of the steps; step ``i`` has bit ``1 << i`` in every step set.
    steps: list[str] = field(default_factory=list)
    #: Line in the procedure's own file by label.
    lines: dict[str, int] = field(default_factory=dict)
    #: By label: the call activities that were inlined, and the processes they call.
    calls: dict[str, str] = field(default_factory=dict)
    #: Why some of it is not known: missing or recursive callees.
    opaque: list[str] = field(default_factory=list)
    #: Why it can't be explored at all: constructs without a defined meaning here.
    unsupported: list[str] = field(default_factory=list)
    #: Labels of scopes that hold nodes but no start.
    startless: list[str] = field(default_factory=list)
    #: All values by key of a fact, one of them standing for those nobody mentions.
    values: dict[str, set[str]] = field(default_factory=dict)
    #: Values the choice fields offer by key: where all others are among them, all there are.
    options: dict[str, set[str]] = field(default_factory=dict)

    def scopes(self) -> Iterator[Scope]:
        """Every scope, outermost first."""
        waiting = [self.root]
        while waiting:
            scope = waiting.pop()
            yield scope
            waiting.extend(spot.body for spot in scope.spots if spot.body is not None)
            waiting.extend(handler.body for handler in scope.handlers)


def connect(source: Spot | None, target: Spot) -> Edge:
    """A new edge between two spots."""
    edge = Edge(source, target)
    if source is not None:
        source.outs.append(edge)
    target.ins[edge] = None
    return edge
