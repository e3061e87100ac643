"""The moves of every spot of a plan: what BPMN says tokens may do.

A task without anything on its boundary is one indivisible move: whether another
move falls between its start and its end changes nothing that is told apart here.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product

from engine.model.procedure import Trigger
from engine.model.wording import say

from .block import Block, every, leaf
from .gather import Gather
from .net import Net
from .plan import Edge, Handler, Plan, Role, Scope, Spot
from .throw import Catcher, catcher, caught

#: Most exits of an inclusive split that are played out.
MAX_SOME = 12


def compile_plan(plan: Plan) -> Net:
    """The token game of a plan."""
    net = Net(plan)
    compiler = _Compiler(plan, net)
    for scope in plan.scopes():
        for spot in scope.spots:
            compiler.spot(spot)
        for handler in scope.handlers:
            compiler.handler(scope, handler)
    root = plan.root
    net.add(needs=net.alive(root), forbids=net.busy(root), clears=net.everything)
    return net


class _Compiler:
    def __init__(self, plan: Plan, net: Net) -> None:
        self.plan = plan
        self.net = net
        #: Catchers that fire only when thrown to.
        self.caught: set[Catcher] = caught(plan)

    def spot(self, spot: Spot) -> None:
        """Add the moves of one spot."""
        roles = {
            Role.PASS: self._pass,
            Role.MERGE: self._merge,
            Role.CHOICE: self._choice,
            Role.JOIN: self._join,
            Role.FORK: self._join,
            Role.GATHER: self._gather,
            Role.SOME: self._some,
            Role.BOUNDARY: self._boundary,
        }
        roles[spot.role](spot)

    # gateways --------------------------------------------------------------

    def _merge(self, spot: Spot) -> None:
        puts = self.net.edges(spot.outs)
        for edge in spot.ins:
            self.net.add(needs=self.net.edges([edge]), puts=puts, spot=spot, block=spot.block)

    def _choice(self, spot: Spot) -> None:
        for edge in spot.outs:
            for forbids, puts in self._taken(edge):
                self.net.add(
                    needs=self.net.edges(spot.ins),
                    forbids=forbids,
                    puts=puts,
                    spot=spot,
                    block=spot.block,
                )

    def _taken(self, edge: Edge) -> Iterator[tuple[int, int]]:
        """What must be absent, and what is put, when an exit is taken: once per value of facts."""
        values = self.plan.values
        allowed = [
            [(key, value) for value in sorted(values[key] - out)]
            for key, out in edge.excludes.items()
        ]
        if edge.fact is not None:
            allowed = [[edge.fact]]
        for chosen in product(*allowed):
            forbids, puts = 0, self.net.edges([edge])
            for key, value in chosen:
                forbids |= self.net.excluded(key, [value])
                puts |= self.net.excluded(key, values[key] - {value})
            yield forbids, puts

    def _join(self, spot: Spot) -> None:
        net = self.net
        if spot.ins:
            net.add(
                needs=net.edges(spot.ins), puts=net.edges(spot.outs), spot=spot, block=spot.block
            )

    def _gather(self, spot: Spot) -> None:
        net = self.net
        upstream = {net.edges([edge]): self._upstream(spot, edge) for edge in spot.ins}
        gather = Gather(upstream)
        net.add(
            needs=0,
            clears=gather.entrances,
            puts=net.edges(spot.outs),
            spot=spot,
            block=spot.block,
            gather=gather,
        )

    def _upstream(self, join: Spot, edge: Edge) -> int:
        """The bits from which a path leads to ``edge`` without passing the join."""
        mask, seen, waiting = 0, {edge}, [edge]
        while waiting:
            edge = waiting.pop()
            mask |= self.net.edges([edge])
            spot = edge.source
            if spot is not None and spot.role is Role.BOUNDARY:
                spot = spot.host
            if spot is None or spot is join:
                continue
            mask |= self.net.held(spot)
            new = [e for e in spot.ins if e not in seen]
            seen.update(new)
            waiting.extend(new)
        return mask

    def _some(self, spot: Spot) -> None:
        always = self.net.edges(e for e in spot.outs if e.is_always)
        default = [e for e in spot.outs if e.is_default]
        chosen = [e for e in spot.outs if not (e.is_always or e.is_default)]
        if len(chosen) > MAX_SOME:
            self.plan.unsupported.append(
                say("behaviour.unsupported.wide", element=spot.label, cap=MAX_SOME)
            )
            return
        for size in range(len(chosen) + 1):
            if not size and not default and not always:
                continue
            for some in combinations(chosen, size):
                self.net.add(
                    needs=self.net.edges(spot.ins),
                    puts=always | self.net.edges(some or default),
                    spot=spot,
                    block=spot.block,
                )

    # activities and events ---------------------------------------------------

    def _pass(self, spot: Spot) -> None:
        net = self.net
        held = net.held(spot) and spot.throws is None
        for edge in spot.ins:
            needs = net.edges([edge])
            if spot.optional:
                net.add(needs=needs, puts=net.edges(spot.outs), spot=spot)
            if spot.throws is not None:
                self._throw(spot, needs)
            elif held:
                self._begin(spot, needs, net.uncertain(spot.forgets))
            else:
                self._instant(spot, needs)
        if held:
            self._finish(spot)

    def _instant(self, spot: Spot, needs: int) -> None:
        """A task that at most something interrupting sits on."""
        net = self.net
        clears = net.uncertain(spot.forgets)
        ways = [(spot.block, net.edges(spot.outs))]
        ways += [
            (every([spot.block, b.block]), net.edges(b.outs))
            for b in spot.boundaries
            if b not in self.caught
        ]
        for block, puts in ways:
            net.add(needs=needs, clears=clears, puts=puts, spot=spot, block=block)

    def _begin(self, spot: Spot, needs: int, clears: int, forbids: int = 0) -> None:
        """Start what has something inside, or something not interrupting on its boundary."""
        net, body = self.net, spot.body
        puts = net.held(spot) | sum(net.armed(b) for b in spot.boundaries)
        if body is not None:
            puts |= net.begin(body)
            clears |= self._local_facts(body)
        net.add(
            needs=needs,
            forbids=forbids,
            clears=clears,
            puts=puts,
            spot=spot,
            block=spot.block,
        )

    def _finish(self, spot: Spot) -> None:
        """End such an activity, or do it once more."""
        net = self.net
        held = net.held(spot)
        forbids = net.busy(spot.body) if spot.body is not None else 0
        clears = net.whole(spot) & ~forbids & ~held
        net.add(needs=held, forbids=forbids, clears=clears, puts=net.edges(spot.outs), spot=spot)
        if spot.repeats:
            self._begin(spot, held, clears, forbids)

    def _local_facts(self, body: Scope) -> int:
        """The bits of facts that each instance of a multi-instance decides for itself."""
        space = body.key_spaces[-1]
        if body.parent is not None and body.parent.key_spaces[-1] == space:
            return 0
        return self.net.uncertain(key for key in self.plan.values if key.startswith(space))

    def _boundary(self, spot: Spot) -> None:
        net, host = self.net, spot.host
        if host is None or spot in self.caught or not net.held(host):
            return
        held, puts = net.held(host), net.edges(spot.outs)
        if spot.node is None or spot.node.interrupting:
            net.add(needs=held, clears=net.whole(host), puts=puts, spot=spot, block=spot.block)
            return
        net.add(
            needs=held | net.armed(spot),
            forbids=self._own(spot),
            puts=held | puts,
            spot=spot,
            block=spot.block,
        )

    def _own(self, boundary: Spot) -> int:
        """The bits only this boundary event leads to: its path, while one is under way."""
        scope = boundary.scope
        elsewhere = self._reached([scope.entry] if scope.entry else [], boundary)
        return self._reached(boundary.outs, None) & ~elsewhere

    def _reached(self, edges: Iterable[Edge], but: Spot | None) -> int:
        """The bits tokens on ``edges`` may come to, not counting one boundary event."""
        waiting = list(edges)
        seen, mask = set(waiting), 0
        while waiting:
            edge = waiting.pop()
            mask |= self.net.edges([edge])
            spot = edge.target
            if spot is None:
                continue
            mask |= self.net.whole(spot)
            ways = [*spot.outs, *(e for b in spot.boundaries if b is not but for e in b.outs)]
            new = [e for e in ways if e not in seen]
            seen.update(new)
            waiting.extend(new)
        return mask

    # scopes ------------------------------------------------------------------

    def handler(self, scope: Scope, handler: Handler) -> None:
        """An event sub-process: its trigger and, where it does not interrupt, its end."""
        net, body = self.net, handler.body
        alive = net.alive(body)
        if handler not in self.caught:
            net.add(
                needs=net.alive(scope),
                forbids=net.interrupted(scope) | alive,
                clears=net.region(scope) if handler.interrupting else 0,
                puts=net.alive(scope) | net.begin(body),
                block=leaf(handler.label),
            )
        if not handler.interrupting:
            net.add(needs=alive, forbids=net.busy(body), clears=net.region(body))

    def _throw(self, spot: Spot, needs: int) -> None:
        net = self.net
        assert spot.throws is not None
        plain = net.edges(spot.outs)
        if spot.throws.trigger is Trigger.TERMINATE:
            net.add(needs=needs, clears=net.region(spot.scope), spot=spot, block=spot.block)
            return
        found = catcher(spot)
        if found is None:
            fatal = spot.throws.trigger is not Trigger.ESCALATION
            clears = net.everything if fatal else 0
            net.add(
                needs=needs,
                clears=clears,
                puts=0 if fatal else plain,
                spot=spot,
                block=spot.block,
            )
            return
        scope, catching = found
        if isinstance(catching, Handler):
            interrupting = catching.interrupting
            then: Block
            clears, busy = net.region(scope), net.alive(catching.body)
            puts, then = net.begin(catching.body), leaf(catching.label)
        else:
            assert catching.host is not None
            interrupting = catching.node is None or catching.node.interrupting
            clears, busy = net.whole(catching.host), self._own(catching)
            puts, then = net.edges(catching.outs), catching.block
        self._catch(spot, needs, (clears, 0) if interrupting else (0, busy), puts, then)
        if not interrupting:
            net.add(needs=needs, puts=plain, spot=spot, block=spot.block)

    def _catch(
        self, spot: Spot, needs: int, effect: tuple[int, int], puts: int, block: Block
    ) -> None:
        clears, forbids = effect
        if not clears:
            puts |= self.net.edges(spot.outs)
        self.net.add(
            needs=needs,
            forbids=forbids,
            clears=clears,
            puts=puts,
            spot=spot,
            block=every([spot.block, block]),
        )
