"""An item through which every operation can be done, and the table of what each asks for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from engine.bpmn.library import Library
from engine.model.case import Case, WorkItem
from engine.runtime import Office, Upload
from engine.runtime.deadlines.notice import read_notice
from tests.cases.conftest import APPLICANT, Desk
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
