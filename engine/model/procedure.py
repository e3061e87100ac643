"""Procedures (流程): a BPMN process as frozen objects, with our annotations.

One :class:`Procedure` mirrors one ``bpmn:process``; sub-processes are flat
(``Node.scope`` names the enclosing one). Nothing here interprets behaviour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from .batch import BatchSum
from .finding import Fault
from .item import Item, LegalBasis, TimeLimit
from .mark import MARKS_OF_DUTIES, ClockMark
from .signing import Signing


class NodeKind(StrEnum):
    """Local names of the BPMN flow nodes we read."""

    TASK = "task"
    USER_TASK = "userTask"
    MANUAL_TASK = "manualTask"
    SERVICE_TASK = "serviceTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    SCRIPT_TASK = "scriptTask"
    BUSINESS_RULE_TASK = "businessRuleTask"
    CALL_ACTIVITY = "callActivity"
    SUB_PROCESS = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC_SUB_PROCESS = "adHocSubProcess"
    EXCLUSIVE_GATEWAY = "exclusiveGateway"
    PARALLEL_GATEWAY = "parallelGateway"
    INCLUSIVE_GATEWAY = "inclusiveGateway"
    EVENT_BASED_GATEWAY = "eventBasedGateway"
    COMPLEX_GATEWAY = "complexGateway"
    START_EVENT = "startEvent"
    END_EVENT = "endEvent"
    CATCH_EVENT = "intermediateCatchEvent"
    THROW_EVENT = "intermediateThrowEvent"
    BOUNDARY_EVENT = "boundaryEvent"

    @property
    def is_task(self) -> bool:
        """Whether the node is an atomic task: a step (环节) of the procedure."""
        return self in TASKS

    @property
    def is_activity(self) -> bool:
        """Whether the node is a task, a call or any kind of sub-process."""
        return self in ACTIVITIES

    @property
    def is_container(self) -> bool:
        """Whether the node encloses other nodes."""
        return self in CONTAINERS

    @property
    def is_gateway(self) -> bool:
        """Whether the node is a gateway."""
        return self.value.endswith("Gateway")

    @property
    def is_event(self) -> bool:
        """Whether the node is an event."""
        return self.value.endswith("Event")


TASKS = frozenset(
    {
        NodeKind.TASK,
        NodeKind.USER_TASK,
        NodeKind.MANUAL_TASK,
        NodeKind.SERVICE_TASK,
        NodeKind.SEND_TASK,
        NodeKind.RECEIVE_TASK,
        NodeKind.SCRIPT_TASK,
        NodeKind.BUSINESS_RULE_TASK,
    }
)
CONTAINERS = frozenset({NodeKind.SUB_PROCESS, NodeKind.TRANSACTION, NodeKind.AD_HOC_SUB_PROCESS})
ACTIVITIES = TASKS | CONTAINERS | {NodeKind.CALL_ACTIVITY}


class Trigger(StrEnum):
    """What an event waits for or does: the local name of its definition, shortened."""

    NONE = "none"
    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    TERMINATE = "terminate"
    LINK = "link"
    CONDITIONAL = "conditional"
    COMPENSATION = "compensate"
    CANCEL = "cancel"
    MULTIPLE = "multiple"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """The definition of an event node."""

    trigger: Trigger
    #: Message, signal or link name, error or escalation code; None catches any.
    reference: str | None = None
    #: ``date``, ``duration`` or ``cycle`` for a timer, else None.
    timer_kind: str | None = None
    #: The timer's or condition's expression, else None.
    expression: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Loop:
    """Standard loop or multi-instance marker of an activity."""

    #: ``standard``, ``parallel`` or ``sequential``.
    mode: str
    cardinality: str | None = None
    #: Name of the collection a multi-instance runs over, or None.
    collection: str | None = None
    #: Loop or completion condition, or None.
    condition: str | None = None


class FieldType(StrEnum):
    """Types of form fields; money is ``Decimal`` yuan in forms, 分 in the store."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    PERSON = "person"
    ID_CARD = "id-card"
    BANK_CARD = "bank-card"
    PHONE = "phone"
    FILE = "file"
    TABLE = "table"


@dataclass(frozen=True, kw_only=True, slots=True)
class FormField:
    """One field of a step's form, or one column of a table field."""

    #: Identifier used in expressions: ASCII letters, digits, underscore.
    name: str
    label: str
    type: FieldType
    required: bool
    #: Allowed values of a choice.
    options: tuple[str, ...] = ()
    #: Shown behind the input: 元, 亩, 户 …
    unit: str = ""
    help: str = ""
    #: Initial value as text, or empty.
    default: str = ""
    #: Bounds of a number or an amount, both included; None for none.
    least: Decimal | None = None
    most: Decimal | None = None
    #: Whether a number must have no decimals.
    whole: bool = False
    #: Columns: whether no two rows may hold the same value.
    unique: bool = False
    #: Key whose agreement with conditions ends when this field is rewritten.
    key: str = ""
    #: For a table: name of the table field whose rows it starts from, or empty.
    rows: str = ""
    #: For an amount: the sum of the batch it states, which the form offers; None for none.
    sum: BatchSum | None = None
    columns: tuple["FormField", ...] = ()
    line: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskPoint:
    """An integrity risk of a step (廉政风险点)."""

    #: 高, 中 or 低.
    level: str
    #: 表现形式.
    form: str
    #: 防控措施.
    measure: str
    #: Post responsible; empty means the post of the step.
    post: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Our annotation of a task, call or sub-process: the ``qd:step`` element."""

    #: Id of a duty in ``processes/duties.toml``, or empty.
    duty: str = ""
    #: Post as written; empty means the lane's name.
    post: str = ""
    #: Posts shown in one lane share a group; display only.
    group: str = ""
    limit: TimeLimit | None = None
    #: Limit the law sets this very step, or None.
    statutory: TimeLimit | None = None
    #: Least number of persons who do it together (2 for 双人).
    persons: int = 1
    #: How as many officers sign it; None where they do it together.
    sign: Signing | None = None
    #: Done outside the office; an officer only records it.
    external: bool = False
    #: Post of the office that records an external step, or empty.
    recorder: str = ""
    #: Left out of the item's promised limit, as its ``limitNote`` says.
    off_clock: bool = False
    #: 办理要点: what to look at, in a sentence.
    guide: str = ""
    fields: tuple[FormField, ...] = ()
    #: Names of documents the step issues.
    documents: tuple[str, ...] = ()
    risks: tuple[RiskPoint, ...] = ()
    bases: tuple[LegalBasis, ...] = ()
    #: Name of the table field of which every row becomes a child case, or empty.
    child_rows: str = ""
    #: Column naming the child's applicant, or empty.
    child_name: str = ""
    #: Column holding the child's applicant's id card, or empty.
    child_id_card: str = ""
    #: What it does to the clock, as written.
    clock: tuple[ClockMark, ...] = ()
    line: int | None = None

    @property
    def marks(self) -> tuple[ClockMark, ...]:
        """What it does to the clock: as written, else as its duty says."""
        return self.clock or MARKS_OF_DUTIES.get(self.duty, ())

    @property
    def ballot(self) -> FormField | None:
        """The field its signers decide by, the first choice of its form; None for none."""
        return next((field for field in self.fields if field.type is FieldType.CHOICE), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A flow node: task, gateway, event, call or sub-process."""

    id: str
    kind: NodeKind
    name: str
    line: int
    #: Id of the enclosing sub-process; None at the top of the process.
    scope: str | None = None
    #: Flow ids in document order of the flows.
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    #: Id of the default flow, or None.
    default: str | None = None
    #: Name of the innermost lane, or empty.
    lane: str = ""
    #: Our annotation; None where the file has none.
    step: Step | None = None
    event: Event | None = None
    #: Boundary events: id of the activity it is attached to.
    attached_to: str | None = None
    #: Boundary events: cancelActivity; event sub-process starts: isInterrupting.
    interrupting: bool = True
    #: Event-based gateways: instantiate; sub-processes: triggeredByEvent.
    by_event: bool = False
    #: Call activities: id of the called process as written.
    called: str | None = None
    loop: Loop | None = None

    @property
    def label(self) -> str:
        """The name, or the id where there is no name."""
        return self.name or self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    source: str
    target: str
    line: int
    #: Condition expression as written, or None.
    condition: str | None = None
    #: ``qd:condition``: the fact this flow stands for, as (key, value), or None.
    fact: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """A lane; its name is a post."""

    id: str
    name: str
    line: int
    #: Ids of the nodes referenced directly.
    nodes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StepGroup:
    """``qd:separate`` or ``qd:bind``: steps for different persons, or for one."""

    #: Step ids; ``callId/stepId`` reaches into a called process.
    steps: tuple[str, ...]
    reason: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessObject:
    """What a case is about across cases and items: fund batch, voucher, contract."""

    kind: str
    #: Safe expression that yields the object's key from the case's data.
    key: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """``qd:suppress``: a rule silenced in this file, with the reason."""

    rule: str
    reason: str
    #: Element it is limited to, or None for the whole process.
    element: str | None
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Procedure:
    """One BPMN process with our annotations (流程)."""

    id: str
    name: str
    #: File it was read from, as the caller named it.
    path: str
    line: int
    #: None for a sub-procedure.
    item: Item | None
    #: By id, in document order, sub-process contents included.
    nodes: Mapping[str, Node]
    #: By id, in document order.
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...] = ()
    bases: tuple[LegalBasis, ...] = ()
    separations: tuple[StepGroup, ...] = ()
    bindings: tuple[StepGroup, ...] = ()
    objects: tuple[BusinessObject, ...] = ()
    suppressions: tuple[Suppression, ...] = ()

    @property
    def title(self) -> str:
        """The name, or the id where there is no name."""
        return self.name or self.id

    def post_of(self, node: Node) -> str:
        """Post of a step as written: its own, else its lane's; empty if neither."""
        if node.step is not None and node.step.post:
            return node.step.post
        return node.lane

    def steps(self) -> tuple[Node, ...]:
        """The tasks, in document order: calls and sub-processes are not steps."""
        return tuple(node for node in self.nodes.values() if node.kind.is_task)

    def successors(self, node: Node) -> tuple[Node, ...]:
        """Targets of the outgoing flows, in flow order."""
        return tuple(self.nodes[self.flows[flow].target] for flow in node.outgoing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One BPMN file: its procedures and what the reader found wrong."""

    path: str
    #: SHA-256 of the file's bytes, hex.
    digest: str
    #: Encoding the file was read in: ``UTF-8``, ``UTF-16`` or ``GB18030``.
    encoding: str
    procedures: tuple[Procedure, ...]
    faults: tuple[Fault, ...]
