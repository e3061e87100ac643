"""The ``qd:`` elements of a file, strictly: names, places and values by the table.

Belongs here: everything :mod:`engine.bpmn.table` says about an element. Does
not: what the elements mean (:mod:`engine.bpmn.annotations`).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from lxml import etree

from engine.model.errors import UnsafeExpression
from engine.model.finding import Fault

from . import expression, table
from .xml import BPMN

_B = f"{{{BPMN}}}"
#: Namespace of the ``qd:`` elements as ``lxml`` writes it in tags.
QD = f"{{{table.NAMESPACE}}}"
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
#: Greater than nought: everything counted here is there at least once.
_INTEGER = re.compile(r"(?=0*[1-9])[0-9]{1,9}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: Row of the table by the element's name in tags.
_ROWS = {QD + row.name: row for row in table.ELEMENTS}
#: Attributes by name, and those that are required, by the element's name.
_ATTRIBUTES = {row.name: {a.name: a for a in row.attributes} for row in table.ELEMENTS}
_REQUIRED = {row.name: [a for a in row.attributes if a.required] for row in table.ELEMENTS}

#: Reports one fault: rule, line, facts.
Report = Callable[..., None]


def reporter(faults: list[Fault], process: str | None, element: str | None) -> Report:
    """A :data:`Report` that adds to ``faults`` for one element of one process."""

    def report(rule: str, line: int | None, **facts: object) -> None:
        faults.append(Fault(rule=rule, line=line, element=element, process=process, facts=facts))

    return report


def reporter_at(faults: list[Fault], element: etree._Element) -> Report:
    """A :data:`Report` for the BPMN element that ``element`` is or stands in."""
    owner = process = None
    for above in (element, *element.iterancestors()):
        if isinstance(above.tag, str) and above.tag.startswith(_B):
            owner = owner or above.get("id")
            if above.tag == f"{_B}process":
                process = above.get("id")
    return reporter(faults, process, owner)


class Malformed(ValueError):
    """A value not of its attribute's kind; ``problem`` is the kind it should be of."""

    def __init__(self, problem: str, reason: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        #: For an expression: what is wrong with it, in Chinese.
        self.reason = reason


def value_of(attribute: table.Attribute, text: str) -> object:
    """The value an attribute's text stands for.

    Raises
    ------
    Malformed
        The text is not of the attribute's kind.
    """
    text = text.strip()
    if attribute.kind is table.Kind.TEXT:
        return text
    match attribute.kind:
        case table.Kind.INTEGER:
            return int(_matching(_INTEGER, text, "integer"))
        case table.Kind.DECIMAL:
            return Decimal(_matching(_DECIMAL, text, "decimal"))
        case table.Kind.BOOLEAN if text in ("true", "false"):
            return text == "true"
        case table.Kind.BOOLEAN:
            raise Malformed("boolean")
        case table.Kind.DATE:
            try:
                return date.fromisoformat(_matching(_DATE, text, "date"))
            except ValueError as error:
                raise Malformed("date") from error
        case table.Kind.CHOICE if text not in attribute.choices:
            raise Malformed("choice")
        case table.Kind.CHOICES:
            words = tuple(text.split())
            if not set(words) <= set(attribute.choices):
                raise Malformed("choice")
            return words
        case table.Kind.WORDS:
            parts = text.split("|") if "|" in text else text.split()
            return tuple(word for part in parts if (word := part.strip()))
        case table.Kind.IDENTIFIER:
            return _matching(_IDENTIFIER, text, "identifier")
        case table.Kind.EXPRESSION:
            try:
                return expression.parse(text).text
            except UnsafeExpression as error:
                raise Malformed("expression", error.message) from error
    return text


def _matching(pattern: re.Pattern[str], text: str, problem: str) -> str:
    if pattern.fullmatch(text) is None:
        raise Malformed(problem)
    return text


class Annotation:
    """One ``qd:`` element with its attributes checked and converted."""

    def __init__(self, element: etree._Element, row: table.Element, report: Report) -> None:
        self.element = element
        self.line: int = element.sourceline
        self._row = row
        self._report = report
        self._values: dict[str, object] = {}
        for name, text in element.items():
            self._read(name, text)
        for attribute in _REQUIRED[row.name]:
            if not element.get(attribute.name, "").strip():
                report(
                    "bad-annotation",
                    self.line,
                    problem="missing",
                    where=f"qd:{row.name}",
                    name=attribute.name,
                    meaning=attribute.meaning,
                )

    def _read(self, name: str, text: str) -> None:
        attribute = _ATTRIBUTES[self._row.name].get(name)
        if attribute is None:
            if name.startswith(QD) or not name.startswith("{"):
                self._report(
                    "unknown-extension",
                    self.line,
                    problem="attribute",
                    where=f"qd:{self._row.name}",
                    name=name.replace(QD, "qd:"),
                    near=_nearest(name.removeprefix(QD), [a.name for a in self._row.attributes]),
                )
            return
        if attribute.required and not text.strip():
            return  # reported as missing
        try:
            self._values[name] = value_of(attribute, text)
        except Malformed as error:
            if error.problem == "expression":
                self._report("unsafe-expression", self.line, text=text, problem=error.reason)
                return
            choices = {"choices": "、".join(attribute.choices)} if attribute.choices else {}
            self._report(
                "bad-annotation",
                self.line,
                problem=error.problem,
                name=name,
                value=text.strip(),
                **choices,
            )

    def has(self, name: str) -> bool:
        """Whether the attribute is written, well or ill."""
        return name in self.element.attrib

    def is_malformed(self, name: str) -> bool:
        """Whether the attribute is written, but not as its kind asks."""
        return self.has(name) and name not in self._values

    def text(self, name: str) -> str:
        """Value of a text attribute; empty where absent or malformed."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def integer(self, name: str, default: int = 0) -> int:
        """Value of an integer attribute."""
        value = self._values.get(name)
        return value if isinstance(value, int) else default

    def decimal(self, name: str) -> Decimal | None:
        """Value of a decimal attribute, or None."""
        value = self._values.get(name)
        return value if isinstance(value, Decimal) else None

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


class Annotations:
    """The ``qd:`` elements a host may have and has, or those in one of them.

    What has no place there is left out: :func:`check_places` reports it.
    """

    def __init__(self, host: etree._Element, report: Report, *, nested: bool = False) -> None:
        self._report = report
        self._found: dict[str, list[Annotation]] = {}
        name = etree.QName(host).localname
        containers = (host,) if nested else host.iterchildren(f"{_B}extensionElements")
        for container in containers:
            for element in container.iterchildren(f"{QD}*"):
                row = _ROWS.get(element.tag)
                if row is None or name not in row.parents:
                    continue
                if row.repeatable or row.name not in self._found:
                    annotation = Annotation(element, row, report)
                    self._found.setdefault(row.name, []).append(annotation)

    def all(self, name: str) -> Iterator[Annotation]:
        """Every annotation of that name, in document order."""
        yield from self._found.get(name, ())

    def one(self, name: str) -> Annotation | None:
        """The annotation of that name, or None."""
        return next(self.all(name), None)

    def inside(self, annotation: Annotation) -> "Annotations":
        """The annotations nested in one of these."""
        return Annotations(annotation.element, self._report, nested=True)


def check_places(root: etree._Element, faults: list[Fault]) -> None:
    """Report every ``qd:`` element and attribute of a file that stands where it must not."""
    taken: set[tuple[etree._Element, str]] = set()
    for element in root.iter(f"{QD}*"):
        host, problem = _host(element)
        row = _ROWS.get(element.tag)
        if row is None:
            problem = "element"
        elif not problem:
            problem = _misplacement(element, row, host, taken)
            taken.add((host, row.name))
        if problem:
            name = etree.QName(element).localname
            reporter_at(faults, element)(
                "unknown-extension",
                element.sourceline,
                problem=problem,
                name=name,
                host=etree.QName(host).localname,
                where="、".join(row.parents) if row else "",
                near=_nearest(name, list(table.BY_NAME)),
            )
    for attribute in root.xpath("//@qd:*", namespaces={"qd": table.NAMESPACE}):
        host = attribute.getparent()
        if not host.tag.startswith(QD):
            reporter_at(faults, host)(
                "unknown-extension",
                host.sourceline,
                problem="loose-attribute",
                name=attribute.attrname.removeprefix(QD),
                where=etree.QName(host).localname,
            )


def _misplacement(
    element: etree._Element,
    row: table.Element,
    host: etree._Element,
    taken: set[tuple[etree._Element, str]],
) -> str:
    """What is wrong with a known element at its place, or empty."""
    if host.tag.rpartition("}")[2] not in row.parents:
        return "misplaced"
    if not row.repeatable and (host, row.name) in taken:
        return "repeated"
    texts = (element.text, *(child.tail for child in element))
    return "text" if any(text and not text.isspace() for text in texts) else ""


def _host(element: etree._Element) -> tuple[etree._Element, str]:
    """What a ``qd:`` element annotates, and ``outside`` where it stands in no place for one."""
    parent = element.getparent()
    if parent.tag.startswith(QD):
        return parent, ""
    if parent.tag == f"{_B}extensionElements":
        return parent.getparent(), ""
    return parent, "outside"
