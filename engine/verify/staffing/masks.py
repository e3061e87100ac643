"""A problem as bit masks: bound steps merged into tasks, officers and tasks as bits."""

from dataclasses import dataclass

from .problem import Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Masks:
    """What the search works on. A task is a set of steps that one officer must do."""

    #: Steps of each task.
    steps: tuple[tuple[str, ...], ...]
    #: Officers who may do each task, as a mask over their numbers.
    may: tuple[int, ...]
    #: Tasks that each task must not share an officer with, as a mask.
    apart: tuple[int, ...]
    #: At most so many officers on a mask of tasks.
    at_most: tuple[tuple[int, int], ...]
    #: At least so many officers on a mask of tasks.
    at_least: tuple[tuple[int, int], ...]
    officers: tuple[str, ...]

    @property
    def is_hopeless(self) -> bool:
        """Whether one demand alone can never be met."""
        return (
            not all(self.may)
            or any(apart >> task & 1 for task, apart in enumerate(self.apart))
            or any(bound == 0 and tasks for bound, tasks in self.at_most)
            or any(bound > tasks.bit_count() for bound, tasks in self.at_least)
        )


def masks(problem: Problem) -> Masks:
    """Compile a problem."""
    leader = _leaders(problem)
    number: dict[str, int] = {}
    task_of: dict[str, int] = {}
    for step in problem.steps:
        task_of[step] = number.setdefault(leader[step], len(number))
    steps: list[list[str]] = [[] for _ in number]
    may = [(1 << len(problem.officers)) - 1] * len(number)
    apart = [0] * len(number)
    bit = {officer: 1 << place for place, officer in enumerate(problem.officers)}
    counted: dict[str, list[tuple[int, int]]] = {"at-most": [], "at-least": []}
    for step, task in task_of.items():
        steps[task].append(step)
    for constraint in problem.constraints:
        tasks = [task_of[step] for step in constraint.steps]
        if constraint.kind == "authorised":
            may[tasks[0]] &= sum(bit[officer] for officer in constraint.officers)
        elif constraint.kind == "separate":
            apart[tasks[0]] |= 1 << tasks[-1]
            apart[tasks[-1]] |= 1 << tasks[0]
        elif constraint.kind != "bind":
            mask = 0
            for task in tasks:
                mask |= 1 << task
            counted[constraint.kind].append((constraint.count, mask))
    return Masks(
        steps=tuple(map(tuple, steps)),
        may=tuple(may),
        apart=tuple(apart),
        at_most=tuple(counted["at-most"]),
        at_least=tuple(counted["at-least"]),
        officers=tuple(problem.officers),
    )


def _leaders(problem: Problem) -> dict[str, str]:
    """One step to stand for all those bound to it."""
    leader = {step: step for step in problem.steps}

    def find(step: str) -> str:
        while leader[step] != step:
            leader[step] = leader[leader[step]]
            step = leader[step]
        return step

    for constraint in problem.constraints:
        if constraint.kind == "bind":
            leader[find(constraint.steps[-1])] = find(constraint.steps[0])
    return {step: find(step) for step in problem.steps}
