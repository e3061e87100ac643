"""The ``qd:`` elements of one host as model objects.

Belongs here: which attribute becomes which field. Does not: whether an element
or a value is allowed (:mod:`engine.bpmn.extension`).
"""

from datetime import date

from engine.model.batch import BatchSum
from engine.model.item import Item, ItemList, LegalBasis, LimitUnit, Material, TimeLimit
from engine.model.mark import ClockEvent, ClockMark
from engine.model.procedure import (
    BusinessObject,
    FieldType,
    FormField,
    RiskPoint,
    Step,
    StepGroup,
    Suppression,
)
from engine.model.signing import Majority, Signing, SignMode

from .extension import Annotation, Annotations, Report

_EARLIEST = date(1, 1, 1)


def _limit(source: Annotation, days: str, unit: str, report: Report) -> TimeLimit | None:
    name = source.text(unit)
    if not name:
        if source.has(days) and not source.has(unit):
            report("bad-annotation", source.line, problem="no-unit", name=days, unit=unit)
        return None
    counted = LimitUnit(name) in (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY)
    if counted and not source.integer(days):
        if not source.is_malformed(days):
            report("bad-annotation", source.line, problem="no-days", name=days, unit=unit)
        return None
    return TimeLimit(days=source.integer(days), unit=LimitUnit(name))


def read_item(annotations: Annotations, report: Report) -> Item | None:
    """The ``qd:item`` of a process, or None for a sub-procedure."""
    source = annotations.one("item")
    if source is None:
        return None
    inner = annotations.inside(source)
    return Item(
        code=source.text("code"),
        lists=tuple(ItemList(name) for name in source.words("lists")),
        category=source.text("category"),
        service_category=source.text("serviceCategory"),
        body=source.text("body"),
        proposal=source.text("proposal"),
        audience=source.text("audience"),
        way=source.text("way"),
        promised=_limit(source, "promised", "promisedUnit", report),
        statutory=_limit(source, "statutory", "statutoryUnit", report),
        limit_note=source.text("limitNote"),
        fee=source.text("fee"),
        fee_basis=source.text("feeBasis"),
        phone=source.text("phone"),
        supervision_phone=source.text("supervisionPhone"),
        place=source.text("place"),
        hours=source.text("hours"),
        result=source.text("result"),
        materials=tuple(
            Material(
                name=m.text("name"),
                form=m.text("form"),
                copies=m.integer("copies", 1),
                source=m.text("source"),
                required=m.boolean("required", default=True),
            )
            for m in inner.all("material")
        ),
        responsibilities=tuple(r.text("content") for r in inner.all("responsibility")),
        accountability=tuple(a.text("content") for a in inner.all("accountability")),
        version=source.text("version"),
        effective_from=source.day("effectiveFrom") or _EARLIEST,
        effective_to=source.day("effectiveTo"),
        line=source.line,
        emergency=source.boolean("emergency"),
        emergency_review_days=source.integer("emergencyReviewDays", 3),
    )


def read_bases(annotations: Annotations) -> tuple[LegalBasis, ...]:
    """Every ``qd:legalBasis`` of a host."""
    return tuple(
        LegalBasis(
            statute=b.text("statute"),
            version=b.day("version") or _EARLIEST,
            article=b.text("article"),
            paragraph=b.text("paragraph"),
            subparagraph=b.text("subparagraph"),
            line=b.line,
        )
        for b in annotations.all("legalBasis")
    )


def _field(source: Annotation, columns: tuple[FormField, ...] = ()) -> FormField:
    return FormField(
        name=source.text("name"),
        label=source.text("label"),
        type=FieldType(source.text("type") or FieldType.TEXT),
        required=source.boolean("required"),
        options=source.words("options"),
        unit=source.text("unit"),
        help=source.text("help"),
        default=source.text("default"),
        least=source.decimal("min"),
        most=source.decimal("max"),
        whole=source.boolean("whole"),
        unique=source.boolean("unique"),
        key=source.text("key"),
        rows=source.text("rows"),
        sum=BatchSum(source.text("sum")) if source.text("sum") else None,
        columns=columns,
        line=source.line,
    )


def _signing(source: Annotation) -> Signing | None:
    if not source.text("sign"):
        return None
    persons = source.integer("persons", 1)
    return Signing(
        mode=SignMode(source.text("sign")),
        persons=persons,
        quorum=source.integer("quorum", persons),
        majority=Majority(source.text("majority") or Majority.HALF),
    )


def read_step(annotations: Annotations, report: Report) -> Step | None:
    """The ``qd:step`` (and ``qd:children``) of a task, call or sub-process."""
    source = annotations.one("step")
    children = annotations.one("children")
    if source is None and children is None:
        return None
    child_rows, child_name, child_id_card = (
        ("", "", "")
        if children is None
        else (children.text("rows"), children.text("person"), children.text("idCard"))
    )
    if source is None:
        return Step(child_rows=child_rows, child_name=child_name, child_id_card=child_id_card)
    inner = annotations.inside(source)
    return Step(
        duty=source.text("duty"),
        post=source.text("post"),
        group=source.text("group"),
        limit=_limit(source, "limit", "limitUnit", report),
        statutory=_limit(source, "statutory", "statutoryUnit", report),
        persons=source.integer("persons", 1),
        sign=_signing(source),
        external=source.boolean("external"),
        recorder=source.text("recorder"),
        off_clock=source.boolean("offClock"),
        guide=source.text("guide"),
        fields=tuple(
            _field(f, tuple(_field(c) for c in inner.inside(f).all("column")))
            for f in inner.all("field")
        ),
        documents=tuple(d.text("name") for d in inner.all("document")),
        risks=tuple(
            RiskPoint(
                level=r.text("level"),
                form=r.text("form"),
                measure=r.text("measure"),
                post=r.text("post"),
                line=r.line,
            )
            for r in inner.all("risk")
        ),
        bases=read_bases(inner),
        child_rows=child_rows,
        child_name=child_name,
        child_id_card=child_id_card,
        clock=tuple(
            ClockMark(event=ClockEvent(c.text("event")), when=c.text("when"), line=c.line)
            for c in inner.all("clock")
            if c.text("event")
        ),
        line=source.line,
    )


def read_groups(annotations: Annotations, name: str) -> tuple[StepGroup, ...]:
    """Every ``qd:separate`` or ``qd:bind`` of a process."""
    return tuple(
        StepGroup(steps=g.words("steps"), reason=g.text("reason"), line=g.line)
        for g in annotations.all(name)
    )


def read_objects(annotations: Annotations) -> tuple[BusinessObject, ...]:
    """Every ``qd:object`` of a process."""
    return tuple(
        BusinessObject(kind=o.text("kind"), key=o.text("key"), line=o.line)
        for o in annotations.all("object")
    )


def read_suppressions(annotations: Annotations) -> tuple[Suppression, ...]:
    """Every ``qd:suppress`` of a process."""
    return tuple(
        Suppression(
            rule=s.text("rule"),
            reason=s.text("reason"),
            element=s.text("element") or None,
            line=s.line,
        )
        for s in annotations.all("suppress")
    )
