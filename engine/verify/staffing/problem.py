"""The question: which steps, which officers, who may do what, which constraints.

Belongs here: the problem as it is asked, checked, and as a list of constraints.
Does not: solving it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.model.errors import QingdanError
from engine.model.wording import say

#: What a constraint demands; see :class:`Constraint`.
Kind = Literal["authorised", "separate", "bind", "at-most", "at-least"]


class UnusableProblem(QingdanError):
    """A staffing problem that names unknown steps or officers, or is written wrongly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraint:
    """One demand on a staffing; what an explanation is made of."""

    #: ``authorised``: the step is done by one of ``officers``; ``separate``, ``bind``:
    #: two steps by different officers, by one; ``at-most``, ``at-least``: all ``steps``
    #: together by so many distinct officers.
    kind: Kind
    #: In the order of the problem.
    steps: tuple[str, ...]
    #: Who may do the step; only for ``authorised``.
    officers: tuple[str, ...] = ()
    #: How many officers; only for ``at-most`` and ``at-least``.
    count: int = 0

    def __str__(self) -> str:
        kind = "unauthorised" if self.kind == "authorised" and not self.officers else self.kind
        return say(
            f"staffing.constraint.{kind}",
            steps="”“".join(map(str, self.steps)),
            officers="、".join(map(str, self.officers)),
            count=self.count,
        )


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Steps to be done, one officer each, under constraints (workflow satisfiability).

    Raises
    ------
    UnusableProblem
        A name that is not listed or listed twice, or a constraint of the wrong form.

    Examples
    --------
    >>> problem = Problem(
    ...     steps=["accept", "approve"], officers=["zhang"], authorised={"zhang": {"accept"}}
    ... )
    >>> [str(constraint) for constraint in problem.constraints]
    ['“accept”只能由zhang办理', '“approve”没有人可以办理']
    """

    #: Every one is to be done.
    steps: Collection[str]
    officers: Collection[str]
    #: What each officer may do; an officer left out may do nothing.
    authorised: Mapping[str, AbstractSet[str]]
    #: Pairs that two different officers do.
    separate: Collection[tuple[str, str]] = ()
    #: Pairs that one officer does.
    bind: Collection[tuple[str, str]] = ()
    #: No more than so many distinct officers do these steps.
    at_most: Collection[tuple[int, AbstractSet[str]]] = ()
    #: No fewer than so many distinct officers do these steps.
    at_least: Collection[tuple[int, AbstractSet[str]]] = ()
    #: All of it, one by one, none twice.
    constraints: tuple[Constraint, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("steps", "officers"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        for name in ("separate", "bind", "at_most", "at_least"):
            where = say(f"staffing.where.{name.replace('_', '-')}")
            object.__setattr__(self, name, _listed(where, getattr(self, name)))
        object.__setattr__(self, "constraints", tuple(dict.fromkeys(self._constraints())))

    def _constraints(self) -> Iterator[Constraint]:
        position = {step: number for number, step in enumerate(self.steps)}
        yield from self._authorisations(position)
        for pair in self.separate:
            yield Constraint(kind="separate", steps=_pair("separate", pair, position))
        for pair in self.bind:
            yield Constraint(kind="bind", steps=_pair("bind", pair, position))
        for row in self.at_most:
            count, steps = _counted("at-most", row, position)
            yield Constraint(kind="at-most", steps=steps, count=count)
        for row in self.at_least:
            count, steps = _counted("at-least", row, position)
            yield Constraint(kind="at-least", steps=steps, count=count)

    def _authorisations(self, position: Mapping[str, int]) -> Iterator[Constraint]:
        officers_of: dict[str, list[str]] = {step: [] for step in self.steps}
        listed = frozenset(self.officers)
        if not isinstance(self.authorised, Mapping):
            raise UnusableProblem(say("staffing.not-a-mapping", value=self.authorised))
        for officer in self.authorised:
            if officer not in listed:
                where = say("staffing.where.authorised", officer=officer)
                raise _unknown(where, "officer", officer)
        for officer in self.officers:
            steps = self.authorised.get(officer, frozenset())
            where = say("staffing.where.authorised", officer=officer)
            for step in _known(where, steps, position):
                officers_of[step].append(officer)
        for step, officers in officers_of.items():
            yield Constraint(kind="authorised", steps=(step,), officers=tuple(officers))

    def only(self, constraints: Iterable[Constraint]) -> "Problem":
        """The same steps and officers under these constraints alone.

        A step whose authorisation is not among them may be done by any officer.
        """
        kept = tuple(constraints)
        free = dict.fromkeys(self.steps, tuple(self.officers))
        free |= {c.steps[0]: c.officers for c in kept if c.kind == "authorised"}
        authorised: dict[str, set[str]] = {officer: set() for officer in self.officers}
        for step, officers in free.items():
            for officer in officers:
                authorised[officer].add(step)
        return Problem(
            steps=self.steps,
            officers=self.officers,
            authorised=authorised,
            separate=[(c.steps[0], c.steps[-1]) for c in kept if c.kind == "separate"],
            bind=[(c.steps[0], c.steps[-1]) for c in kept if c.kind == "bind"],
            at_most=[(c.count, frozenset(c.steps)) for c in kept if c.kind == "at-most"],
            at_least=[(c.count, frozenset(c.steps)) for c in kept if c.kind == "at-least"],
        )


def _listed(what: str, values: object) -> tuple[Any, ...]:
    """What a list or set holds."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise UnusableProblem(say("staffing.not-a-list", what=what, value=values))
    return tuple(values)


def _distinct(where: str, names: tuple[Any, ...]) -> set[Any]:
    """The names, each once."""
    try:
        return set(names)
    except TypeError as error:  # a list or mapping instead of a name
        value = "、".join(map(str, names))
        raise UnusableProblem(say("staffing.not-a-name", where=where, value=value)) from error


def _names(what: str, names: Iterable[str]) -> tuple[str, ...]:
    """Names in a stable order, each once."""
    where = say(f"staffing.what.{what}")
    listed = _listed(where, names)
    _distinct(where, listed)
    seen: set[str] = set()
    for name in listed:
        if name in seen:
            raise UnusableProblem(
                say("staffing.twice", what=say(f"staffing.what.{what}"), name=name)
            )
        seen.add(name)
    return tuple(sorted(listed)) if isinstance(names, AbstractSet) else listed


def _unknown(where: str, what: str, name: str) -> UnusableProblem:
    what = say(f"staffing.what.{what}")
    return UnusableProblem(say("staffing.unknown", where=where, what=what, name=name))


def _known(where: str, steps: Iterable[str], position: Mapping[str, int]) -> tuple[str, ...]:
    """Listed steps in the order of the problem, each once."""
    named = _distinct(where, _listed(where, steps))
    for step in named:
        if step not in position:
            raise _unknown(where, "step", step)
    return tuple(sorted(named, key=position.__getitem__))


def _pair(kind: str, pair: tuple[str, str], position: Mapping[str, int]) -> tuple[str, ...]:
    where = say(f"staffing.where.{kind}")
    if isinstance(pair, str) or not isinstance(pair, Collection) or len(pair) != 2:
        raise UnusableProblem(say("staffing.not-a-pair", where=where, value=pair))
    return _known(where, pair, position)


def _counted(
    kind: str, row: tuple[int, AbstractSet[str]], position: Mapping[str, int]
) -> tuple[int, tuple[str, ...]]:
    where = say(f"staffing.where.{kind}")
    if isinstance(row, str) or not isinstance(row, Collection) or len(row) != 2:
        raise UnusableProblem(say("staffing.not-a-row", where=where, value=row))
    count, steps = row
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise UnusableProblem(say("staffing.not-a-count", where=where, value=count))
    return count, _known(where, steps, position)
