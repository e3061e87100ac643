"""The command's entry: options all commands share, and where each command lives.

Commands are imported only when called, so that ``qingdan --help`` stays fast.
"""

import sys
from importlib import import_module

import click

from engine.model.errors import QingdanError
from engine.model.wording import say

from .helptext import Formatter
from .usage import told

#: Command → module that holds a click command of that name (its one-line help is the
#: entry ``cli.help.<command>`` of the catalogue). A string, not an import: commands that
#: serve pages live in ``web``, which stands beside this layer.
COMMANDS = {
    "batch": "engine.cli.batch",
    "calendar": "engine.cli.calendar",
    "case": "engine.cli.case",
    "check": "engine.cli.check",
    "db": "engine.cli.db",
    "demo": "web.demo",
    "edit": "engine.cli.edit",
    "explore": "engine.cli.explore",
    "journal": "engine.cli.journal",
    "layout": "engine.cli.layout",
    "office": "engine.cli.office",
    "publish": "engine.cli.publish",
    "rules": "engine.cli.rules",
    "schema": "engine.cli.schema",
    "serve": "web.serve",
    "simulate": "engine.cli.simulate",
    "staff": "engine.cli.staff",
}


click.Context.formatter_class = Formatter


class _Lazy(click.Group):
    """A group that knows its commands by name and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("help.commands")):
            formatter.write_dl([(name, say(f"cli.help.{name}")) for name in sorted(COMMANDS)])


@click.command(cls=_Lazy, context_settings={"auto_envvar_prefix": "QINGDAN"})
@click.version_option(package_name="qingdan", help=say("help.version"))
def qingdan() -> None:
    """权责清单的流程：画一次，证明、执行、上墙。"""


def main() -> None:
    """Run the command; a refusal is one line on stderr for each problem, and an exit code."""
    try:
        code = qingdan.main(prog_name="qingdan", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except QingdanError as error:
        for line in error.lines():
            click.echo(f"qingdan: {line}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.UsageError as error:
        click.echo(f"qingdan: {told(error, tuple(COMMANDS))}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"qingdan: {error.format_message()}", err=True)
        sys.exit(2)
    except click.Abort:
        click.echo("", err=True)
        sys.exit(130)
