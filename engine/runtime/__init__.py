"""The runtime: cases on SpiffWorkflow, who may do what in them, accounts.

:class:`Office` is all that the command line and the pages need.
"""

from engine.store import NewerSchema, StoreFull, StoreUnavailable

from .clock import Clock, system_clock
from .editions import Edition, EditionState
from .errors import (
    AlreadyTaken,
    BadEffectiveDate,
    FaultyCase,
    FormInvalid,
    NotAllowed,
    Refused,
    RepeatedKey,
    SignInRefused,
    Stale,
    StateDamaged,
    Unexecutable,
    UnknownAttachment,
    UnknownCase,
    UnknownOfficer,
    UnknownVersion,
    UnknownWorkItem,
)
from .filing import Upload
from .machine import OpenKind
from .migration.plan import Plan, Report
from .office import Office
from .opening import OPENING_FIELDS
from .rosters import offices
from .simulation import Choice, Simulation
from .todo import Todo

__all__ = [
    "OPENING_FIELDS",
    "AlreadyTaken",
    "BadEffectiveDate",
    "Choice",
    "Clock",
    "Edition",
    "EditionState",
    "FaultyCase",
    "FormInvalid",
    "NewerSchema",
    "NotAllowed",
    "Office",
    "OpenKind",
    "Plan",
    "Refused",
    "RepeatedKey",
    "Report",
    "SignInRefused",
    "Simulation",
    "Stale",
    "StateDamaged",
    "StoreFull",
    "StoreUnavailable",
    "Todo",
    "Unexecutable",
    "UnknownAttachment",
    "UnknownCase",
    "UnknownOfficer",
    "UnknownVersion",
    "UnknownWorkItem",
    "Upload",
    "offices",
    "system_clock",
]
