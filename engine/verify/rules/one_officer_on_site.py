"""A visit on site is left to one officer where the law wants two.

What it checks
    ``persons`` of steps with the duty verify-on-site, in procedures that are a
    行政许可, a 行政处罚 or a 行政强制 by their category or by a basis cited.
Why it matters
    A decision that rests on the visit of one officer is void when contested.
Basis
    行政许可法（2019年修正）第三十四条第三款；行政处罚法（2021年修订）第四十二条第一款；
    行政强制法第十八条第二项.
Wrong
    ``<qd:step duty="verify-on-site" …/>`` in an item with the basis 行政许可法.
Right
    ``<qd:step duty="verify-on-site" persons="2" …/>``
Known limits
    Other items may want two officers as well; only these acts demand them. Steps
    of outside parties are left out.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "one-officer-on-site"
SEVERITY = Severity.ERROR
BASIS = (
    "行政许可法（2019年修正）第三十四条第三款；行政处罚法（2021年修订）第四十二条第一款；"
    "行政强制法第十八条第二项"
)
#: Category of item → the act that applies, and its article.
_ACTS = dict(zip(("行政许可", "行政处罚", "行政强制"), BASIS.split("；"), strict=True))


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    named = {basis.statute for basis in subject.bases()}
    acts = [
        source
        for category, source in _ACTS.items()
        if f"{category}法" in named or (item is not None and item.category == category)
    ]
    for node in subject.steps() if acts else ():
        alone = node.step and node.step.duty == "verify-on-site" and node.step.persons < 2
        if alone and not subject.is_misread(node.id, "persons"):
            yield subject.finding(
                ID,
                SEVERITY,
                node,
                basis=acts[0],
                statutory=True,
                step=node.label,
                source=acts[0],
            )
