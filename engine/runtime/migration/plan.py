"""What putting a case on another version would mean, before anything is changed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from engine.model.wording import say

from .comparing import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Landing:
    """A step that waits, and how it stands in the other version."""

    step: str
    old_name: str
    new_name: str
    old_post: str
    new_post: str
    #: Officer who holds it; None where nobody does.
    officer: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Renaming:
    """A node that has another id in the other version, and is the same for all that."""

    #: Empty where it has none, such as a gateway.
    name: str
    old: str
    new: str
    #: Its name or id before, where somebody said that it is the same; else empty.
    was: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedNode:
    """A node, as a file has it."""

    id: str
    #: The id where it has no name.
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """One case and the version it is to go on with."""

    case_id: str
    title: str
    #: Hash of the item's file it runs on, and of the one it is to run on.
    old: str
    new: str
    #: Version of the case this was seen at.
    version: int
    #: Names of the steps done, in order.
    done: tuple[str, ...]
    waiting: tuple[Landing, ...]
    #: Names of steps that may still come and that the version before does not have; of those
    #: that it has and the other lacks.
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    #: Running child cases that go with it.
    children: tuple[str, ...]
    #: Taken for the same though their ids differ.
    renamings: tuple[Renaming, ...]
    #: Nodes of the version before that the other does not have; of the other, in turn.
    gone: tuple[NamedNode, ...]
    fresh: tuple[NamedNode, ...]
    #: What speaks against it; none where it can be done.
    reasons: tuple[Reason, ...]
    #: What is to be feared all the same.
    warnings: tuple[str, ...]
    #: Whether there is nothing to do: it runs on that version, and on all that it calls.
    is_current: bool

    @property
    def renaming_texts(self) -> tuple[str, ...]:
        """What is taken for the same: each step, and how many gateways and events."""
        named = [each for each in self.renamings if each.name or each.was]
        texts = [
            say("renaming.said", was=r.was, old=r.old, name=r.name or r.new, new=r.new)
            if r.was
            else say("migration.renaming", name=r.name, old=r.old, new=r.new)
            for r in named
        ]
        unnamed = len(self.renamings) - len(named)
        if unnamed:
            texts.append(say("migration.renamings-unnamed", count=unnamed))
        return tuple(texts)


class Outcome(StrEnum):
    """What became of a case in a round of moves."""

    #: It can be moved; nothing was changed.
    POSSIBLE = "possible"
    MOVED = "moved"
    REFUSED = "refused"
    #: It runs on that version.
    CURRENT = "current"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of one case, and why."""

    case_id: str
    outcome: Outcome
    #: Hash of the file it ran on, and of the one asked for; empty where it could not be planned.
    old: str = ""
    new: str = ""
    #: Why it was refused, one line each.
    reasons: tuple[str, ...] = ()
    #: None where it could not be planned, and where it is read from the records.
    plan: Plan | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """A bulk move, as it is kept."""

    id: str
    at: datetime
    #: Id of the officer, or ``system`` for the operator.
    officer: str
    reason: str
    #: How many cases came to which outcome.
    counts: Counter[str]
