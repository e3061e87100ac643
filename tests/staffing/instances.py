"""Random staffing problems, and the truth about small ones by trying everything."""

from itertools import product
from random import Random

from engine.verify.staffing import Constraint, Problem


def small(random: Random) -> Problem:
    """Up to five steps and five officers, all kinds of constraints."""
    steps = [f"s{number}" for number in range(random.randint(1, 5))]
    officers = [f"o{number}" for number in range(random.randint(1, 5))]
    density = random.choice((0.3, 0.5, 0.7, 1.0))

    def pairs(most: int) -> list[tuple[str, str]]:
        if len(steps) < 2:
            return []
        return [tuple(random.sample(steps, 2)) for _ in range(random.randint(0, most))]

    def counts() -> list[tuple[int, set[str]]]:
        return [
            (random.randint(0, 3), set(random.sample(steps, random.randint(0, len(steps)))))
            for _ in range(random.choice((0, 0, 1, 2)))
        ]

    return Problem(
        steps=steps,
        officers=officers,
        authorised={
            officer: {step for step in steps if random.random() < density} for officer in officers
        },
        separate=pairs(4),
        bind=pairs(1),
        at_most=[(max(1, k) if random.random() < 0.9 else k, s) for k, s in counts()],
        at_least=counts(),
    )


def medium(random: Random) -> Problem:
    """Eight to fourteen steps and five to twelve officers, about half with a staffing."""
    steps = [f"s{number}" for number in range(random.randint(8, 14))]
    officers = [f"o{number}" for number in range(random.randint(5, 12))]
    density = random.uniform(0.3, 0.8)

    def pairs(most: int) -> list[tuple[str, str]]:
        return [tuple(random.sample(steps, 2)) for _ in range(random.randint(0, most))]

    def counts() -> list[tuple[int, set[str]]]:
        sets = [random.randint(3, len(steps)) for _ in range(random.randint(0, 4))]
        return [(random.randint(2, 4), set(random.sample(steps, size))) for size in sets]

    return Problem(
        steps=steps,
        officers=officers,
        authorised={
            officer: {step for step in steps if random.random() < density} for officer in officers
        },
        separate=pairs(len(steps)),
        bind=pairs(1),
        at_most=counts(),
        at_least=counts(),
    )


def is_met(constraint: Constraint, officer_of: dict[str, str]) -> bool:
    """Whether a staffing meets one constraint, by the words of its definition."""
    who = [officer_of[step] for step in constraint.steps]
    match constraint.kind:
        case "authorised":
            return who[0] in constraint.officers
        case "separate":
            return len(constraint.steps) == 2 and who[0] != who[1]
        case "bind":
            return who[0] == who[-1]
        case "at-most":
            return len(set(who)) <= constraint.count
        case "at-least":
            return len(set(who)) >= constraint.count


def staffings(problem: Problem) -> list[dict[str, str]]:
    """Every staffing there is, by trying all."""
    steps = tuple(problem.steps)
    return [
        officer_of
        for chosen in product(problem.officers, repeat=len(steps))
        if all(
            is_met(constraint, officer_of := dict(zip(steps, chosen, strict=True)))
            for constraint in problem.constraints
        )
    ]


def can_be_met(problem: Problem, constraints: tuple[Constraint, ...]) -> bool:
    """Whether some staffing meets these constraints, by trying all."""
    steps = tuple(problem.steps)
    return any(
        all(is_met(constraint, dict(zip(steps, chosen, strict=True))) for constraint in constraints)
        for chosen in product(problem.officers, repeat=len(steps))
    )
