"""Typical edits of a procedure, made at random in its file."""

from collections.abc import Callable
from random import Random

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
Element = etree._Element


class Editor:
    """Makes one random edit in a drawing that :class:`tests.proof.draw.Drawer` made."""

    def __init__(self, content: bytes, random: Random) -> None:
        self.root = etree.fromstring(content)
        self.random = random

    def edit(self) -> tuple[str, bytes]:
        """The edit's name and the file after it; the same file where nothing could be edited."""
        edits: tuple[Callable[[], None], ...] = (
            self.rename,
            self.add_step,
            self.add_step,
            self.remove_step,
            self.remove_step,
            self.swap_conditions,
            self.wrap_in_parallel,
            self.add_branch,
            self.change_border,
            self.add_border,
        )
        chosen = self.random.choice(edits)
        chosen()
        return chosen.__name__, bytes(etree.tostring(self.root))

    def _any(self, *kinds: str) -> Element | None:
        found = [*self.root.iter(*(BPMN + kind for kind in kinds))]
        return self.random.choice(found) if found else None

    def _flows(self, attribute: str, node: Element) -> list[Element]:
        flows = self.root.iter(BPMN + "sequenceFlow")
        return [flow for flow in flows if flow.get(attribute) == node.get("id")]

    def _add(self, beside: Element, kind: str, id_: str) -> Element:
        parent = beside.getparent()
        assert parent is not None
        return etree.SubElement(parent, BPMN + kind, id=id_)

    def _flow(self, source: Element, target: Element, id_: str) -> None:
        flow = self._add(source, "sequenceFlow", id_)
        flow.set("sourceRef", source.get("id", ""))
        flow.set("targetRef", target.get("id", ""))

    def rename(self) -> None:
        task = self._any("userTask")
        if task is not None:
            task.set("name", "换了名")

    def add_step(self) -> None:
        """Put a step into a flow."""
        flow = self._any("sequenceFlow")
        if flow is None:
            return
        (target,) = self.root.xpath(f"//*[@id='{flow.get('targetRef')}']")
        if flow.getparent() is not target.getparent():
            return
        self._flow(self._add(flow, "userTask", "added"), target, "flow_added")
        flow.set("targetRef", "added")

    def remove_step(self) -> None:
        """Let the flows that came to a step go on to what followed it."""
        task = self._any("userTask")
        attached = self.root.iter(BPMN + "boundaryEvent")
        if task is None or any(b.get("attachedToRef") == task.get("id") for b in attached):
            return
        (after,) = self._flows("sourceRef", task)
        for flow in self._flows("targetRef", task):
            flow.set("targetRef", after.get("targetRef", ""))
        for gone in (after, task):
            gone.getparent().remove(gone)  # type: ignore[union-attr]

    def swap_conditions(self) -> None:
        """Let two ways out of a gateway exchange their conditions."""
        conditions = [*self.root.iter(BPMN + "conditionExpression")]
        by_gateway: dict[str, list[Element]] = {}
        for condition in conditions:
            flow = condition.getparent()
            assert flow is not None
            by_gateway.setdefault(flow.get("sourceRef", ""), []).append(condition)
        several = [each for each in by_gateway.values() if len(each) > 1]
        if several:
            one, other = self.random.sample(self.random.choice(several), 2)
            one.text, other.text = other.text, one.text
        elif conditions:
            flow = conditions[0].getparent()
            conditions[0].text = f"not ({conditions[0].text})"

    def wrap_in_parallel(self) -> None:
        """Have something else done at the same time as a step."""
        task = self._any("userTask")
        attached = self.root.iter(BPMN + "boundaryEvent")
        if task is None or any(b.get("attachedToRef") == task.get("id") for b in attached):
            return
        split = self._add(task, "parallelGateway", "wrap_split")
        join = self._add(task, "parallelGateway", "wrap_join")
        beside = self._add(task, "userTask", "beside")
        for flow in self._flows("targetRef", task):
            flow.set("targetRef", "wrap_split")
        (after,) = self._flows("sourceRef", task)
        after.set("sourceRef", "wrap_join")
        for number, (source, target) in enumerate(
            ((split, task), (task, join), (split, beside), (beside, join))
        ):
            self._flow(source, target, f"wrap_{number}")

    def add_branch(self) -> None:
        """Add a branch between a parallel gateway and the one its branches meet at."""
        forks = [
            node
            for node in self.root.iter(BPMN + "parallelGateway")
            if node.get("id", "").startswith("fork_")
        ]
        if not forks:
            return
        fork = self.random.choice(forks)
        number = int(fork.get("id", "").partition("_")[2])
        (gather,) = self.root.xpath(f"//*[@id='gather_{number + 1}']")
        branch = self._add(fork, "userTask", "branch")
        self._flow(fork, branch, "branch_in")
        self._flow(branch, gather, "branch_out")

    def change_border(self) -> None:
        """Let an event at the border of a step interrupt it, or no more."""
        event = self._any("boundaryEvent")
        if event is not None and event.find(BPMN + "errorEventDefinition") is None:
            event.set("cancelActivity", str(event.get("cancelActivity") == "false").lower())

    def add_border(self) -> None:
        """Have somebody reminded while a step takes too long."""
        task = self._any("userTask")
        if task is None or task.find(BPMN + "multiInstanceLoopCharacteristics") is not None:
            return
        event = self._add(task, "boundaryEvent", "late")
        event.set("attachedToRef", task.get("id", ""))
        event.set("cancelActivity", "false")
        timer = etree.SubElement(event, BPMN + "timerEventDefinition")
        etree.SubElement(timer, BPMN + "timeDuration").text = "P9D"
        reminder = self._add(task, "userTask", "remind")
        self._flow(event, reminder, "late_out")
        self._flow(reminder, self._add(task, "endEvent", "reminded"), "reminded_in")
