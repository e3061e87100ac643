"""Reading the ``qd:`` elements of one host into model objects, strictly.

Everything is checked against :mod:`engine.bpmn.table`: an unknown element or
attribute, a missing one, a value of the wrong form each become a fault.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from difflib import get_close_matches

from lxml import etree

from engine.model.errors import UnsafeExpression
from engine.model.finding import Fault
from engine.model.item import Item, ItemList, LegalBasis, LimitUnit, Material, TimeLimit
from engine.model.procedure import (
    BusinessObject,
    FieldType,
    FormField,
    RiskPoint,
    Step,
    StepGroup,
    Suppression,
)

from . import expression, table
from .xml import BPMN

_QD = f"{{{table.NAMESPACE}}}"
_IDENTIFIER = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")
_EARLIEST = date(1, 1, 1)

#: Reports one fault: rule, line, facts.
Report = Callable[..., None]


class Annotation:
    """One ``qd:`` element with its attributes checked and converted."""

    def __init__(self, element: etree._Element, row: table.Element, report: Report) -> None:
        self.element = element
        self.line: int = element.sourceline
        self._values: dict[str, object] = {}
        for name, text in element.attrib.items():
            attribute = row.attribute(str(name))
            if attribute is not None:
                self._values[str(name)] = _convert(attribute, str(text).strip(), self.line, report)
            elif not str(name).startswith("{"):
                known = [a.name for a in row.attributes]
                report(
                    "unknown-extension",
                    self.line,
                    problem="attribute",
                    where=f"qd:{row.name}",
                    name=name,
                    near=_nearest(str(name), known),
                )
        for attribute in row.attributes:
            if attribute.required and not element.get(attribute.name, "").strip():
                report(
                    "bad-annotation",
                    self.line,
                    problem="missing",
                    where=f"qd:{row.name}",
                    name=attribute.name,
                    meaning=attribute.meaning,
                )

    def text(self, name: str) -> str:
        """Value of a text attribute; empty where absent or malformed."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def integer(self, name: str, default: int = 0) -> int:
        """Value of an integer attribute."""
        value = self._values.get(name)
        return value if isinstance(value, int) else default

    def boolean(self, name: str, default: bool = False) -> bool:
        """Value of a boolean attribute."""
        value = self._values.get(name)
        return value if isinstance(value, bool) else default

    def day(self, name: str) -> date | None:
        """Value of a date attribute, or None."""
        value = self._values.get(name)
        return value if isinstance(value, date) else None

    def words(self, name: str) -> tuple[str, ...]:
        """Value of a list attribute."""
        value = self._values.get(name)
        return value if isinstance(value, tuple) else ()


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return near[0] if near else "、".join(known)


def _convert(attribute: table.Attribute, text: str, line: int, report: Report) -> object:
    def bad(problem: str, **facts: object) -> None:
        report("bad-annotation", line, problem=problem, name=attribute.name, value=text, **facts)

    kind = attribute.kind
    if kind is table.Kind.INTEGER:
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        bad("integer")
    elif kind is table.Kind.BOOLEAN:
        if text in ("true", "false"):
            return text == "true"
        bad("boolean")
    elif kind is table.Kind.DATE:
        try:
            return date.fromisoformat(text)
        except ValueError:
            bad("date")
    elif kind is table.Kind.CHOICE:
        if text in attribute.choices:
            return text
        bad("choice", choices="、".join(attribute.choices))
    elif kind in (table.Kind.CHOICES, table.Kind.WORDS):
        words = tuple(
            word.strip() for word in (text.split("|") if "|" in text else text.split()) if word
        )
        wrong = [w for w in words if attribute.choices and w not in attribute.choices]
        if not wrong:
            return words
        bad("choice", choices="、".join(attribute.choices))
    elif kind is table.Kind.IDENTIFIER:
        if not text or _IDENTIFIER.match(text):
            return text
        bad("identifier")
    elif kind is table.Kind.EXPRESSION:
        try:
            return expression.parse(text).text
        except UnsafeExpression as error:
            report("unsafe-expression", line, text=text, problem=error.message)
    else:
        return text
    return None


class Annotations:
    """The ``qd:`` elements under one host's ``extensionElements`` (or one parent)."""

    def __init__(self, host: etree._Element, report: Report, *, nested: bool = False) -> None:
        self._report = report
        self._host = etree.QName(host).localname
        self._found: dict[str, list[Annotation]] = {}
        containers = [host] if nested else host.findall(f"{{{BPMN}}}extensionElements")
        for container in containers:
            for element in container:
                if isinstance(element.tag, str) and element.tag.startswith(_QD):
                    self._take(element)
        for name in () if nested else host.attrib:
            if str(name).startswith(_QD):
                report(
                    "unknown-extension",
                    host.sourceline,
                    problem="loose-attribute",
                    name=str(name).removeprefix(_QD),
                    where=self._host,
                )

    def _take(self, element: etree._Element) -> None:
        name = etree.QName(element).localname
        line = element.sourceline
        row = table.BY_NAME.get(name)
        if row is None:
            near = _nearest(name, list(table.BY_NAME))
            self._report("unknown-extension", line, problem="element", name=name, near=near)
        elif self._host not in row.parents:
            where = "、".join(row.parents)
            self._report(
                "unknown-extension",
                line,
                problem="misplaced",
                name=name,
                host=self._host,
                where=where,
            )
        elif not row.repeatable and name in self._found:
            self._report("unknown-extension", line, problem="repeated", name=name, host=self._host)
        else:
            self._found.setdefault(name, []).append(Annotation(element, row, self._report))

    def all(self, name: str) -> Iterator[Annotation]:
        """Every annotation of that name, in document order."""
        yield from self._found.get(name, ())

    def one(self, name: str) -> Annotation | None:
        """The annotation of that name, or None."""
        return next(self.all(name), None)

    def inside(self, annotation: Annotation) -> "Annotations":
        """The annotations nested in one of these."""
        return Annotations(annotation.element, self._report, nested=True)


def _limit(source: Annotation, days: str, unit: str, report: Report) -> TimeLimit | None:
    name = source.text(unit)
    if not name:
        if days in source.element.attrib:
            report("bad-annotation", source.line, problem="no-unit", name=days, unit=unit)
        return None
    counted = LimitUnit(name) in (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY)
    if counted and not source.integer(days):
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
        key=source.text("key"),
        rows=source.text("rows"),
        columns=columns,
        line=source.line,
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
        persons=source.integer("persons", 1),
        external=source.boolean("external"),
        recorder=source.text("recorder"),
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


def reporter(faults: list[Fault], process: str | None, element: str | None) -> Report:
    """A :data:`Report` that adds to ``faults`` for one element of one process."""

    def report(rule: str, line: int | None, **facts: object) -> None:
        faults.append(Fault(rule=rule, line=line, element=element, process=process, facts=facts))

    return report
