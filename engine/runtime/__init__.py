"""The runtime: cases on SpiffWorkflow, who may do what in them, accounts.

:class:`Office` is all that the command line and the pages need.
"""

from engine.store import NewerSchema, StoreFull, StoreUnavailable

from .clock import Clock, system_clock
from .desk import Upload
from .errors import (
    AlreadyTaken,
    FaultyCase,
    FormInvalid,
    NotAllowed,
    Refused,
    SignInRefused,
    Stale,
    Unexecutable,
    UnknownAttachment,
    UnknownCase,
    UnknownOfficer,
    UnknownWorkItem,
)
from .office import Office
from .reading import Todo

__all__ = [
    "AlreadyTaken",
    "Clock",
    "FaultyCase",
    "FormInvalid",
    "NewerSchema",
    "NotAllowed",
    "Office",
    "Refused",
    "SignInRefused",
    "Stale",
    "StoreFull",
    "StoreUnavailable",
    "Todo",
    "Unexecutable",
    "UnknownAttachment",
    "UnknownCase",
    "UnknownOfficer",
    "UnknownWorkItem",
    "Upload",
    "system_clock",
]
