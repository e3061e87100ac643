"""Every command that changes something carries a key, or is named here with why it needs none."""

from collections.abc import Iterator

import click

from engine.cli.main import qingdan

#: They change nothing in a database.
READING = {
    "batch reconcile", "calendar check", "calendar show", "case clock show", "case due",
    "case history", "case list", "case show", "case signatures", "case targets", "case todo",
    "check", "db verify", "edit show", "explore", "journal show", "journal verify",
    "office list", "office versions", "publish", "rules", "schema", "simulate", "staff",
}  # fmt: skip
#: They write files beside the database, whole or not at all.
FILES = {
    "db backup", "db restore", "edit add", "edit remove", "edit rename", "edit set",
    "journal export", "layout",
}  # fmt: skip
#: A second time finds nothing left to do.
NATURAL = {
    "calendar recount", "case copies", "case tick", "db upgrade",
    # A second office of the same id is refused; the passwords shown are kept nowhere.
    "office create",
}  # fmt: skip
#: They run until stopped.
SERVING = {"demo", "serve"}


def commands(command: click.Command, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name."""
    if not isinstance(command, click.Group):
        yield " ".join(names), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from commands(below, *names, name)


def test_commands_without_a_key_are_those_that_need_none() -> None:
    without = {
        name
        for name, command in commands(qingdan)
        if "--key" not in {option for each in command.params for option in each.opts}
    }
    assert without == READING | FILES | NATURAL | SERVING
