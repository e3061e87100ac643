"""The command's entry: options all commands share, and where each command lives.

Commands are imported only when called, so that ``qingdan --help`` stays fast.
"""

import sys
from importlib import import_module

import click

from engine.model.errors import QingdanError

#: Command → module that holds a click command of that name. A string, not an import:
#: commands that serve pages live in ``web``, which stands beside this layer.
COMMANDS = {
    "case": "engine.cli.case",
    "check": "engine.cli.check",
    "demo": "web.demo",
    "layout": "engine.cli.layout",
    "publish": "engine.cli.publish",
    "serve": "web.serve",
    "simulate": "engine.cli.simulate",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=_Lazy, context_settings={"auto_envvar_prefix": "QINGDAN"})
@click.version_option(package_name="qingdan")
def qingdan() -> None:
    """权责清单的流程：画一次，证明、执行、上墙。"""


def main() -> None:
    """Run the command; every refusal is one line on stderr and an exit code."""
    try:
        qingdan(prog_name="qingdan")
    except QingdanError as error:
        click.echo(f"qingdan: {error}", err=True)
        sys.exit(error.exit_code)
