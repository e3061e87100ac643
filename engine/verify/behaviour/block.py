"""Blocks: parts of a procedure with one entry and one exit, reduced to an algebra.

A block always finishes, so it acts as one indivisible step of the token game;
what can happen inside it is computed here without tokens. Step sets are
Python-int bit masks over the steps of the whole behaviour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, product
from operator import or_

#: Blocks nested deeper than this are left to the token game: recursion stays shallow.
MAX_HEIGHT = 100

#: Sequences longer than this are nested, not flattened: adding to them stays cheap.
MAX_FLAT = 64

Run = tuple[str, ...]


class TooMany(Exception):
    """More maximal step sets than the caller wants to see."""


@dataclass(frozen=True, slots=True)
class Block:
    """What all blocks know of themselves."""

    #: Steps that occur in it.
    steps: int
    #: Nesting depth.
    height: int
    #: A shortest run through it, as node ids.
    shortest: Run

    def mark(self, rows: list[int]) -> None:
        """Set in ``rows[s]`` every step that some single pass executes together with ``s``."""

    def run(self, wanted: int) -> Run | None:
        """A shortest run through it that executes all ``wanted`` steps (at most two)."""
        return self.shortest if not wanted else None

    def does(self, wanted: int) -> bool:
        """Whether some pass executes all ``wanted`` steps."""
        return not wanted & ~self.steps

    def family(self, cap: int) -> frozenset[int]:
        """The maximal step sets of its runs; raises :class:`TooMany` above ``cap``."""
        return frozenset({0})


@dataclass(frozen=True, slots=True)
class Leaf(Block):
    """One node; ``steps`` has one bit for a step, none for a gateway or event."""

    def run(self, wanted: int) -> Run | None:
        return self.shortest if not wanted & ~self.steps else None

    def family(self, cap: int) -> frozenset[int]:
        return frozenset({self.steps})


def leaf(label: str, step: int = 0) -> Leaf:
    """The block of one node; an empty label stays out of runs."""
    return Leaf(steps=step, height=0, shortest=(label,) if label else ())


#: The block in which nothing happens.
EMPTY = leaf("")


@dataclass(frozen=True, slots=True)
class _Compound(Block):
    parts: tuple[Block, ...]

    def mark(self, rows: list[int]) -> None:
        for part in self.parts:
            part.mark(rows)


class _Across(_Compound):
    """Parts that share no step and can all be executed in one pass."""

    __slots__ = ()

    def mark(self, rows: list[int]) -> None:
        _Compound.mark(self, rows)
        for part in self.parts:
            for step in bits(part.steps):
                rows[step] |= self.steps & ~part.steps

    def run(self, wanted: int) -> Run | None:
        if wanted & ~self.steps:
            return None
        if not wanted:
            return self.shortest
        runs = [part.run(wanted & part.steps) for part in self._passed(wanted)]
        return None if None in runs else tuple(node for run in runs if run for node in run)

    def _passed(self, wanted: int) -> Iterable[Block]:
        """The parts a shortest run goes through."""
        return self.parts

    def does(self, wanted: int) -> bool:
        return not wanted & ~self.steps and all(
            part.does(wanted & part.steps) for part in self.parts
        )

    def family(self, cap: int) -> frozenset[int]:
        return combine([part.family(cap) for part in self.parts], cap)


class All(_Across):
    """Every part is executed: one after the other, or in parallel."""

    __slots__ = ()


class One(_Compound):
    """Exactly one part is executed."""

    __slots__ = ()

    def run(self, wanted: int) -> Run | None:
        if not wanted:
            return self.shortest
        return shorter(part.run(wanted) for part in self.parts if not wanted & ~part.steps)

    def does(self, wanted: int) -> bool:
        return not wanted or any(part.does(wanted) for part in self.parts)

    def family(self, cap: int) -> frozenset[int]:
        return maximal((s for part in self.parts for s in part.family(cap)), cap)


class Some(_Across):
    """Any parts but not none are executed."""

    __slots__ = ()

    def _passed(self, wanted: int) -> Iterable[Block]:
        return (part for part in self.parts if wanted & part.steps)


class Repeat(_Compound):
    """The first part, then any number of times: the second part and the first again."""

    __slots__ = ()

    def mark(self, rows: list[int]) -> None:
        for step in bits(self.steps):
            rows[step] |= self.steps

    def run(self, wanted: int) -> Run | None:
        if wanted & ~self.steps:
            return None
        if not wanted:
            return self.shortest
        return shorter(
            run for rounds in range(3) for run in self._runs(list(single_bits(wanted)), rounds)
        )

    def _runs(self, wanted: list[int], rounds: int) -> Iterable[Run | None]:
        """Runs of so many extra rounds, by the place each wanted step is executed in."""
        places = [self.parts[0]] + [self.parts[1], self.parts[0]] * rounds
        for chosen in product(range(len(places)), repeat=len(wanted)):
            run: list[str] = []
            for number, place in enumerate(places):
                here = sum(w for w, at in zip(wanted, chosen, strict=True) if at == number)
                passed = place.run(here)
                if passed is None:
                    break
                run.extend(passed)
            else:
                yield tuple(run)

    def family(self, cap: int) -> frozenset[int]:
        return frozenset({self.steps})


def every(parts: Sequence[Block]) -> Block:
    """All of ``parts``, nested sequences flattened."""
    flat: list[Block] = []
    for part in parts:
        if part is EMPTY:
            continue
        if type(part) is All and len(part.parts) <= MAX_FLAT:
            flat.extend(part.parts)
        else:
            flat.append(part)
    if len(flat) < 2:
        return flat[0] if flat else EMPTY
    return All(
        steps=_union(flat),
        height=_height(flat),
        shortest=tuple(chain.from_iterable(part.shortest for part in flat)),
        parts=tuple(flat),
    )


def one_of(parts: Sequence[Block]) -> Block:
    """Exactly one of ``parts``."""
    return One(
        steps=_union(parts),
        height=_height(parts),
        shortest=min((part.shortest for part in parts), key=len),
        parts=tuple(parts),
    )


def some_of(parts: Sequence[Block]) -> Block:
    """At least one of ``parts``."""
    return Some(
        steps=_union(parts),
        height=_height(parts),
        shortest=min((part.shortest for part in parts), key=len),
        parts=tuple(parts),
    )


def repeat(body: Block, back: Block) -> Block:
    """``body``, then ``back`` and ``body`` any number of times."""
    parts = (body, back)
    return Repeat(steps=_union(parts), height=_height(parts), shortest=body.shortest, parts=parts)


def bits(mask: int) -> Iterable[int]:
    """Numbers of the bits set, ascending."""
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1
        mask ^= bit


def single_bits(mask: int) -> Iterable[int]:
    """Masks of one bit each, ascending."""
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def shorter(runs: Iterable[Run | None]) -> Run | None:
    """The shortest of the runs there are."""
    return min((run for run in runs if run is not None), key=len, default=None)


def maximal(sets: Iterable[int], cap: int) -> frozenset[int]:
    """The sets that no other contains; raises :class:`TooMany` above ``cap``."""
    kept: list[int] = []
    holders: dict[int, int] = {}
    for mask in sorted(set(sets), key=int.bit_count, reverse=True):
        around = (1 << len(kept)) - 1
        for bit in single_bits(mask):
            around &= holders.get(bit, 0)
            if not around:
                break
        if around:
            continue
        for bit in single_bits(mask):
            holders[bit] = holders.get(bit, 0) | 1 << len(kept)
        kept.append(mask)
        if len(kept) > cap:
            raise TooMany
    return frozenset(kept)


def combine(families: Iterable[frozenset[int]], cap: int) -> frozenset[int]:
    """The unions of one set from each family; the families share no step."""
    result = frozenset({0})
    for family in families:
        if len(result) * len(family) > cap:
            raise TooMany
        result = frozenset(a | b for a in result for b in family)
    return result


def _union(parts: Iterable[Block]) -> int:
    return reduce(or_, (part.steps for part in parts), 0)


def _height(parts: Iterable[Block]) -> int:
    return 1 + max(part.height for part in parts)
