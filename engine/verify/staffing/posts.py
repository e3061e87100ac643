"""Which posts of an office one officer must not hold together, and how few officers do.

Two levels: incompatible posts bind appointments; steps of one case that conflict bind
the posts that do them. Every post is thought of as held by one officer, who does all
its steps; a post that one officer cannot do alone has as many holders as it needs.

Belongs here: the graph of posts, the fewest officers, the fewest waivers. Does not:
who gets which post (:mod:`.proposal`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from engine.model.office import Waiver
from engine.verify.subject import Bench

from .answer import Staffing
from .item import ItemProblem, Restriction, avoiding
from .optimise import alternatives, fewest_officers
from .problem import Problem

#: Most sets of waivers that are listed for one number of officers.
MAX_SETS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class PostPair:
    """Two posts one officer must not hold, or must not use in one case."""

    #: Proper names, in the order of the posts.
    posts: tuple[str, str]
    #: Whether the posts themselves are incompatible; else only steps of one case are.
    incompatible: bool
    #: True when a statute forbids it: it cannot be waived.
    statutory: bool
    #: The sources, each once.
    bases: tuple[str, ...]
    #: A waiver in force that covers all of it, or None.
    waiver: Waiver | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverSet:
    """As few pairs of posts as can be, without which so many officers suffice."""

    pairs: tuple[PostPair, ...]

    @property
    def is_lawful(self) -> bool:
        """Whether every pair may be waived."""
        return not any(pair.statutory for pair in self.pairs)


@dataclass(frozen=True, kw_only=True)
class PostGraph:
    """The posts an office needs, and what keeps them apart."""

    #: Post of each holder: ``post`` for the first of a post, ``post#2`` for the second.
    holders: Mapping[str, str]
    #: Holder of every seat of the items, by code or id of the item and id of the seat.
    seats: Mapping[tuple[str, str], str]
    #: In the order of the posts.
    pairs: tuple[PostPair, ...]
    #: Holders the items want to be one officer.
    bound: tuple[tuple[str, str], ...]

    @cached_property
    def posts(self) -> tuple[str, ...]:
        """The posts, in the order of the shared table."""
        return tuple(dict.fromkeys(self.holders.values()))

    @cached_property
    def alone(self) -> tuple[str, ...]:
        """Posts without any pair: whoever is there may hold them."""
        paired = {post for pair in self.pairs for post in pair.posts}
        return tuple(post for post in self.posts if post not in paired)

    def only_posts(self) -> "PostGraph":
        """The same posts, kept apart by incompatibility alone: no item counts."""
        return PostGraph(
            holders={post: post for post in self.posts},
            seats={},
            pairs=tuple(pair for pair in self.pairs if pair.incompatible),
            bound=(),
        )

    def problem(
        self,
        officers: Iterable[str],
        *,
        relatives: Iterable[tuple[str, str]] = (),
        waived: Iterable[PostPair] = (),
    ) -> Problem:
        """Staffing the holders by officers who may all hold anything.

        Pairs with a waiver in force, and those of ``waived``, do not count. Of two
        relatives one gets nothing: an office is one chain of command.
        """
        gone = {pair.posts for pair in waived}
        separate = [ends for pair, ends in self._ends() if pair.posts not in gone]
        listed = tuple(officers)
        authorised = {officer: set(self.holders) for officer in listed}
        idle = []
        for pair in relatives:
            step = avoiding(pair)
            idle.append(step)
            separate += [(step, holder) for holder in self.holders]
            for officer in pair:
                authorised[officer].add(step)
        return Problem(
            steps=[*self.holders, *idle],
            officers=listed,
            authorised=authorised,
            separate=[*separate, *self._colleagues()],
            bind=self.bound,
        )

    def _ends(self) -> Iterator[tuple[PostPair, tuple[str, str]]]:
        of_post: dict[str, list[str]] = {}
        for holder, post in self.holders.items():
            of_post.setdefault(post, []).append(holder)
        for pair in self.pairs:
            if pair.waiver is None:
                one, other = pair.posts
                yield from ((pair, (a, b)) for a in of_post[one] for b in of_post[other])

    def _colleagues(self) -> Iterator[tuple[str, str]]:
        """Holders of one post are several persons."""
        for holder, post in self.holders.items():
            if holder != post:
                number = int(holder.removeprefix(f"{post}#"))
                yield from ((holder, other) for other in _names(post, number - 1))

    @cached_property
    def fewest(self) -> int | None:
        """The least number of officers; None where no number is enough."""
        officers = [str(number) for number in range(len(self.holders))]
        answer = fewest_officers(self.problem(officers))
        return len(set(answer.officer_of.values())) if isinstance(answer, Staffing) else None

    def waivers_for(
        self,
        officers: Iterable[str],
        *,
        lawful: bool,
        relatives: Iterable[tuple[str, str]] = (),
    ) -> tuple[WaiverSet, ...]:
        """The smallest sets of pairs to waive so that these officers are enough.

        Parameters
        ----------
        lawful : whether only pairs that no statute forbids may be waived.

        Returns
        -------
        Empty where no waiver helps.
        """
        problem = self.problem(officers, relatives=relatives)
        pair_of = {ends: pair for pair, ends in self._ends() if not (lawful and pair.statutory)}
        found: dict[tuple[tuple[str, str], ...], WaiverSet] = {}
        for waivers in islice(alternatives(problem, tuple(pair_of)), MAX_SETS):
            pairs = {pair_of[ends].posts for ends in waivers.pairs}
            chosen = tuple(pair for pair in self.pairs if pair.posts in pairs)
            found[tuple(pair.posts for pair in chosen)] = WaiverSet(pairs=chosen)
        return tuple(found[posts] for posts in sorted(found))


def _names(post: str, count: int) -> list[str]:
    return [post, *(f"{post}#{number}" for number in range(2, count + 1))]


def post_graph(bench: Bench, items: Iterable[ItemProblem]) -> PostGraph:
    """The graph of the posts that the items need or an officer of the roster holds.

    Posts that only oversee the office are left out unless an item needs them.

    Parameters
    ----------
    bench : whose controls, roster and day count.
    """
    items = tuple(items)
    held = {
        bench.post(post)
        for officer in (bench.roster.officers if bench.roster else ())
        for post in officer.posts_on(bench.today)
    }
    posts = [post for post in bench.controls.posts.values() if not post.external]
    overseeing = {post.name for post in posts if post.oversees}
    wanted = held - overseeing | {seat.post for item in items for seat in item.seats.values()}
    order = {post.name: number for number, post in enumerate(posts) if post.name in wanted}
    shares = [_shares(item, order) for item in items]
    count = dict.fromkeys(order, 1)
    for share in shares:
        for seat, number in share.items():
            count[seat[1]] = max(count[seat[1]], number + 1)
    seats = {
        (item.procedure.id, seat): _names(post, number + 1)[-1]
        for item, share in zip(items, shares, strict=True)
        for (seat, post), number in share.items()
    }
    return PostGraph(
        holders={name: post for post in order for name in _names(post, count[post])},
        seats=seats,
        pairs=tuple(_pairs(bench, items, order)),
        bound=tuple(_bound(items, seats)),
    )


def _shares(item: ItemProblem, posts: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """For each seat and its post, which of the post's holders takes it."""
    of_post: dict[str, list[str]] = {}
    for seat in item.seats.values():
        if seat.post in posts:
            of_post.setdefault(seat.post, []).append(seat.id)
    shares: dict[tuple[str, str], int] = {}
    for post, seats in of_post.items():
        inside = [
            rule.seats
            for rule in item.restrictions
            if rule.kind != "bind" and rule.waiver is None and set(rule.seats) <= set(seats)
        ]
        officers = [str(number) for number in range(len(seats))]
        problem = Problem(
            steps=seats,
            officers=officers,
            authorised=dict.fromkeys(officers, frozenset(seats)),
            separate=inside,
        )
        answer = fewest_officers(problem) if inside else None
        numbers: dict[str, int] = {}
        for seat_id in seats:
            officer = answer.officer_of[seat_id] if isinstance(answer, Staffing) else ""
            shares[seat_id, post] = numbers.setdefault(officer, len(numbers))
    return shares


def _bound(
    items: Iterable[ItemProblem], seats: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    for item in items:
        for rule in item.restrictions:
            for pair in item.person_by_person(rule) if rule.kind == "bind" else ():
                one, other = (seats.get((item.procedure.id, seat)) for seat in pair)
                if one and other and one != other:
                    yield one, other


def _pairs(
    bench: Bench, items: Iterable[ItemProblem], order: Mapping[str, int]
) -> Iterator[PostPair]:
    found: dict[tuple[str, str], list[Restriction]] = {}
    for item in items:
        for rule in item.restrictions:
            one, other = (item.seats[seat].post for seat in rule.seats)
            if rule.kind in ("duty", "separate") and {one, other} <= order.keys() and one != other:
                found.setdefault(_in_order((one, other), order), []).append(rule)
    conflicts = {
        _in_order(tuple(conflict.posts), order): conflict
        for conflict in bench.controls.post_conflicts
        if conflict.posts <= order.keys()
    }
    for posts in sorted({*found, *conflicts}, key=lambda pair: (order[pair[0]], order[pair[1]])):
        conflict, rules = conflicts.get(posts), found.get(posts, [])
        bases = [conflict.basis] if conflict else []
        bases += [rule.basis for rule in rules if rule.basis]
        waiver = bench.waiver(posts) if conflict else rules[0].waiver
        yield PostPair(
            posts=posts,
            incompatible=conflict is not None,
            statutory=any(part.statutory for part in (*rules, conflict) if part),
            bases=tuple(dict.fromkeys(bases)),
            waiver=waiver if all(rule.waiver for rule in rules) else None,
        )


def _in_order(pair: tuple[str, ...], order: Mapping[str, int]) -> tuple[str, str]:
    first, second = sorted(pair, key=order.__getitem__)
    return first, second
