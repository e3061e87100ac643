"""The name of a step is too long for the wall.

What it checks
    Names of tasks, calls and sub-processes: at most 16 characters.
Why it matters
    On a wall chart read from two metres, a longer name is printed too small.
Basis
    None; the box of a step holds two lines of eight characters.
Wrong
    对申请人提交的全部材料的真实性完整性进行审核
Right
    审核申请材料, the rest in ``guide``.
Known limits
    Two Latin letters or digits count as one character.
"""

import unicodedata
from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "long-step-name"
SEVERITY = Severity.WARNING
DRAFT = Severity.INFO
BASIS = ""

#: Longest name, in full-width characters.
LONGEST = 16


def _width(name: str) -> float:
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in name)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        if node.kind.is_activity and _width(node.name) > LONGEST:
            yield subject.finding(ID, SEVERITY, node, step=node.name, longest=LONGEST)
