"""How few officers do, what fewer need waived, and a proposal: as text a director reads."""

from collections.abc import Iterator, Sequence

from engine.model.wording import say
from engine.verify.staffing.outlook import Advice, Outlook
from engine.verify.staffing.posts import PostGraph, PostPair
from engine.verify.staffing.proposal import Proposal, Shortage

#: Most sets of waivers that are shown for one size of office.
_SETS = 4
_NUMBERS = "二三四"
_INDENT = "　　"


def advice_lines(advice: Advice, outlook: Outlook) -> Iterator[str]:
    """The section of advice; its number follows those of the sections before it."""
    yield say("staff.advice.title", number=_NUMBERS[min(outlook.most, 2)])
    for line in _sections(advice, outlook):
        yield _INDENT + line


def _sections(advice: Advice, outlook: Outlook) -> Iterator[str]:
    alone, count = advice.posts_alone.alone, len(advice.graph.posts)
    if alone:
        yield say("staff.advice.posts", count=count, alone=len(alone), names="、".join(alone))
    else:
        yield say("staff.advice.posts-none", count=count)
    yield _fewest("by-posts", advice.posts_alone)
    yield from _short(advice.short_of_posts)
    yield _fewest("by-items", advice.graph, items=len(outlook.items))
    yield from _short(advice.short_of_items)
    if advice.proposal is None:
        yield say("staff.advice.impossible", count=len(outlook.officers))
    else:
        yield from _proposal(advice.proposal, outlook)


def _fewest(key: str, graph: PostGraph, **facts: object) -> str:
    if graph.fewest is None:
        return say("staff.advice.no-number")
    covered = sum(pair.waiver is not None for pair in graph.pairs)
    return say(
        f"staff.advice.{key}",
        pairs=len(graph.pairs),
        waived=say("staff.advice.waived", count=covered) if covered else "",
        fewest=graph.fewest,
        **facts,
    )


def _short(shortages: Sequence[Shortage]) -> Iterator[str]:
    for shortage in shortages:
        lawful, count = shortage.lawful, shortage.officers
        if not lawful:
            yield say(f"staff.advice.short-{'law' if shortage.least else 'none'}", count=count)
            continue
        unlawful = sum(not found.is_lawful for found in shortage.least)
        only = say("staff.advice.one", pairs=_pairs(lawful[0].pairs))
        yield say(
            "staff.advice.short",
            count=count,
            number=len(lawful[0].pairs),
            sets=only if len(lawful) == 1 else say("staff.advice.any"),
            unlawful=say("staff.advice.fewer", count=unlawful) if unlawful else "",
        )
        for number, found in enumerate(lawful[:_SETS], 1) if len(lawful) > 1 else ():
            yield say("staff.advice.set", number=number, pairs=_pairs(found.pairs))
        if len(lawful) > _SETS:
            yield say("staff.advice.and-more", count=len(lawful))


def _pairs(pairs: Sequence[PostPair]) -> str:
    named = (say("staff.advice.pair", one=p.posts[0], other=p.posts[1]) for p in pairs)
    return "、".join(named)


def _proposal(proposal: Proposal, outlook: Outlook) -> Iterator[str]:
    yield say("staff.advice.office", count=len(outlook.officers))
    bench = outlook.bench
    for officer in outlook.officers:
        held = set(map(bench.post, officer.posts_on(bench.today)))
        posts = [
            post if post in held else say("staff.advice.new", post=post)
            for post in proposal.posts[officer.id]
        ]
        key = "row" if posts else "spare"
        facts = {"posts": "、".join(posts), "steps": proposal.load[officer.id]}
        yield _INDENT + say(f"staff.advice.{key}", name=officer.name, **facts)
    if proposal.waivers:
        yield say("staff.advice.waive", pairs=_pairs(proposal.waivers))
    if proposal.unfinished:
        yield say("staff.advice.unproved", items="、".join(proposal.unfinished))
    else:
        yield say("staff.advice.proved")
