"""What a roster can and cannot do: every item, everyone's absence, and better rosters.

Belongs here: all that ``qingdan staff`` knows, before it is worded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.model.office import Officer, Waiver
from engine.model.procedure import Procedure
from engine.verify.subject import Bench, ProcedureSubject

from .absence import stopping_absences
from .finish import Unknown, Verdict, finish, needed_waivers
from .item import ItemProblem, item_problem
from .posts import PostGraph, post_graph
from .proposal import Proposal, Shortage, propose, shortage

#: Sizes of offices whose waivers are always worth knowing.
SMALL = (2, 3)


@dataclass(frozen=True, kw_only=True)
class ItemOutlook:
    """One item under one roster."""

    problem: ItemProblem
    #: On the day, without those on leave.
    verdict: Verdict
    #: Once everybody is back.
    lasting: Verdict
    #: Waivers without which it could not be done.
    waivers: tuple[Waiver, ...]
    #: Minimal sets of officers without whom it cannot be done, as far as was asked;
    #: leave does not count.
    stopping: tuple[frozenset[str], ...] | Unknown

    @property
    def procedure(self) -> Procedure:
        """The item's procedure."""
        return self.problem.procedure


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """All items under one roster on one day."""

    bench: Bench
    subjects: tuple[ProcedureSubject, ...]
    items: tuple[ItemOutlook, ...]
    #: How many officers were thought away at once.
    most: int

    @property
    def officers(self) -> tuple[Officer, ...]:
        """Everybody on the roster."""
        return self.bench.roster.officers if self.bench.roster else ()

    @cached_property
    def stopped(self) -> Mapping[tuple[str, ...], tuple[Procedure, ...]]:
        """Items that stop, by the officers who are absent together; smallest sets first.

        Officers stand in the order of the roster. Items that cannot be done anyway
        are left out.
        """
        place = {officer.id: number for number, officer in enumerate(self.officers)}
        found: dict[tuple[str, ...], list[Procedure]] = {}
        for item in self.items:
            for absent in () if isinstance(item.stopping, Unknown) else item.stopping:
                if absent:
                    key = tuple(sorted(absent, key=place.__getitem__))
                    found.setdefault(key, []).append(item.procedure)
        order = sorted(found, key=lambda key: (len(key), [place[officer] for officer in key]))
        return {key: tuple(found[key]) for key in order}


@dataclass(frozen=True, kw_only=True)
class Advice:
    """How the posts of an office could be dealt out."""

    #: Posts kept apart by incompatibility and by the items.
    graph: PostGraph
    #: Posts kept apart by incompatibility alone.
    posts_alone: PostGraph
    #: Offices too small for incompatible posts, and for the items as well.
    short_of_posts: tuple[Shortage, ...]
    short_of_items: tuple[Shortage, ...]
    #: None where no lawful waiver makes the officers enough.
    proposal: Proposal | None


def look(bench: Bench, subjects: Iterable[ProcedureSubject], most: int) -> Outlook:
    """Judge every item.

    Parameters
    ----------
    most : how many officers are thought away at once; 0 for none.
    """
    chosen = tuple(subjects)
    items = tuple(_outlook(item_problem(subject), most) for subject in chosen)
    return Outlook(bench=bench, subjects=chosen, items=items, most=most)


def _outlook(item: ItemProblem, most: int) -> ItemOutlook:
    lasting = finish(item)
    verdict = finish(item, absent=item.on_leave) if item.on_leave else lasting
    return ItemOutlook(
        problem=item,
        verdict=verdict,
        lasting=lasting,
        waivers=needed_waivers(item),
        stopping=stopping_absences(item, most),
    )


def advise(outlook: Outlook) -> Advice:
    """The fewest officers, the fewest waivers for fewer, and a proposal for those there are."""
    graph = post_graph(outlook.bench, [item.problem for item in outlook.items])
    alone = graph.only_posts()
    sizes = sorted({*SMALL, len(outlook.officers)})
    return Advice(
        graph=graph,
        posts_alone=alone,
        short_of_posts=tuple(_short(alone, sizes)),
        short_of_items=tuple(_short(graph, sizes)),
        proposal=propose(outlook.bench, graph, outlook.subjects),
    )


def _short(graph: PostGraph, sizes: Iterable[int]) -> Iterable[Shortage]:
    enough = graph.fewest
    return (shortage(graph, size) for size in sizes if enough is None or 0 < size < enough)
