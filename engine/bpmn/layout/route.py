"""Orthogonal routing: A* over the crossings of the two axes' lines.

Two links with different targets never share a point in one direction and never
turn where another passes, so what is found can be drawn without touching.
Links to one target may join. Every link is tried again with the others in
place until nothing gets better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from .axis import Axis
from .graph import EAST, NORTH, SOUTH, WEST, Graph, Link, Spot
from .place import Placement

#: Prices in units of one bend.
BEND = 1.0
CROSSING = 4.0
#: Price of the way of one row and one step.
LENGTH = 0.2
#: Price of a path that had to overlap another: worse than anything else.
FORCED = 1000.0
#: Share of the price of the way where a link runs with others to its target.
MERGED = 0.7
#: Rounds of trying every link again.
ROUNDS = 3
#: Most links and crossing pairs tried again in one drawing.
RETRIES = 24

_OPPOSITE = {NORTH: SOUTH, EAST: WEST, SOUTH: NORTH, WEST: EAST}
#: Price of leaving and entering by a side, for portrait: north, east, south, west.
_LEAVE = (3.0, 0.15, 0.0, 0.15)
_LEAVE_BACK = (1.2, 0.0, 0.8, 0.0)
_ENTER = (0.0, 0.1, 2.5, 0.1)
_ENTER_BACK = (0.4, 0.0, 1.5, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A routed link: (x line, y line) of its turning points."""

    turns: tuple[tuple[int, int], ...]
    leave: int
    enter: int
    cost: float


class Router:
    """Routes the links of a placed graph over the lines of two axes."""

    def __init__(
        self,
        graph: Graph,
        placement: Placement,
        xs: Axis,
        ys: Axis,
        *,
        landscape: bool,
        unit: float,
    ) -> None:
        self.graph = graph
        self.landscape = landscape
        self.xs, self.ys = xs, ys
        self.nx, self.ny = len(xs.rough), len(ys.rough)
        self.price = LENGTH / unit
        self.cell = {
            spot: ((row, column) if landscape else (column, row))
            for spot, (column, row) in placement.cells.items()
        }
        self.step_x = [(b - a) * self.price for a, b in pairwise(xs.rough)]
        self.step_y = [(b - a) * self.price for a, b in pairwise(ys.rough)]
        size = self.nx * self.ny
        self.blocked = bytearray(size)
        for x, y in self.cell.values():
            for line_y in ys.through[y]:
                for line_x in xs.through[x]:
                    self.blocked[line_y * self.nx + line_x] = 1
        #: Target group of the link that passes a point level, and upright.
        self.level = [0] * size
        self.upright = [0] * size
        self.ports: dict[tuple[int, int], list[tuple[int, bool]]] = {}
        self.points: dict[str, list[int]] = {}
        self.paths: dict[str, Path] = {}
        names = {spot: number for number, spot in enumerate(graph.spots)}
        self.group = {link.flow: 2 * names[link.target] + 2 + link.back for link in graph.links}

    def run(self) -> None:
        """Route every link once, the easy ones first."""
        for link in sorted(self.graph.links, key=self._difficulty):
            self._route(link)

    def improve(self) -> None:
        """Try links again with the others in place, alone and in crossing pairs."""
        left = RETRIES
        for _ in range(ROUNDS):
            before = self.cost
            dear = [link for link in self.graph.links if self.worth(link.flow) > BEND]
            dear.sort(key=lambda link: -self.worth(link.flow))
            sets: list[tuple[Link, ...]] = [(link,) for link in dear]
            sets += [(link, other) for link in dear for other in self._crossed(link)]
            for links in sets[:left]:
                self._retry(*links)
            left -= len(sets)
            if left <= 0 or self.cost >= before - 1e-9:
                break

    def worth(self, flow: str) -> float:
        """Price of one path with its crossings: what could be saved on it."""
        return self.paths[flow].cost + CROSSING * self._meetings(self.points[flow])

    def _meetings(self, points: Sequence[int]) -> int:
        level, upright = self.level, self.upright
        return sum(1 for p in points if level[p] and upright[p] and level[p] != upright[p])

    def _crossed(self, link: Link) -> list[Link]:
        """Links that cross this one."""
        group = self.group[link.flow]
        met = set()
        for point in self.points[link.flow]:
            met |= {self.level[point], self.upright[point]} - {0, group}
        return [one for one in self.graph.links if self.group[one.flow] in met]

    def _retry(self, *links: Link) -> None:
        """Route links anew, the last first; undo what got no cheaper."""
        before = self.cost
        tables = self.level.copy(), self.upright.copy()
        ports = {key: list(users) for key, users in self.ports.items()}
        points, paths = dict(self.points), dict(self.paths)
        for link in links:
            self._release(link)
        for link in reversed(links):
            self._route(link)
        if self.cost > before - 1e-9:
            self.level, self.upright = tables
            self.ports, self.points, self.paths = ports, points, paths

    @property
    def cost(self) -> float:
        """Price of all paths and of their crossings."""
        met = sum(
            1
            for one, other in zip(self.level, self.upright, strict=True)
            if one and other and one != other
        )
        return CROSSING * met + sum(path.cost for path in self.paths.values())

    def _difficulty(self, link: Link) -> tuple[object, ...]:
        (ax, ay), (bx, by) = self.cell[link.source], self.cell[link.target]
        return (link.back, abs(ax - bx) + abs(ay - by))

    def _turned(self, prices: Sequence[float]) -> tuple[float, ...]:
        """Prices by side for this orientation: south of a portrait is east of a landscape."""
        if not self.landscape:
            return tuple(prices)
        north, east, south, west = prices
        return (east, south, west, north)

    # -- ports -----------------------------------------------------------

    def _port_points(self, spot: Spot) -> list[tuple[int, int, float]]:
        """(point, side, extra price) of every place an edge may touch the box."""
        column, row = self.cell[spot.id]
        found = []
        middle_y = self.ys.middle[row]
        seated = {(side, offset < 0) for _, side, offset in spot.guests}
        for x in self.xs.through[column]:
            offset = self.xs.offset[x]
            extra = 0.0 if offset == 0 else 1.5
            for side, y in ((NORTH, self.ys.through[row][0]), (SOUTH, self.ys.through[row][-1])):
                if offset and (side, offset < 0) in seated:
                    continue
                if side == SOUTH and spot.tagged and offset > 0:
                    continue
                found.append((y * self.nx + x, side, extra))
        for y in self.ys.through[row]:
            extra = 0.0 if y == middle_y else 1.5
            for side, x in (
                (WEST, self.xs.through[column][0]),
                (EAST, self.xs.through[column][-1]),
            ):
                found.append((y * self.nx + x, side, extra))
        return found

    def _guest_port(self, spot: Spot, guest: str) -> list[tuple[int, int, float]]:
        column, row = self.cell[spot.id]
        side, offset = next((s, o) for i, s, o in spot.guests if i == guest)
        x = min(self.xs.through[column], key=lambda line: abs(self.xs.offset[line] - offset))
        y = self.ys.through[row][0 if side == NORTH else -1]
        return [(y * self.nx + x, side, 0.0)]

    def _starts(self, link: Link) -> list[tuple[int, int, float]]:
        spot = self.graph.spots[link.source]
        if link.guest is not None:
            return self._guest_port(spot, link.guest)
        prices = self._turned(_LEAVE_BACK if link.back else _LEAVE)
        group = self.group[link.flow]
        return [
            (point, side, extra + prices[side])
            for point, side, extra in self._port_points(spot)
            if all(g == group and leaving for g, leaving in self.ports.get((point, side), ()))
        ]

    def _goals(self, link: Link) -> dict[tuple[int, int], float]:
        spot = self.graph.spots[link.target]
        prices = self._turned(_ENTER_BACK if link.back else _ENTER)
        group = self.group[link.flow]
        goals = {}
        for point, side, extra in self._port_points(spot):
            users = self.ports.get((point, side), ())
            if all(user == (group, False) for user in users):
                goals[point, _OPPOSITE[side]] = 0.0 if users else extra + prices[side]
        return goals

    # -- search ----------------------------------------------------------

    def _route(self, link: Link) -> None:
        group = self.group[link.flow]
        found = self._search(self._starts(link), self._goals(link), group, hard=True)
        if found is None:
            spots = self.graph.spots
            starts = [(p, s, e) for p, s, e in self._port_points(spots[link.source])]
            goals = {(p, _OPPOSITE[s]): e for p, s, e in self._port_points(spots[link.target])}
            found = self._search(starts, goals, group, hard=False)
        assert found is not None, link.flow
        points, leave, enter, cost = found
        self.points[link.flow] = points
        self._mark(points, group)
        self.ports.setdefault((points[0], leave), []).append((group, True))
        self.ports.setdefault((points[-1], _OPPOSITE[enter]), []).append((group, False))
        cost -= CROSSING * self._meetings(points)
        turns = self._turns(points)
        self.paths[link.flow] = Path(turns=turns, leave=leave, enter=_OPPOSITE[enter], cost=cost)

    def _turns(self, points: Sequence[int]) -> tuple[tuple[int, int], ...]:
        kept = [points[0]]
        for before, point, after in zip(points, points[1:], points[2:], strict=False):
            if point - before != after - point and not self._straight(before, point, after):
                kept.append(point)
        kept.append(points[-1])
        return tuple((p % self.nx, p // self.nx) for p in kept)

    def _straight(self, a: int, b: int, c: int) -> bool:
        nx = self.nx
        return a % nx == b % nx == c % nx or a // nx == b // nx == c // nx

    def _search(
        self,
        starts: Iterable[tuple[int, int, float]],
        goals: Mapping[tuple[int, int], float],
        group: int,
        *,
        hard: bool,
    ) -> tuple[list[int], int, int, float] | None:
        """Cheapest path from a start to a goal: (points, first and last direction, price)."""
        nx, blocked = self.nx, self.blocked
        east, south, aside_x, aside_y = self.step_x, self.step_y, self.xs.aside, self.ys.aside
        level, upright = self.level, self.upright
        steps = (-nx, 1, nx, -1)
        (away_x, left), (away_y, up) = self._away(goals)
        best: dict[int, float] = {}
        parent: dict[int, int] = {}
        heap: list[tuple[float, int]] = []
        for point, side, extra in starts:
            best[point * 4 + side] = extra
            heappush(heap, (extra, point * 4 + side))
        first = set(best)
        closed: set[int] = set()
        while heap:
            state = heappop(heap)[1]
            if state in closed:
                continue
            closed.add(state)
            point, way = state >> 2, state & 3
            cost = best[state]
            y, x = divmod(point, nx)
            if state in first:
                ways: tuple[int, ...] = (way,)
            elif blocked[point]:
                return self._trace(state, parent, cost)
            elif level[point] in (0, group) and upright[point] in (0, group):
                ways = (way, (way + 1) & 3, (way + 3) & 3)
            else:
                ways = (way,) if hard else (way, (way + 1) & 3, (way + 3) & 3)
            for turn in ways:
                if turn & 1:
                    nearer = x if turn == EAST else x - 1
                    if nearer < 0 or nearer >= nx - 1:
                        continue
                    long = east[nearer] * (1 + 0.02 * aside_y[y])
                    along, across = level, upright
                else:
                    nearer = y if turn == SOUTH else y - 1
                    if nearer < 0 or nearer >= self.ny - 1:
                        continue
                    long = south[nearer] * (1 + 0.02 * aside_x[x])
                    along, across = upright, level
                ahead = point + steps[turn]
                reached = ahead * 4 + turn
                if reached in closed:
                    continue
                new = cost + (BEND if turn != way else 0.0)
                if blocked[ahead]:
                    if (ahead, turn) not in goals or ahead * 4 + turn in first:
                        continue
                    new += goals[ahead, turn] + long
                else:
                    shared, met = along[ahead], across[ahead]
                    if shared == group:
                        long *= MERGED
                    elif shared:
                        if hard:
                            continue
                        new += FORCED
                    elif met and met != group:
                        new += CROSSING
                    new += long
                if new < best.get(reached, 1e18):
                    best[reached] = new
                    parent[reached] = state
                    ay, ax = divmod(ahead, nx)
                    dx, dy = away_x[ax], away_y[ay]
                    if turn & 1:
                        bends = 2 if dx and (turn == EAST) != left[ax] else 1 if dy else 0
                    else:
                        bends = 2 if dy and (turn == SOUTH) != up[ay] else 1 if dx else 0
                    heappush(heap, (new + dx + dy + BEND * bends, reached))
        return None

    def _away(
        self, goals: Mapping[tuple[int, int], float]
    ) -> tuple[tuple[list[float], list[bool]], tuple[list[float], list[bool]]]:
        """By x line and by y line: least price of the way still to go, and whether it is ahead."""
        across = {point % self.nx for point, _ in goals}
        down = {point // self.nx for point, _ in goals}
        found = []
        for lines, rough in ((across, self.xs.rough), (down, self.ys.rough)):
            low = min((rough[line] for line in lines), default=0.0)
            high = max((rough[line] for line in lines), default=0.0)
            away = [max(low - at, at - high, 0.0) * self.price * MERGED for at in rough]
            found.append((away, [at < low for at in rough]))
        return found[0], found[1]

    def _trace(
        self, state: int, parent: Mapping[int, int], cost: float
    ) -> tuple[list[int], int, int, float]:
        enter = state & 3
        points = [state >> 2]
        while state in parent:
            state = parent[state]
            points.append(state >> 2)
        points.reverse()
        return points, state & 3, enter, cost

    # -- occupancy -------------------------------------------------------

    def _mark(self, points: Sequence[int], group: int) -> None:
        for one, other in pairwise(points):
            table = self.level if one // self.nx == other // self.nx else self.upright
            for point in (one, other):
                if not self.blocked[point]:
                    table[point] = group

    def _release(self, link: Link) -> None:
        """Take a link off the board; links of its group that share its way stay."""
        group = self.group[link.flow]
        points = self.points.pop(link.flow)
        path = self.paths.pop(link.flow)
        for point in points:
            if self.level[point] == group:
                self.level[point] = 0
            if self.upright[point] == group:
                self.upright[point] = 0
        for key, mine in (
            ((points[0], path.leave), (group, True)),
            ((points[-1], path.enter), (group, False)),
        ):
            self.ports[key].remove(mine)
        for flow, other in self.points.items():
            if self.group[flow] == group:
                self._mark(other, group)
