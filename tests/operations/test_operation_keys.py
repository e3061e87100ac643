"""Every operation an officer can do takes a key: sent twice, it is done once."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.bpmn.library import Library
from engine.model.case import Case, WorkItem, WorkItemKind
from engine.model.office import Roster
from engine.runtime import Office, RepeatedKey, Upload
from engine.runtime.deadlines.notice import read_notice
from engine.runtime.keys import Keys
from engine.runtime.statements import Wire
from engine.store.columns import metadata
from tests.cases.conftest import APPLICANT, Clock, Desk, officer
from tests.cases.drawings import field, line, process, step

from .conftest import ROSTER

ITEM = (
    '<qd:item code="T-1" lists="service" category="行政许可" body="财政所" version="1" '
    'effectiveFrom="2026-01-01" promised="10" promisedUnit="working-day" emergency="true"/>'
)
FILE = process(
    "p",
    step("look", field("note", required="true"), post="受理窗口"),
    step(
        "joint",
        field("decision", "choice", options="同意|不同意", required="true"),
        post="资金监管",
        persons="2",
        sign="all",
    ),
    step("close", post="所长"),
    line("start", "look", "joint", "close", "end"),
    extensions=ITEM,
)
SCAN = Upload(filename="s.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\nscan")
#: By nature done once: a second time finds nothing left to do.
NATURAL = {"mark_read", "recount"}
#: No operations: a transaction for what is built on the office; many of one, each with a key;
#: a look at the journal as it is now, which journals that it was taken.
OTHERS = {"case_at_work", "migrate_all", "verify_journal"}
#: What the hour brings about, once each: nobody asks for it.
CLOCKWORK = {"deem_overdue", "seal_daily"}
#: How a method of the office begins to change something.
WRITING = re.compile(r"self\.(store\.write|_at_work|_matter|_desk)\(")


@dataclass
class Scene:
    """A case whose first step waits; a table of the test says how it goes on."""

    office: Office
    desk: Desk
    case: Case

    def item(self, name: str = "look") -> WorkItem:
        return self.desk.waiting(self.case.id)[name]

    def held(self, by: str = "ding") -> str:
        return self.office.claim(self.item().id, by=by).id

    def looked(self) -> str:
        """The second step, the first being done."""
        self.desk.do(self.case.id, "look", "ding", note="齐")
        return self.item("joint").id

    def done(self) -> str:
        self.looked()
        return next(w.id for w in self.office.case(self.case.id).work_items if w.step == "look")

    def closing(self) -> str:
        """The last step, held by 张."""
        joint = self.looked()
        for who in ("jian", "dong"):
            self.office.sign(joint, by=who, choice="同意")
        return self.office.claim(self.item("close").id, by="zhang").id


#: An operation with everything it asks for; prepared first, then called with a key.
Operation = Callable[[Scene], tuple[tuple[object, ...], dict[str, object]]]


def of_item(item: Callable[[Scene], str], **more: object) -> Operation:
    return lambda scene: ((item(scene),), more)


def of_case(*before: Callable[[Scene], object], **more: object) -> Operation:
    def prepare(scene: Scene) -> tuple[tuple[str, ...], dict[str, object]]:
        for each in before:
            each(scene)
        return (scene.case.id,), more

    return prepare


def delegated(scene: Scene) -> str:
    item = scene.held()
    scene.office.delegate(item, by="ding", to="dong", reason="外出")
    return item


def asked(scene: Scene) -> str:
    item = scene.held()
    scene.office.add_signer(item, by="ding", to="jian", reason="请看")
    return item


def paused(scene: Scene) -> None:
    scene.office.accept(scene.case.id, by="ding")
    scene.office.pause_clock(scene.case.id, by="ding", kind="听证", reason="听证")


def accepted(scene: Scene) -> None:
    scene.office.accept(scene.case.id, by="ding")


def decided(scene: Scene) -> None:
    accepted(scene)
    scene.office.decide(scene.case.id, by="zhang")


def told(scene: Scene) -> None:
    scene.office.ask_corrections(scene.case.id, by="ding", corrections="缺申请书")


def offered(scene: Scene) -> None:
    scene.office.offer_handover(scene.case.id, by="ding", to="dong", reason="轮岗")


def away(scene: Scene) -> tuple[tuple[str, ...], dict[str, object]]:
    scene.office.stand_in("ding", "dong", **DAYS, by="zhang")  # type: ignore[arg-type]
    return ("ding",), {"by": "zhang"}


def published(scene: Scene) -> None:
    scene.desk.publish(FILE.replace(b'name="look"', b'name="look again"'))


def drawn(scene: Scene, *, name: str = "look again") -> Library:
    """The item with a step of another name."""
    path = scene.desk.folder / "p.bpmn"
    path.write_bytes(FILE.replace(b'name="look"', f'name="{name}"'.encode()))
    return Library.load([path])


def planned(scene: Scene) -> date:
    """The day another version of the item is to take effect."""
    day = scene.office.clock().date() + timedelta(days=3)
    scene.office.publish(drawn(scene, name="to come"), effective=day)
    return day


WHY: dict[str, object] = {"reason": "事由"}
DAYS: dict[str, object] = {"since": date(2026, 3, 2), "until": date(2026, 3, 6)}
OPERATIONS: dict[str, Operation] = {
    "open_case": lambda _: (("T-1",), {"by": "ding", "applicant": APPLICANT}),
    "claim": of_item(lambda s: s.item().id, by="ding"),
    "release": of_item(Scene.held, by="ding"),
    "complete": of_item(Scene.held, by="ding", values={"note": "齐"}),
    "save_draft": of_item(Scene.held, by="ding", values={"note": "齐"}),
    "reassign": of_item(Scene.held, by="ding", to="dong", **WHY),
    "delegate": of_item(Scene.held, by="ding", to="dong", **WHY),
    "give_back": of_item(delegated, by="dong", **WHY),
    "release_for": of_item(Scene.held, by="zhang", **WHY),
    "urge": of_item(Scene.held, by="zhang", text="请快办"),
    "copy_to": of_case(by="ding", to=["zhang"], text="供参考"),
    "sign": of_item(Scene.looked, by="jian", choice="同意"),
    "add_signer": of_item(Scene.held, by="ding", to="jian", **WHY),
    "drop_signer": of_item(asked, by="ding", to="jian", **WHY),
    "emergency_claim": of_item(lambda s: s.item().id, by="zhang", **WHY),
    "record_paper": of_item(Scene.held, by="ding", signer="dong", scan=SCAN, values={"note": "齐"}),
    "return_to": of_item(Scene.closing, by="zhang", target="look", **WHY),
    "withdraw_completion": of_item(Scene.done, by="ding", **WHY),
    "suspend": of_case(by="zhang", **WHY),
    "resume": of_case(
        lambda s: s.office.suspend(s.case.id, by="zhang", reason="停"), by="zhang", **WHY
    ),
    "terminate": of_case(by="zhang", **WHY),
    "void": of_case(by="zhang", **WHY),
    "migrate": of_case(published, by="zhang", **WHY),
    "accept": of_case(by="ding"),
    "refuse_acceptance": of_case(by="ding", **WHY),
    "ask_corrections": of_case(by="ding", corrections="缺申请书"),
    "receive_corrections": of_case(told, by="ding"),
    "pause_clock": of_case(accepted, by="ding", kind="听证", **WHY),
    "resume_clock": of_case(paused, by="ding"),
    "extend": of_case(accepted, by="zhang", days=2, notice="书面", **WHY),
    "decide": of_case(accepted, by="zhang"),
    "deliver": of_case(decided, by="ding"),
    "offer_handover": of_case(by="ding", to="dong", **WHY),
    "answer_handover": of_case(offered, by="dong", accept=True),
    "stand_in": lambda _: (("ding", "dong"), {**DAYS, "by": "zhang"}),
    "end_stand_in": away,
    "seal_journal": lambda _: ((), {"by": "zhang"}),
    "set_day": lambda _: ((), {"day": date(2026, 3, 9), "works": False, **WHY, "by": "zhang"}),
    "call_off": lambda scene: ((planned(scene), ("T-1",)), {"by": "zhang"}),
    "import_notice": lambda _: (
        (read_notice("2027-01-01,放假,元旦\n", 2027),),
        {"by": "zhang"},
    ),
}
#: What the operator does, without an officer.
OPERATORS: dict[str, Operation] = {
    "publish": lambda scene: ((drawn(scene),), {}),
    "appoint": lambda _: ((replace(ROSTER, officers=ROSTER.officers[::-1]),), {}),
}


def begin(office: Office, desk: Desk) -> Scene:
    """A new case, and the roster as it was at first."""
    office.appoint(ROSTER)
    return Scene(office, desk, desk.open())


@pytest.fixture
def scene(office: Office, desk: Desk) -> Scene:
    desk.publish(FILE)
    return begin(office, desk)


def stored(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database but how often a family was held."""
    with office.store.read() as connection:
        return {
            table.name: sorted(
                (tuple(row) for row in connection.execute(select(*columns))), key=repr
            )
            for table in metadata.sorted_tables
            if (columns := [column for column in table.c if column.name != "revision"])
        }


def faults(scene: Scene, name: str) -> Iterator[str]:
    """What is wrong with sending an operation twice, and with its key sent for another."""
    office = scene.office
    operation = getattr(office, name)
    places, given = {**OPERATIONS, **OPERATORS}[name](scene)
    office.open_case("T-1", by="dong", applicant=APPLICANT, key=f"other-{name}")
    try:
        operation(*places, **given, key=f"other-{name}")
        yield f"{name}: the key of another operation was taken"
    except RepeatedKey:
        pass
    first = operation(*places, **given, key=name)
    once = stored(office)
    again = operation(*places, **given, key=name)
    if untold(again) != untold(first):
        yield f"{name}: answered {again}, at first {first}"
    if stored(office) != once:
        yield f"{name}: done twice"


def untold(answer: object) -> object:
    """An answer without what is told once, at the time."""
    return replace(answer, warning="") if isinstance(answer, WorkItem) else answer


def test_same_key_twice_is_done_once_and_answered_alike(office: Office, desk: Desk) -> None:
    desk.publish(FILE)
    names = (*OPERATIONS, *OPERATORS)
    assert [fault for name in names for fault in faults(begin(office, desk), name)] == []


def test_operation_that_forgets_its_key_is_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keys, "first_answer", lambda *_: None)
    assert next(faults(scene, "urge")) == "urge: the key of another operation was taken"


def test_every_operation_of_an_officer_is_in_the_table_and_takes_a_key() -> None:
    parameters = {
        name: inspect.signature(method).parameters
        for name, method in inspect.getmembers(Office, callable)
        if not name.startswith("_")
    }
    of_officers = {name for name, names in parameters.items() if "by" in names}

    of_keys = {name for name, names in parameters.items() if "key" in names}
    writing = {name for name in parameters if WRITING.search(source(name))} - OTHERS

    assert of_officers == OPERATIONS.keys() | NATURAL | OTHERS
    assert of_keys - OTHERS == OPERATIONS.keys() | OPERATORS.keys()
    assert writing - of_keys - NATURAL == CLOCKWORK


def source(name: str) -> str:
    return inspect.getsource(getattr(Office, name))


def test_key_of_one_publishing_answers_that_one(scene: Scene) -> None:
    office = scene.office
    first = office.publish(drawn(scene), key="k-1")
    assert office.publish(drawn(scene, name="third")) == ("p",)

    assert first == office.publish(drawn(scene), key="k-1") == ("p",)
    assert office.items()[0].nodes["look"].name == "third"
    with pytest.raises(RepeatedKey):
        office.publish(drawn(scene, name="third"), key="k-1")


def test_planned_publishing_is_answered_even_when_its_day_is_over(
    scene: Scene, clock: Clock
) -> None:
    day = clock.now.date() + timedelta(days=1)
    for _ in range(2):
        assert scene.office.publish(drawn(scene), effective=day, key="k-1") == ("p",)
        clock.move(days=2)


def test_order_of_a_set_is_no_part_of_a_request(scene: Scene) -> None:
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert [*one] != [*other]
    with scene.office.store.write() as connection:
        keys = Keys(Wire(connection), scene.office.id, scene.office.clock())
        assert [keys.is_repeated("k-1", each) for each in (one, other)] == [False, True]


def test_what_is_done_once_by_nature_needs_no_key(scene: Scene) -> None:
    office, case_id = scene.office, scene.case.id
    office.accept(case_id, by="ding")
    office.copy_to(case_id, by="ding", to=["zhang"])
    office.set_day(date(2026, 3, 9), works=False, reason="停电", by="zhang")
    assert office.recount(by="zhang") != ()
    office.mark_read(case_id, by="zhang")
    once = stored(office)

    assert office.recount(by="zhang") == ()
    office.mark_read(case_id, by="zhang")

    assert stored(office) == once


def test_stand_in_tells_the_same_warnings_again(office: Office, desk: Desk) -> None:
    people = [officer(id_, post) for id_, post in (("ding", "受理窗口"), ("jian", "资金监管"))]
    office.appoint(Roster(office="所", officers=(*people, officer("zhang", "所长"))))
    asked_for = {**DAYS, "by": "zhang", "key": "k-1"}
    first = office.stand_in("jian", "zhang", **asked_for)  # type: ignore[arg-type]
    assert first != ()
    assert office.stand_in("jian", "zhang", **asked_for) == first  # type: ignore[arg-type]


def test_review_is_signed_once_with_a_key(scene: Scene) -> None:
    office = scene.office
    office.emergency_claim(scene.item().id, by="jian", reason="防汛")
    (review,) = [w for w in office.case(scene.case.id).work_items if w.kind is WorkItemKind.REVIEW]
    office.claim(review.id, by="zhang")
    for _ in range(2):
        office.sign(review.id, by="zhang", choice="同意", key="k-1")
    assert scene.desk.actions(scene.case.id).count("reviewed") == 1
