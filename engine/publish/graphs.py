"""The graphs an office prints: incompatible posts, and which procedures call which."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from engine.bpmn.library import Library
from engine.model.controls import Controls
from engine.model.wording import say

from . import style
from .press import write_sheet
from .relations import DASHED, Knot, Picture, Stroke, Tie, draw

#: Lines of pairs that a statute forbids, and of those it does not.
STATUTORY = Stroke(style.RED)
WAIVABLE = Stroke(style.RISK["中"], DASHED)
_CALL = Stroke(style.FLOW)
_MISSING = Stroke(style.RED, DASHED)


def conflict_graph(controls: Controls) -> Picture:
    """Incompatible posts: statutory pairs solid red, waivable ones dashed orange."""
    posts = [post for post in controls.posts.values() if not post.external]
    ties = tuple(
        Tie(
            ends=_in_order([post.name for post in posts], conflict.posts),
            stroke=STATUTORY if conflict.statutory else WAIVABLE,
        )
        for conflict in controls.post_conflicts
    )
    tied = {end for tie in ties for end in tie.ends}
    knots = tuple(
        Knot(
            name=post.name,
            lines=(post.name,),
            fill=style.HEAD if post.name in tied else style.WHITE,
            stroke=style.NAVY if post.name in tied else style.QUIET,
            dashed=post.name not in tied,
        )
        for post in posts
    )
    return Picture(
        title=say("publish.graph.conflicts"),
        note=say("publish.graph.pairs", pairs=len(ties), alone=len(knots) - len(tied)),
        knots=knots,
        ties=ties,
        legend=(
            (say("publish.graph.statutory"), STATUTORY),
            (say("publish.graph.waivable"), WAIVABLE),
        ),
        engine="circo",
        attributes=(("mindist", "1.1"), ("splines", "true")),
    )


def _in_order(names: Sequence[str], pair: frozenset[str]) -> tuple[str, str]:
    first, second = sorted(pair, key=names.index)
    return first, second


def call_graph(library: Library) -> Picture:
    """Which procedures call which; a missing one is dashed red."""
    known = library.procedures
    items = {procedure.id for procedure in library.items()}
    knots: dict[str, Knot] = {}
    ties: dict[tuple[str, str], Tie] = {}
    for procedure in known.values():
        code = (procedure.item.code,) if procedure.item else ()
        fill = style.HEAD if code else style.WHITE
        knots[procedure.id] = Knot(
            name=procedure.id,
            lines=(*code, procedure.title),
            fill=fill,
            stroke=style.NAVY,
            part=not code,
        )
        for called in dict.fromkeys(n.called for n in procedure.nodes.values() if n.called):
            ends = (procedure.id, called)
            stroke = _CALL if called in known else _MISSING
            ties[ends] = Tie(ends=ends, stroke=stroke, arrow=True)
    for _, called in ties:
        if called not in knots:
            lines = (say("publish.graph.missing"), called)
            missing = Knot(
                name=called, lines=lines, fill=style.WHITE, stroke=style.RED, dashed=True
            )
            knots[called] = missing
    facts = {"items": len(items), "parts": len(known) - len(items), "calls": len(ties)}
    return Picture(
        title=say("publish.graph.calls"),
        note=say("publish.graph.counted", **facts),
        knots=tuple(knots.values()),
        ties=tuple(ties.values()),
        legend=((say("publish.graph.call"), _CALL),),
        engine="dot",
        attributes=(("nodesep", "0.4"), ("ranksep", "0.7"), ("rankdir", "LR")),
    )


def graph_files(
    library: Library, controls: Controls, out: Path, formats: Sequence[str]
) -> Iterator[Path]:
    """Write both graphs in every format; yields each path once it is written."""
    days = [procedure.item.effective_from for procedure in library.items() if procedure.item]
    for picture in (conflict_graph(controls), call_graph(library)):
        sheet = draw(picture, "", max(days, default=date(2000, 1, 1)))
        yield from write_sheet(sheet, out, picture.title, formats)
