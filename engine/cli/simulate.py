"""``qingdan simulate``: walk a procedure in the terminal; no store is touched."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import click

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.model.errors import QingdanError
from engine.model.procedure import FieldType, FormField, Procedure
from engine.model.wording import say
from engine.runtime import Choice, FormInvalid, OpenKind, Simulation

from .form import form_option

#: Gives the answer to a question.
Ask = Callable[[str], str]


@click.command(help=say("run.simulate.help"))
@click.argument("item", metavar=say("run.simulate.item"))
@click.option(
    "--processes",
    multiple=True,
    type=click.Path(path_type=Path),
    help=say("run.simulate.processes"),
)
@click.option("--answers", type=click.File(encoding="utf-8"), help=say("run.simulate.answers"))
@click.option(
    "--replay", "which", is_flag=False, flag_value="", metavar="WHICH", help=say("replay.option")
)
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="FILE", help=say("replay.roster")
)
@form_option(say("replay.format"))
@click.pass_context
def simulate(
    ctx: click.Context,
    item: str,
    processes: tuple[Path, ...],
    answers: TextIO | None,
    which: str | None,
    roster: Path | None,
    form: str,
) -> None:
    if which is not None:
        from .replay import Asked, replay

        if answers is not None:
            raise click.UsageError(say("replay.no-answers"))
        asked = Asked(item=item, processes=processes, roster=roster, which=which, form=form)
        ctx.exit(replay(asked))
    if roster is not None or form != "text":
        raise click.UsageError(say("replay.only-replay"))
    library, procedure = _procedure(item, processes)
    simulation = Simulation(library, procedure.id, load_controls())
    click.echo(say("run.simulate.start", title=procedure.title))
    _walk(simulation, _prompt if answers is None else _scripted(answers), "")
    click.echo(say("run.simulate.end"))


def _procedure(item: str, processes: tuple[Path, ...]) -> tuple[Library, Procedure]:
    """The procedure a path or a name stands for, and what it belongs with."""
    from .replay import is_path, main_procedure

    if not is_path(item):
        library = Library.load(processes or None)
        return library, library.find(item)
    from engine.verify.check import load_for_check

    library, documents = load_for_check((item, *processes))
    return library, main_procedure(next(d for d in documents if Path(d.path) == Path(item)))


def _prompt(question: str) -> str:
    answer = click.prompt(question, default="", show_default=False)
    return str(answer)


def _scripted(answers: TextIO) -> Ask:
    """Answers from lines, one for each question; lines that begin with ``#`` are skipped."""
    lines: Iterator[str] = (
        line.rstrip("\r\n") for line in answers if not line.lstrip().startswith("#")
    )

    def ask(question: str) -> str:
        answer = next(lines, None)
        if answer is None:
            raise QingdanError(say("run.simulate.no-answer", question=question))
        click.echo(f"{question}: {answer}")
        return answer

    return ask


def _walk(simulation: Simulation, ask: Ask, indent: str) -> None:
    while not simulation.finished:
        choice = _choose(simulation, ask, indent)
        if choice.due is not None:
            click.echo(
                indent
                + say(
                    "run.simulate.timer", name=choice.asked.name, due=f"{choice.due:%Y-%m-%d %H:%M}"
                )
            )
            simulation.wait(choice)
        elif choice.kind is OpenKind.CHILDREN:
            _walk_children(simulation, choice, ask, indent)
        else:
            _do(simulation, choice, ask, indent)


def _choose(simulation: Simulation, ask: Ask, indent: str) -> Choice:
    choices = simulation.choices()
    if not choices:
        raise QingdanError(say("run.simulate.stuck"))
    if len(choices) == 1:
        return choices[0]
    for number, choice in enumerate(choices, 1):
        until = f"{choice.due:%Y-%m-%d %H:%M}" if choice.due else choice.asked.post
        click.echo(f"{indent}  {number}. {choice.asked.name}（{until}）")
    while True:
        answer = ask(indent + say("run.simulate.which")).strip() or "1"
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        click.echo(indent + say("run.simulate.no-such-choice", count=len(choices)))


def _walk_children(simulation: Simulation, choice: Choice, ask: Ask, indent: str) -> None:
    children = simulation.children(choice)
    click.echo(indent + say("run.simulate.children", name=choice.asked.name, count=len(children)))
    for number, child in enumerate(children, 1):
        click.echo(indent + say("run.simulate.child", number=number))
        _walk(child, ask, indent + "  ")
    simulation.collect(choice, children)


def _do(simulation: Simulation, choice: Choice, ask: Ask, indent: str) -> None:
    asked = choice.asked
    duty = simulation.controls.duties.get(asked.duty)
    click.echo(f"\n{indent}【{asked.name}】")
    who = "run.simulate.records" if asked.external else "run.simulate.does"
    click.echo(
        indent
        + say(
            who,
            post=asked.post or say("run.simulate.anybody"),
            party=asked.party,
            duty=duty.name if duty else "—",
            limit=asked.limit or "—",
        )
    )
    if asked.guide:
        click.echo(indent + say("run.simulate.guide", guide=asked.guide))
    while True:
        values: dict[str, str] = {}
        files: dict[str, str] = {}
        for field in asked.fields:
            target = files if field.type is FieldType.FILE else values
            target[field.name] = _answer(field, ask, indent)
        try:
            simulation.fill(choice, values, files)
        except FormInvalid as invalid:
            for problem in invalid.problems.values():
                click.echo(f"{indent}  ! {problem}")
        else:
            return


def _answer(field: FormField, ask: Ask, indent: str) -> str:
    mark = "*" if field.required else ""
    label = f"{indent}  {field.label}{mark}"
    if field.type is FieldType.TABLE:
        columns = "，".join(column.label for column in field.columns)
        click.echo(say("run.simulate.table", label=label, columns=columns))
        rows: list[str] = []
        while row := ask(f"{indent}  {len(rows) + 1}").strip():
            rows.append(row.replace("，", ","))
        return "\n".join(rows)
    hints = ["|".join(field.options), field.unit, field.default and f"={field.default}"]
    hint = "，".join(filter(None, hints))
    return ask(f"{label}（{hint}）" if hint else label) or field.default
