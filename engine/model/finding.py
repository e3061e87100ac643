"""Findings: what a check has to say about a diagram, a roster or an office."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is; only ``ERROR`` and ``UNKNOWN`` fail a check."""

    ERROR = "error"
    UNKNOWN = "unknown"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What the reader stumbled over and cannot express in a model object.

    The rule named by :attr:`rule` turns it into a :class:`Finding`.
    """

    #: Id of the rule that owns this fault.
    rule: str
    #: 1-based line in the file; None where there is none (a file that is not XML).
    line: int | None
    #: Id of the element concerned, or None.
    element: str | None = None
    #: Facts for the rule's wording.
    facts: Mapping[str, object]
    #: Id of the process the element belongs to, or None.
    process: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One remark of one rule."""

    #: Kebab-case id of the rule; names the fault.
    rule: str
    severity: Severity
    #: Path of the file as given by the caller.
    file: str
    #: 1-based line; None where there is none.
    line: int | None
    #: Id of the process, or None for a fault of the whole file.
    process: str | None = None
    #: Ids of the elements concerned; steps of a called process as ``callId/stepId``.
    elements: tuple[str, ...] = ()
    #: Names of the posts concerned.
    posts: tuple[str, ...] = ()
    #: Ids of the officers concerned.
    officers: tuple[str, ...] = ()
    #: What is wrong, Chinese, one line.
    message: str
    #: How to mend it, Chinese, one line; may be empty.
    hint: str = ""
    #: The source that forbids it: statute and article, or document and section.
    basis: str = ""
    #: Node ids of a shortest run that shows the fault; empty where none is needed.
    witness: tuple[str, ...] = ()
    #: Whether a statute forbids it: neither waiver nor suppression covers it then.
    statutory: bool = False
    #: Id of the waiver that covers it, or None.
    waived_by: str | None = None

    @property
    def fails(self) -> bool:
        """Whether this finding makes a check exit with 1."""
        return self.waived_by is None and self.severity in (Severity.ERROR, Severity.UNKNOWN)

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Stable order: file, line, rule, process, elements, message."""
        return (
            self.file,
            self.line or 0,
            self.rule,
            self.process or "",
            self.elements,
            self.message,
        )
