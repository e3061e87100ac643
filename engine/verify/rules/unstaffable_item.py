"""The roster cannot do some run of an item, whatever duties conflict.

What it checks
    Every run of the item against the posts held today: a step whose post nobody
    holds, a step for two persons with one holder, ``qd:bind`` between posts nobody
    holds together, officers who avoid each other.
Why it matters
    The case comes to a step that nobody of the office can claim, and stands still.
Basis
    None; an item an office offers is one it can finish.
Wrong
    A step in the lane 财政票据管理, and nobody on the roster who holds it.
Right
    Somebody appointed to the post.
Known limits
    Leave does not count (``qingdan staff`` looks at a day). A warning: an office may
    leave a post open and not offer the item meanwhile.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.staffing.finish import Unstaffed, finish
from engine.verify.staffing.item import item_problem
from engine.verify.staffing.telling import why
from engine.verify.subject import ProcedureSubject

ID = "unstaffable-item"
SEVERITY = Severity.WARNING
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    if subject.roster is None or subject.procedure.item is None:
        return
    item = item_problem(subject)
    reason = finish(item, duties=False)
    if isinstance(reason, Unstaffed):
        yield subject.finding(
            ID,
            SEVERITY,
            subject.node_at(subject.places[reason.steps[-1]]) if reason.steps else None,
            elements=reason.steps,
            posts=tuple(dict.fromkeys(seat.post for seat in reason.seats if seat.post)),
            officers=tuple(dict.fromkeys(o for able in reason.able.values() for o in able)),
            why="；".join(why(item, reason)),
        )
