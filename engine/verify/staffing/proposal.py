"""Who should hold which post: a proposal that balances the load and can do every item."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.model.office import Appointment, Roster, Waiver
from engine.verify.subject import Bench, ProcedureSubject

from .answer import Infeasible
from .finish import Staffed, finish
from .item import item_problem
from .optimise import balance
from .posts import PostGraph, PostPair, WaiverSet
from .problem import Problem


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Posts for the officers of a roster."""

    #: Posts by officer, in the order of roster and posts; empty for one who gets none.
    posts: Mapping[str, tuple[str, ...]]
    #: Steps of the items each officer would do.
    load: Mapping[str, int]
    #: Pairs that have to be waived for it first.
    waivers: tuple[PostPair, ...]
    #: Titles of items this would still not finish.
    unfinished: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """An office of fewer officers than the posts want."""

    officers: int
    #: The smallest sets of pairs to waive, whatever a statute says.
    least: tuple[WaiverSet, ...]
    #: The smallest sets of pairs that no statute forbids; empty where there is none.
    lawful: tuple[WaiverSet, ...]


def shortage(graph: PostGraph, count: int) -> Shortage:
    """What so few officers would need waived."""
    officers = [str(number) for number in range(count)]
    least = graph.waivers_for(officers, lawful=False)
    lawful = tuple(found for found in least if found.is_lawful)
    return Shortage(
        officers=count,
        least=least,
        lawful=lawful or graph.waivers_for(officers, lawful=True),
    )


def propose(
    bench: Bench, graph: PostGraph, subjects: Iterable[ProcedureSubject]
) -> Proposal | None:
    """Posts for the officers of the roster; None where no lawful waiver makes them enough.

    Every post has one holder, or as many as it needs; posts and steps are spread evenly;
    then as many posts as can be stay with who holds them now. Leave does not count.
    Who does nothing but oversee the office goes on doing that.
    """
    roster = bench.roster
    if roster is None:
        return None
    overseers = _overseers(bench, roster)
    officers = [officer.id for officer in roster.officers if officer.id not in overseers]
    relatives = [a.officers for a in roster.relatives if overseers.keys().isdisjoint(a.officers)]
    if not officers:
        return None
    needed = graph.waivers_for(officers, lawful=True, relatives=relatives)
    if not needed:
        return None
    waivers = needed[0].pairs
    groups = _balanced(graph, graph.problem(officers, relatives=relatives, waived=waivers))
    held = {
        officer.id: frozenset(map(bench.post, officer.posts_on(bench.today)))
        for officer in roster.officers
        if officer.id in officers and not any(officer.id in pair for pair in relatives)
    }
    dealt = _stay(graph, groups, held)
    holders = {officer.id: dealt.get(officer.id, []) for officer in roster.officers}
    proposed = _appointed(roster, graph, holders, waivers, bench)
    return Proposal(
        posts={
            o: overseers.get(o) or tuple(graph.holders[h] for h in given)
            for o, given in holders.items()
        },
        load={o: sum(h in given for h in graph.seats.values()) for o, given in holders.items()},
        waivers=waivers,
        unfinished=tuple(_unfinished(subjects, proposed)),
    )


def _unfinished(subjects: Iterable[ProcedureSubject], roster: Roster) -> Iterator[str]:
    for subject in subjects:
        if not isinstance(finish(item_problem(replace(subject, roster=roster))), Staffed):
            yield subject.procedure.title


def _overseers(bench: Bench, roster: Roster) -> dict[str, tuple[str, ...]]:
    """The posts of those who do nothing but oversee the office."""
    posts = bench.controls.posts
    overseeing = {name for name, post in posts.items() if post.oversees}
    held = {o.id: tuple(map(bench.post, o.posts_on(bench.today))) for o in roster.officers}
    return {id_: mine for id_, mine in held.items() if mine and overseeing.issuperset(mine)}


def _balanced(graph: PostGraph, problem: Problem) -> dict[str, list[str]]:
    """Holders by officer; a holder weighs as much as it has steps, and one more."""
    seats = {"/".join(key): holder for key, holder in graph.seats.items()}
    answer = balance(
        replace(
            problem,
            steps=(*problem.steps, *seats),
            authorised={o: steps | seats.keys() for o, steps in problem.authorised.items()},
            bind=(*problem.bind, *((holder, seat) for seat, holder in seats.items())),
        )
    )
    assert not isinstance(answer, Infeasible), "its waivers were chosen so that it is not"
    groups: dict[str, list[str]] = {officer: [] for officer in problem.officers}
    for holder in graph.holders:
        groups[answer.officer_of[holder]].append(holder)
    return groups


def _stay(
    graph: PostGraph, groups: Mapping[str, list[str]], held: Mapping[str, frozenset[str]]
) -> dict[str, list[str]]:
    """The groups dealt out anew, so that as many posts as can be stay where they are.

    ``held`` names the posts of the officers who may exchange their groups.
    """
    import networkx as nx  # slow to import, and no check needs it

    market = nx.Graph()
    for officer, posts in held.items():
        for owner in held:
            stay = sum(graph.holders[holder] in posts for holder in groups[owner])
            market.add_edge(("officer", officer), ("group", owner), weight=stay)
    dealt = dict(groups)
    for one, other in nx.max_weight_matching(market, maxcardinality=True):
        (_, officer), (_, owner) = sorted((one, other), reverse=True)
        dealt[officer] = groups[owner]
    return dealt


def _appointed(
    roster: Roster,
    graph: PostGraph,
    holders: Mapping[str, list[str]],
    waivers: Iterable[PostPair],
    bench: Bench,
) -> Roster:
    """The roster as it would be: to prove the proposal by."""
    granted = tuple(
        Waiver(
            id="/".join(pair.posts),
            between=frozenset(pair.posts),
            scope="office",
            approved_by="",
            reason="",
            control="",
            until=bench.today,
        )
        for pair in waivers
    )
    officers = tuple(
        replace(
            officer,
            appointments=tuple(Appointment(post=graph.holders[h]) for h in holders[officer.id]),
        )
        for officer in roster.officers
    )
    return replace(roster, officers=officers, waivers=(*roster.waivers, *granted))
