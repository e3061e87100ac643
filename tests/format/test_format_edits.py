"""Every edit of every shipped item: what was asked for changes, undoing it restores every byte."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from lxml import etree

from engine.bpmn import renaming, splice, writer
from engine.bpmn.places import Host, Places, main_rows, needs_nothing, rows_in
from engine.bpmn.table import Attribute, Element, Kind

from ..house import ROOT
from .samples import MODEL, QD, canonical, element

ITEMS = {path.stem: path.read_bytes() for path in sorted(ROOT.glob("processes/bpmn/*.bpmn"))}
SAMPLES = {
    Kind.INTEGER: "7",
    Kind.DECIMAL: "-2.5",
    Kind.DATE: "2031-05-06",
    Kind.IDENTIFIER: "zz_9",
    Kind.EXPRESSION: "amount < 5 and kind == '<公用>'",
    Kind.WORDS: "甲|乙",
    Kind.TEXT: "核“账”<&>'\"\n㐂𠮷",
}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One edit of one item, its undoing, and the same made in a tree by other means."""

    item: str
    what: str
    make: Callable[[bytes], bytes]
    undo: Callable[[bytes], bytes]
    expected: Callable[[], str]

    def wrong(self) -> str:
        """What is wrong with the edit, or empty."""
        content = ITEMS[self.item]
        edited = self.make(content)
        if canonical(edited, indented=False) != self.expected():
            return f"{self.item}: {self.what} changes something else"
        if self.undo(edited) != content:
            return f"{self.item}: {self.what} is not undone"
        return ""


def _sample(attribute: Attribute, old: str | None = None) -> str:
    """A value of an attribute other than the old one."""
    choices = attribute.choices or (("true", "false") if attribute.kind is Kind.BOOLEAN else ())
    return next((c for c in choices if c != old), None) or SAMPLES[attribute.kind]


def _nested(host: etree._Element, path: str) -> etree._Element:
    """The annotation of a path, found by counting."""
    main = main_rows()[etree.QName(host).localname].name
    direct = host.find(f"{{{MODEL}}}extensionElements")
    for part in path.split("/"):
        name, _, number = part.partition(".")
        inside = direct.findall(f"{{{QD}}}{name}")
        if not inside and part == path.split("/")[0]:
            inside = direct.find(f"{{{QD}}}{main}").findall(f"{{{QD}}}{name}")
        direct = inside[int(number or 1) - 1]
    return direct


def _settings(item: str, host: Host) -> Iterator[Edit]:
    """Every attribute of every annotation, written and not."""
    for carried in host.carried:
        for attribute in carried.row.attributes:
            old = dict(carried.attributes).get(attribute.name)
            yield _setting(item, host.id, carried.path, attribute, old)


def _setting(item: str, host: str, path: str, attribute: Attribute, old: str | None) -> Edit:
    name, new = attribute.name, _sample(attribute, old)

    def expected() -> str:
        tree = element(ITEMS[item], host)
        _nested(tree, path).set(name, new)
        return canonical(tree, indented=False)

    return Edit(
        item=item,
        what=f"set {host} {path} {name}={new!r}",
        make=lambda content: writer.assign(content, host, path, {name: new}),
        undo=lambda content: writer.assign(content, host, path, {name: old}),
        expected=expected,
    )


def _additions(item: str, host: Host) -> Iterator[Edit]:
    """Every annotation that may stand somewhere."""
    main = main_rows().get(host.kind)
    there = {carried.row.name for carried in host.carried}
    rows = rows_in(host.kind)
    if main and (main.name in there or needs_nothing(main)):
        rows += rows_in(main.name)
    for row in rows:
        if row.repeatable or row.name not in there:
            yield _addition(item, host, row, row.name in {r.name for r in rows_in(host.kind)})


def _addition(item: str, host: Host, row: Element, is_direct: bool) -> Edit:
    values = {a.name: _sample(a) for a in row.attributes if a.required}
    if row.name == "step":
        values = {"duty": "pay"}
    alike = [c for c in host.carried if c.row is row and "/" not in c.path]
    path = f"{row.name}.{len(alike) + 1}" if row.repeatable else row.name

    def expected() -> str:
        tree = element(ITEMS[item], host.id)
        around = tree.find(f"{{{MODEL}}}extensionElements")
        if around is None:
            around = etree.Element(f"{{{MODEL}}}extensionElements")
            tree.insert(len(tree.findall(f"{{{MODEL}}}documentation")), around)
        if not is_direct:
            main = f"{{{QD}}}{main_rows()[host.kind].name}"
            around = (
                etree.SubElement(around, main) if around.find(main) is None else around.find(main)
            )
        added = etree.Element(f"{{{QD}}}{row.name}", values)
        siblings = around.findall(f"{{{QD}}}{row.name}")
        around.insert(around.index(siblings[-1]) + 1 if siblings else len(around), added)
        return canonical(tree, indented=False)

    return Edit(
        item=item,
        what=f"add {host.id} {row.name}",
        make=lambda content: writer.add(content, host.id, row.name, values),
        undo=lambda content: writer.remove(content, host.id, path),
        expected=expected,
    )


def _renaming(item: str, host: str) -> Edit:
    """Another id: in these files nothing but the element is called like it."""

    def expected() -> str:
        word = rf"(?<![\w.-]){re.escape(host)}(?![\w.-])"
        text = re.sub(word, "zz_neu.1", ITEMS[item].decode())
        return canonical(text.encode(), indented=False)

    return Edit(
        item=item,
        what=f"rename {host}",
        make=lambda content: renaming.rename(content, host, "zz_neu.1"),
        undo=lambda content: renaming.rename(content, "zz_neu.1", host),
        expected=expected,
    )


@cache
def edits() -> tuple[Edit, ...]:
    """Every edit of every item."""
    found: list[Edit] = []
    for item, content in ITEMS.items():
        for host in Places(content).hosts():
            found += _settings(item, host)
            found += _additions(item, host)
            found.append(_renaming(item, host.id))
    return tuple(found)


def drawn(rounds: int) -> list[Edit]:
    """Some of the edits, or all where the rounds are enough."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed).sample(edits(), min(rounds // 3, len(edits())))


@pytest.mark.prove
def test_edit_changes_what_was_asked_and_undoing_it_restores_every_byte(rounds: int) -> None:
    assert [wrong for edit in drawn(rounds) if (wrong := edit.wrong())] == []


def _drops_flow_node_refs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "is_reference", lambda kind: kind != "flowNodeRef")


def _forgets_the_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "BPMNDI", "urn:other")


def _forgets_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "_PATHS", {})


def _escapes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    once = splice.quoted
    monkeypatch.setattr(splice, "quoted", lambda text, quote='"': once(once(text, quote)))


def _leaves_what_it_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "_AROUND", frozenset())


def _leaves_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splice, "_LINE_END", re.compile(r"(?!)"))


@pytest.mark.parametrize(
    ("plant", "what"),
    [
        (_drops_flow_node_refs, "rename approve_payment"),
        (_forgets_the_drawing, "rename approve_payment"),
        (_forgets_groups, "rename compile_list"),
        (_escapes_twice, "set approve_payment step guide"),
        (_leaves_what_it_emptied, "add over_threshold_to_decide_jointly condition"),
        (_leaves_the_line, "add approve_payment risk"),
    ],
)
def test_fault_planted_in_an_edit_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [edit for edit in edits() if edit.what.startswith(what)]
    assert chosen
    assert [edit.wrong() for edit in chosen if edit.wrong()] == []
    plant(monkeypatch)
    assert any(edit.wrong() for edit in chosen)
