"""What a roster can and cannot do, as text a director reads."""

from collections.abc import Iterable, Iterator, Sequence

from engine.model.finding import Finding
from engine.model.procedure import Procedure
from engine.model.wording import say
from engine.verify.staffing.finish import Staffed, Unknown, Unstaffed
from engine.verify.staffing.outlook import Advice, ItemOutlook, Outlook
from engine.verify.staffing.telling import post_of, why

from .staffadvice import advice_lines

#: Most findings about files that are shown.
_SHOWN = 5
#: Most items that are named in one line.
_NAMED = 6
_INDENT = "　　"


def title(procedure: Procedure) -> str:
    """Code and name of an item."""
    code = f"{procedure.item.code} " if procedure.item else ""
    return code + procedure.title


def lines(
    outlook: Outlook | None,
    advice: Advice | None,
    of_roster: Sequence[Finding],
    of_files: Sequence[Finding],
) -> Iterator[str]:
    """The whole text; without an outlook, what is wrong is all there is."""
    if outlook is not None:
        yield from _head(outlook)
    yield from map(_finding, of_roster)
    if of_files:
        yield say("staff.head.faults", count=len(of_files))
        yield from map(_finding, of_files[:_SHOWN])
        if len(of_files) > _SHOWN:
            yield say("staff.head.more", count=len(of_files) - _SHOWN)
    if outlook is None:
        return
    text = _Text(outlook)
    yield from text.items()
    yield from text.absences()
    if advice is not None:
        yield ""
        yield from advice_lines(advice, outlook)


def _head(outlook: Outlook) -> Iterator[str]:
    roster, day = outlook.bench.roster, outlook.bench.today
    office = roster.office if roster else ""
    yield say("staff.head.office", office=office, day=day, count=len(outlook.officers))
    away = [
        say("staff.head.leave-until", name=officer.name, until=last)
        for officer in outlook.officers
        for first, last in officer.absences
        if first <= day <= last
    ]
    if away:
        yield say("staff.head.leave", names="、".join(away))


def _titles(procedures: Sequence[Procedure]) -> str:
    """Names of items, the first ones and how many there are."""
    named = "、".join(procedure.title for procedure in procedures[:_NAMED])
    if len(procedures) <= _NAMED:
        return named
    return say("staff.absent.items", items=named, count=len(procedures))


def _finding(finding: Finding) -> str:
    where = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
    mark = "" if finding.fails else say(f"check.mark.{finding.severity}")
    return f"{where} {mark}{finding.message}" + (f" — {finding.hint}" if finding.hint else "")


class _Text:
    """The parts of the text about one outlook."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook
        self.name = {officer.id: officer.name for officer in outlook.officers}

    def names(self, officers: Iterable[str]) -> str:
        return "、".join(self.name[officer] for officer in officers)

    def items(self) -> Iterator[str]:
        yield ""
        yield say("staff.items.title")
        for item in self.outlook.items:
            yield from (_INDENT + line for line in self._item(item))

    def _item(self, item: ItemOutlook) -> Iterator[str]:
        name = title(item.procedure)
        match item.verdict:
            case Staffed() if item.waivers:
                waivers = "、".join(waiver.id for waiver in item.waivers)
                yield say("staff.items.waived", item=name, waivers=waivers)
            case Staffed():
                yield say("staff.items.staffed", item=name)
            case Unknown(reason=reason):
                yield say("staff.items.unknown", item=name, reason=reason)
            case Unstaffed() as today:
                yield say("staff.items.unstaffed", item=name)
                lasting = item.lasting if isinstance(item.lasting, Unstaffed) else None
                told = why(item.problem, lasting or today, leave=lasting is None)
                for line in (*told, _mend(item, lasting or today)):
                    yield _INDENT * 2 + line

    def absences(self) -> Iterator[str]:
        """Who cannot be replaced, then which officers must not be absent together."""
        stopped = self.outlook.stopped
        for level, key in ((1, "alone"), (2, "together")):
            if self.outlook.most < level:
                continue
            yield ""
            yield say(f"staff.absent.{key}", most=self.outlook.most)
            rows = [
                say("staff.absent.row", names=self.names(officers), items=_titles(procedures))
                for officers, procedures in stopped.items()
                if min(len(officers), 2) == level
            ]
            for row in rows or [say("staff.absent.none")]:
                yield _INDENT + row
        yield from self._left_out()

    def _left_out(self) -> Iterator[str]:
        """What the absences say nothing about."""
        stuck = [
            item.procedure
            for item in self.outlook.items
            if isinstance(item.stopping, Unknown) or not isinstance(item.lasting, Staffed)
        ]
        if stuck and self.outlook.most:
            yield _INDENT + say("staff.absent.left-out", items=_titles(stuck))


def _mend(item: ItemOutlook, reason: Unstaffed) -> str:
    """The shortest way out, as far as one is known."""
    wanted = dict.fromkeys(post_of(seat) for seat in reason.seats if seat.id in reason.able)
    posts = "”或“".join(wanted)
    if isinstance(item.lasting, Staffed):
        return say("staff.mend.back", posts=posts)
    if any(not able for able in reason.able.values()):
        return say("staff.mend.vacant", posts=posts)
    duties = [rule for rule in reason.restrictions if rule.kind in ("duty", "separate")]
    if not posts:
        return say("staff.mend.more")
    if any(not rule.statutory for rule in duties):
        return say("staff.mend.waivable", posts=posts)
    return say("staff.mend.statutory" if duties else "staff.mend.other", posts=posts)
