"""Random block trees, and the BPMN that draws them."""

from collections.abc import Callable
from random import Random

from .trees import (
    Call,
    Choice,
    Guarded,
    Inside,
    Leave,
    Loop,
    Parallel,
    Sequence,
    Task,
    Tree,
)

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:qd="urn:qingdan:bpmn:1.0" targetNamespace="t">'
    '<error id="err" name="err" errorCode="E1"/><message id="msg" name="msg"/>'
)


class Grower:
    """Grows a tree of about so many steps."""

    def __init__(self, random: Random, steps: int) -> None:
        self.random = random
        self.left = steps
        self.names = 0
        self.keys = random.random() < 0.5
        self.shared: Tree | None = None

    def name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}{self.names}"

    def tree(self) -> Tree:
        """A whole procedure."""
        if self.random.random() < 0.3:
            keys, self.keys = self.keys, False
            self.shared = self.sequence(1, facts=False, leave=())
            self.keys = keys
        return self.sequence(0, facts=self.keys, leave=("stop",))

    def sequence(self, depth: int, *, facts: bool, leave: tuple[str, ...]) -> Tree:
        length = self.random.choice((1, 1, 2, 2, 3))
        parts = [self.block(depth + 1, facts=facts, leave=leave) for _ in range(length)]
        return parts[0] if length == 1 else Sequence(tuple(parts))

    def task(self, *, facts: bool, host: bool = False) -> Task:
        self.left -= 1
        rewrites = "k" if facts and self.random.random() < 0.4 else ""
        return Task(self.name("t"), rewrites, not host and self.random.random() < 0.05)

    def block(self, depth: int, *, facts: bool, leave: tuple[str, ...]) -> Tree:
        if self.left <= 0 or depth > 5 or self.random.random() < 0.3:
            return self.task(facts=facts)
        grow: list[Callable[[int, bool, tuple[str, ...]], Tree]] = [
            self.choice,
            self.choice,
            self.parallel,
            self.parallel,
            self.loop,
            self.guarded,
            self.guarded,
            self.inside,
            self.inside,
            self.call,
        ]
        return self.random.choice(grow)(depth, facts, leave)

    def branches(self, depth: int, facts: bool, leave: tuple[str, ...]) -> tuple[Tree, ...]:
        count = self.random.choice((2, 2, 3))
        return tuple(self.sequence(depth, facts=facts, leave=leave) for _ in range(count))

    def choice(self, depth: int, facts: bool, leave: tuple[str, ...]) -> Tree:
        parts = self.branches(depth, facts, leave)
        if facts and self.random.random() < 0.6:
            return Choice(parts, key="k", default=True)
        if leave and self.random.random() < (0.8 if "error" in leave else 0.4):
            parts = (*parts[:-1], Leave(self.random.choice(leave)))
            return Choice(parts)
        if self.random.random() < 0.2:
            parts = (*parts[:-1], Sequence(()))
            return Choice(parts)
        return Choice(parts, by_event=self.random.random() < 0.3)

    def parallel(self, depth: int, facts: bool, leave: tuple[str, ...]) -> Tree:
        inclusive = self.random.random() < 0.5
        return Parallel(self.branches(depth, False, leave), inclusive)

    def loop(self, depth: int, facts: bool, leave: tuple[str, ...]) -> Tree:
        body = self.sequence(depth, facts=facts, leave=leave)
        empty = self.random.random() < 0.5
        back = Sequence(()) if empty else self.sequence(depth, facts=facts, leave=leave)
        return Loop(body, back)

    def guarded(self, depth: int, facts: bool, leave: tuple[str, ...]) -> Tree:
        host = (
            self.task(facts=facts, host=True)
            if self.random.random() < 0.5
            else self.inside(depth, facts, leave, host=True)
        )
        interrupting = self.random.random() < 0.5
        handler = self.sequence(depth + 1, facts=False, leave=())
        return Guarded(host, handler, interrupting, once=self.random.random() < 0.5)

    def inside(
        self, depth: int, facts: bool, leave: tuple[str, ...], *, host: bool = False
    ) -> Inside:
        multiple = not host and self.random.random() < 0.15
        caught = not multiple and not host and self.random.random() < 0.7
        errors = caught or ("error" in leave and not multiple)
        inner = ("error", "stop") if errors else ("stop",)
        body = self.sequence(depth, facts=facts and not multiple, leave=inner)
        event = None
        if self.random.random() < 0.2:
            event = self.sequence(depth + 1, facts=False, leave=())
        return Inside(
            self.name("sub"),
            body,
            on_error=self.sequence(depth, facts=False, leave=())
            if caught and throws(body)
            else None,
            multiple=multiple,
            event=event,
            event_interrupts=self.random.random() < 0.5,
        )

    def call(self, depth: int, facts: bool, leave: tuple[str, ...]) -> Tree:
        if self.shared is None:
            return self.task(facts=facts)
        self.left -= 1
        children = self.random.random() < 0.2
        return Call(self.name("call"), "shared", self.shared, children)


def throws(tree: Tree) -> bool:
    """Whether an error leaves the block."""
    if isinstance(tree, Leave):
        return tree.left == "error"
    if isinstance(tree, Inside) and tree.on_error is not None:
        return False
    parts = [*getattr(tree, "parts", ())]
    parts += [getattr(tree, name) for name in ("body", "back", "host") if hasattr(tree, name)]
    return any(throws(part) for part in parts)


class Drawer:
    """Writes a tree as BPMN; every block becomes one entry and one exit node."""

    def __init__(self) -> None:
        self.ids = 0

    def document(self, tree: Tree, shared: Tree | None) -> bytes:
        text = _HEAD + self.process("main", tree)
        if shared is not None:
            text += self.process("shared", shared)
        return (text + "</definitions>").encode()

    def process(self, name: str, tree: Tree) -> str:
        return f'<process id="{name}" isExecutable="true">{self.scope(tree)}</process>'

    def id(self, kind: str) -> str:
        self.ids += 1
        return f"{kind}_{self.ids}"

    def scope(self, tree: Tree, start: str = "<startEvent id='{0}'/>") -> str:
        self_start, end = self.id("start"), self.id("end")
        parts = [start.format(self_start)]
        entry, leave = self.draw(tree, parts)
        self.flow(self_start, entry, parts)
        if leave:
            parts.append(f'<endEvent id="{end}"/>')
            self.flow(leave, end, parts)
        return "".join(parts)

    def flow(self, source: str, target: str, parts: list[str], fact: str = "") -> str:
        name = self.id("flow")
        inner = ""
        if fact:
            inner = f'<extensionElements><qd:condition key="k" value="{fact}"/></extensionElements>'
        parts.append(
            f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</sequenceFlow>"
        )
        return name

    def draw(self, tree: Tree, parts: list[str]) -> tuple[str, str]:
        """Append the block's elements; its entry, and its exit or nothing."""
        method = getattr(self, f"_{type(tree).__name__.lower()}")
        entry, leave = method(tree, parts)
        return entry, leave

    def _task(self, tree: Task, parts: list[str]) -> tuple[str, str]:
        inner = ""
        if tree.rewrites:
            inner = (
                '<extensionElements><qd:step><qd:field name="f" label="f" type="text" '
                f'key="{tree.rewrites}"/></qd:step></extensionElements>'
            )
        if tree.multiple:
            inner += "<multiInstanceLoopCharacteristics/>"
        parts.append(f'<userTask id="{tree.name}">{inner}</userTask>')
        return tree.name, tree.name

    def _sequence(self, tree: Sequence, parts: list[str]) -> tuple[str, str]:
        if not tree.parts:
            node = self.id("gap")
            parts.append(f'<intermediateThrowEvent id="{node}"/>')
            return node, node
        entry, leave = self.draw(tree.parts[0], parts)
        for part in tree.parts[1:]:
            then, after = self.draw(part, parts)
            self.flow(leave, then, parts)
            leave = after
        return entry, leave

    def _choice(self, tree: Choice, parts: list[str]) -> tuple[str, str]:
        split, join = self.id("split"), self.id("join")
        kind = "eventBasedGateway" if tree.by_event else "exclusiveGateway"
        default = ""
        for number, part in enumerate(tree.parts):
            last = number == len(tree.parts) - 1
            entry, leave = self.draw(part, parts)
            if tree.by_event:
                catch = self.id("catch")
                parts.append(
                    f'<intermediateCatchEvent id="{catch}"><messageEventDefinition '
                    'messageRef="msg"/></intermediateCatchEvent>'
                )
                self.flow(catch, entry, parts)
                entry = catch
            fact = f"v{number}" if tree.key and not (last and tree.default) else ""
            flow = self.flow(split, entry, parts, fact)
            default = f' default="{flow}"' if tree.default and last else default
            if leave:
                self.flow(leave, join, parts)
        parts.append(f'<{kind} id="{split}"{default}/><exclusiveGateway id="{join}"/>')
        return split, join

    def _parallel(self, tree: Parallel, parts: list[str]) -> tuple[str, str]:
        split, join = self.id("fork"), self.id("gather")
        kind = "inclusiveGateway" if tree.inclusive else "parallelGateway"
        parts.append(f'<{kind} id="{split}"/><{kind} id="{join}"/>')
        for part in tree.parts:
            entry, leave = self.draw(part, parts)
            self.flow(split, entry, parts)
            self.flow(leave, join, parts)
        return split, join

    def _loop(self, tree: Loop, parts: list[str]) -> tuple[str, str]:
        top, bottom = self.id("top"), self.id("bottom")
        parts.append(f'<exclusiveGateway id="{top}"/><exclusiveGateway id="{bottom}"/>')
        entry, leave = self.draw(tree.body, parts)
        self.flow(top, entry, parts)
        self.flow(leave, bottom, parts)
        entry, leave = self.draw(tree.back, parts)
        self.flow(bottom, entry, parts)
        self.flow(leave, top, parts)
        return top, bottom

    def _leave(self, tree: Leave, parts: list[str]) -> tuple[str, str]:
        node = self.id("leave")
        event = (
            '<errorEventDefinition errorRef="err"/>'
            if tree.left == "error"
            else "<terminateEventDefinition/>"
        )
        parts.append(f'<endEvent id="{node}">{event}</endEvent>')
        return node, ""

    def _guarded(self, tree: Guarded, parts: list[str]) -> tuple[str, str]:
        entry, leave = self.draw(tree.host, parts)
        host = entry if isinstance(tree.host, Task) else tree.host.name
        boundary = self.id("boundary")
        event = "<messageEventDefinition/>"
        if tree.once:
            event = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
        parts.append(
            f'<boundaryEvent id="{boundary}" attachedToRef="{host}" '
            f'cancelActivity="{str(tree.interrupting).lower()}">{event}</boundaryEvent>'
        )
        then, after = self.draw(tree.handler, parts)
        self.flow(boundary, then, parts)
        join = self.id("join" if tree.interrupting else "end")
        self.flow(after, join, parts)
        if not tree.interrupting:
            parts.append(f'<endEvent id="{join}"/>')
            return entry, leave
        parts.append(f'<exclusiveGateway id="{join}"/>')
        self.flow(leave, join, parts)
        return entry, join

    def _inside(self, tree: Inside, parts: list[str]) -> tuple[str, str]:
        inner = "<multiInstanceLoopCharacteristics/>" if tree.multiple else ""
        inner += self.scope(tree.body)
        if tree.event is not None:
            interrupts = str(tree.event_interrupts).lower()
            start = (
                f"<startEvent id='{{0}}' isInterrupting='{interrupts}'>"
                "<messageEventDefinition/></startEvent>"
            )
            handler = self.scope(tree.event, start)
            inner += f'<subProcess id="{self.id("event")}" triggeredByEvent="true">{handler}'
            inner += "</subProcess>"
        parts.append(f'<subProcess id="{tree.name}">{inner}</subProcess>')
        if tree.on_error is None:
            return tree.name, tree.name
        boundary, join = self.id("caught"), self.id("join")
        parts.append(
            f'<boundaryEvent id="{boundary}" attachedToRef="{tree.name}">'
            '<errorEventDefinition errorRef="err"/></boundaryEvent>'
            f'<exclusiveGateway id="{join}"/>'
        )
        entry, leave = self.draw(tree.on_error, parts)
        self.flow(boundary, entry, parts)
        self.flow(leave, join, parts)
        self.flow(tree.name, join, parts)
        return tree.name, join

    def _call(self, tree: Call, parts: list[str]) -> tuple[str, str]:
        inner = ""
        if tree.children:
            inner = '<extensionElements><qd:children rows="r" person="n"/></extensionElements>'
        parts.append(
            f'<callActivity id="{tree.name}" calledElement="{tree.called}">{inner}</callActivity>'
        )
        return tree.name, tree.name
