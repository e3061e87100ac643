"""Some run of an item can only be done if one officer does both steps of a conflicting pair.

What it checks
    Every run of the item against the roster, exactly: posts held today, conflicting
    duties and separated steps (called procedures included), ``qd:bind``, steps for
    several persons, officers who avoid each other. Told with the smallest reason.
Why it matters
    The case comes to a step that nobody may lawfully claim, and stands still.
Basis
    会计法（2024年修正）第二十五条、第三十五条; the table in ``processes/duties.toml``.
Wrong
    王五 alone holds 所长 and 出纳会计, and 审批 and 支付 occur in one case.
Right
    Another officer can do one of the two steps.
Known limits
    Leave does not count (``qingdan staff`` looks at a day). An item that cannot be
    staffed even without its conflicts is left to ``unstaffable-item``.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.office import Waiver
from engine.verify.staffing.finish import Staffed, Unknown, Unstaffed, finish, needed_waivers
from engine.verify.staffing.item import ItemProblem, item_problem
from engine.verify.staffing.telling import why
from engine.verify.subject import ProcedureSubject

ID = "same-officer-forced"
SEVERITY = Severity.ERROR
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    if subject.roster is None or subject.procedure.item is None:
        return
    item = item_problem(subject)
    bare, verdict = finish(item, waivers=False), finish(item)
    if isinstance(verdict, Unknown) and subject.behaviour.unknown_reason is None:
        yield subject.finding(ID, Severity.UNKNOWN, None, "unknown", why=verdict.reason)
    if isinstance(bare, Staffed) or isinstance(finish(item, duties=False), Unstaffed):
        return
    if isinstance(verdict, Unstaffed):
        yield _forced(subject, item, verdict)
    elif isinstance(verdict, Staffed) and isinstance(bare, Unstaffed):
        yield _forced(subject, item, bare, waiver=needed_waivers(item)[0])


def _forced(
    subject: ProcedureSubject, item: ItemProblem, reason: Unstaffed, waiver: Waiver | None = None
) -> Finding:
    rules = [rule for rule in reason.restrictions if rule.kind in ("duty", "separate")]
    return subject.finding(
        ID,
        SEVERITY,
        subject.node_at(subject.places[reason.steps[-1]]),
        "reason",
        elements=reason.steps,
        posts=tuple(dict.fromkeys(seat.post for seat in reason.seats if seat.post)),
        officers=tuple(dict.fromkeys(o for able in reason.able.values() for o in able)),
        basis="；".join(dict.fromkeys(rule.basis for rule in rules if rule.basis)),
        witness=subject.behaviour.witness(*reason.steps),
        statutory=all(rule.statutory for rule in rules),
        waiver=waiver,
        why="；".join(why(item, reason)),
    )
