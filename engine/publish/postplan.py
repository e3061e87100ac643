"""The plan of an office's posts: what keeps them apart, coloured by who is proposed for them."""

from collections.abc import Mapping

from engine.model.wording import say
from engine.verify.staffing.posts import PostGraph, PostPair
from engine.verify.staffing.proposal import Proposal

from . import style
from .graphs import STATUTORY, WAIVABLE
from .relations import DOTTED, Knot, Picture, Stroke, Tie

#: Kinds of line, in the order of the legend.
_LINES = {
    "statutory": STATUTORY,
    "waivable": WAIVABLE,
    "in-case": Stroke(style.QUIET, width=0.4),
    "waived": Stroke(style.TERMINAL[1], DOTTED),
}


def post_plan(graph: PostGraph, proposal: Proposal | None, names: Mapping[str, str]) -> Picture:
    """The graph of posts; the officer's name stands below each, so colour alone says nothing.

    Parameters
    ----------
    proposal : None leaves the posts without a name, white and dashed.
    names : the officers' names, by id.
    """
    posts = proposal.posts if proposal else {}
    officers = [officer for officer, held in posts.items() if held]
    waived = {pair.posts for pair in proposal.waivers} if proposal else set()
    knots = []
    for post in graph.posts:
        found = [officer for officer in officers if post in posts[officer]]
        fill = style.OFFICERS[officers.index(found[0]) % len(style.OFFICERS)] if found else ""
        knots.append(
            Knot(
                name=post,
                lines=(post, "、".join(names[officer] for officer in found))[: 1 + bool(found)],
                fill=fill or style.WHITE,
                stroke=style.NAVY,
                dashed=not found,
            )
        )
    note = "note" if proposal else "none"
    return Picture(
        title=say("staff.graph.title"),
        note=say(f"staff.graph.{note}", posts=len(knots), officers=len(officers)),
        knots=tuple(knots),
        ties=tuple(Tie(ends=p.posts, stroke=_LINES[_kind(p, waived)]) for p in graph.pairs),
        legend=tuple((say(f"staff.graph.{kind}"), stroke) for kind, stroke in _LINES.items()),
        engine="circo",
        attributes=(("mindist", "1.1"), ("splines", "true")),
    )


def _kind(pair: PostPair, waived: set[tuple[str, str]]) -> str:
    if pair.waiver or pair.posts in waived:
        return "waived"
    if not pair.incompatible:
        return "in-case"
    return "statutory" if pair.statutory else "waivable"
