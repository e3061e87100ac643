"""What an open place of a procedure asks of the office: post, duty, form, limit."""

from dataclasses import dataclass

from engine.model.controls import Controls
from engine.model.item import TimeLimit
from engine.model.procedure import FieldType, FormField, Step
from engine.model.signing import Signing

from .program import Program

_NO_STEP = Step()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One node as the office sees it."""

    name: str
    duty: str
    #: Canonical post that takes or records it; empty: any post of the office.
    post: str
    external: bool
    #: Outside party of an external step, else empty.
    party: str
    guide: str
    limit: TimeLimit | None
    #: Limit the law sets this very step, or None.
    statutory: TimeLimit | None
    #: Least number of officers who do it together.
    persons: int
    #: How as many officers sign it; None where they do it together.
    sign: Signing | None
    fields: tuple[FormField, ...]
    #: Names of the fields that take a file.
    files: frozenset[str]
    #: The field signers decide by; None where it is not signed.
    ballot: FormField | None


class _Places(dict[str, tuple[Controls, Place]]):
    """Places of a program by path, with the controls they were read with."""

    def __init__(self, _program: Program) -> None:
        super().__init__()


def place(program: Program, controls: Controls, path: str) -> Place:
    """The place a path names; a called process without lanes inherits its call's post."""
    known = program.once(_Places)
    found = known.get(path)
    if found is None or found[0] is not controls:
        found = known[path] = controls, _place(program, controls, path)
    return found[1]


def _place(program: Program, controls: Controls, path: str) -> Place:
    chain = program.chain(path)
    node = chain[-1][1]
    step = node.step or _NO_STEP
    posts = [procedure.post_of(inner) for procedure, inner in reversed(chain)]
    written = next(filter(None, posts), "")
    post = controls.post(written)
    outside = post is not None and post.external
    external = step.external or outside
    doer = controls.canonical(written)
    if external:
        doer = controls.canonical(step.recorder) or ("" if outside else doer)
    return Place(
        name=node.label,
        duty=step.duty,
        post=doer,
        external=external,
        party=written if external else "",
        guide=step.guide,
        limit=step.limit,
        statutory=step.statutory,
        persons=1 if external else step.persons,
        sign=None if external else step.sign,
        fields=step.fields,
        files=frozenset(field.name for field in step.fields if field.type is FieldType.FILE),
        ballot=step.ballot if step.sign and not external else None,
    )


def fields_of(program: Program) -> tuple[FormField, ...]:
    """Every field of every step of a program, each name once, tables included."""
    found: dict[str, FormField] = {}
    for step in program.steps():
        for field in step.fields:
            found.setdefault(field.name, field)
    return tuple(found.values())
