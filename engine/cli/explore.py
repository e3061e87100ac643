"""``qingdan explore``: what the runs of one file can do, on plain BPMN as well."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.model.wording import say

from .form import form_option

if TYPE_CHECKING:
    from engine.model.procedure import Procedure
    from engine.verify import Behaviour

#: Faults of reading that leave parts of the diagram out.
_BREAKING = {"dangling-reference", "duplicate-id", "missing-part"}
#: Most maximal runs shown as text.
_SHOWN_RUNS = 20
#: Most pairs of one verdict shown as text.
_SHOWN_PAIRS = 100
#: Most pairs written as JSON; a procedure of more than 2,000 steps has more.
_MAX_PAIRS = 2_000_000


@click.command(help=say("behaviour.command.help"))
@click.argument("file", type=click.Path(path_type=Path))
@form_option(say("behaviour.command.format"))
@click.option(
    "--states",
    type=click.IntRange(min=1),
    default=200_000,
    show_default=True,
    help=say("behaviour.command.states"),
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0),
    default=20.0,
    show_default=True,
    help=say("behaviour.command.seconds"),
)
@click.pass_context
def explore(ctx: click.Context, file: Path, form: str, states: int, seconds: float) -> None:
    from engine import verify
    from engine.bpmn.reader import read_file

    document = read_file(file)
    called = _called(document.procedures)
    entries = [p for p in document.procedures if p.id not in called] or document.procedures[:1]
    broken = any(
        f.rule in _BREAKING and f.facts.get("what") != "definitions" for f in document.faults
    )
    if broken or not entries:
        click.echo(say("behaviour.command.broken", file=file), err=True)
    if not entries:
        ctx.exit(1)
    callees = _callees(file, document.procedures)
    behaviour = verify.explore(
        entries[0],
        callees,
        verify.Limits(states=states, seconds=seconds),
    )
    if form == "json":
        click.echo(json.dumps(as_json(behaviour), ensure_ascii=False, indent=2))
    else:
        for line in _lines(behaviour, file, _Names(callees.values())):
            click.echo(line)
    ctx.exit(0 if behaviour.soundness.sound is True and not broken else 1)


def _called(procedures: "Iterable[Procedure]") -> set[str]:
    return {n.called for p in procedures for n in p.nodes.values() if n.called}


def _callees(file: Path, procedures: "tuple[Procedure, ...]") -> "Mapping[str, Procedure]":
    """What the file's processes may call: its own, those beside it, the shipped ones."""
    from engine.bpmn.library import Library, shipped_directory

    own = {procedure.id: procedure for procedure in reversed(procedures)}
    if _called(procedures) <= own.keys():
        return own
    others = Library.load([*sorted(file.parent.glob("*.bpmn")), shipped_directory()])
    return {**others.procedures, **own}


def as_json(behaviour: "Behaviour") -> dict[str, Any]:
    """The stable, sorted form of ``--format json``."""
    runs = behaviour.maximal_runs
    pairs = behaviour.pairs
    fits = len(pairs) <= _MAX_PAIRS
    return {
        "states": behaviour.states,
        "sound": behaviour.soundness.sound,
        "faults": [
            {
                "kind": fault.kind,
                "elements": list(fault.elements),
                "line": fault.line,
                "message": fault.message,
                "witness": list(fault.witness),
            }
            for fault in behaviour.soundness.faults
        ],
        "unknown_reason": behaviour.unknown_reason,
        "steps": list(behaviour.steps),
        "pairs": sorted([*sorted(p), verdict] for p, verdict in pairs.items()) if fits else None,
        "pairs_reason": None if fits else say("behaviour.limit.pairs", cap=_MAX_PAIRS),
        "maximal_runs": None if runs is None else sorted(sorted(run) for run in runs),
        "maximal_runs_reason": behaviour.maximal_runs_reason,
    }


class _Names:
    """What elements are called in the text form: by name, with the id where names repeat."""

    def __init__(self, procedures: "Iterable[Procedure]") -> None:
        self._name = {n.id: n.name for p in procedures for n in p.nodes.values() if n.name}
        self._times = Counter(self._name.values())

    def of(self, element: str) -> str:
        """The name of one element; its id where it has none."""
        name = self._name.get(element.rpartition("/")[2])
        if name is None:
            return element
        return name if self._times[name] == 1 else f"{name}（{element}）"


def _lines(behaviour: "Behaviour", file: Path, names: _Names) -> Iterator[str]:
    """The text form."""
    sound = behaviour.soundness.sound
    yield say(
        "behaviour.shown.head",
        steps=len(behaviour.steps),
        states=behaviour.states,
        sound=say(f"behaviour.shown.sound.{str(sound).lower()}"),
    )
    if behaviour.unknown_reason is not None:
        yield say("behaviour.shown.unknown", reason=behaviour.unknown_reason)
    for fault in behaviour.soundness.faults:
        where = f"{file}:{fault.line}" if fault.line is not None else str(file)
        yield f"{where} {fault.kind} {fault.message}"
        if fault.witness:
            yield "  " + say(
                "behaviour.shown.witness", run=" → ".join(map(names.of, fault.witness))
            )
    for verdict in ("may", "never", "unknown"):
        yield from _pairs(behaviour, verdict, names)
    if behaviour.maximal_runs is None:
        yield say("behaviour.shown.no-runs", reason=behaviour.maximal_runs_reason)
        return
    yield say("behaviour.shown.runs", count=len(behaviour.maximal_runs))
    for run in behaviour.maximal_runs[:_SHOWN_RUNS]:
        yield "  " + "、".join(names.of(step) for step in behaviour.steps if step in run)


def _pairs(behaviour: "Behaviour", verdict: str, names: _Names) -> Iterator[str]:
    """How many pairs have a verdict, and the first of those that a designer may doubt."""
    count = behaviour.pairs.count(verdict)
    if not count:
        return
    yield say(f"behaviour.shown.pairs.{verdict}", count=count)
    if verdict != "may":
        found = (pair for pair, met in behaviour.pairs.items() if met == verdict)
        yield from ("  " + " – ".join(map(names.of, pair)) for pair in islice(found, _SHOWN_PAIRS))
        if count > _SHOWN_PAIRS:
            yield "  " + say("behaviour.shown.more-pairs", count=count - _SHOWN_PAIRS)
