"""``qingdan schema``: the definition of the extension elements, for other tools."""

import click

from engine.model.wording import say


@click.command(help=say("format.command.help"))
@click.argument("form", type=click.Choice(("xsd", "moddle", "markdown")))
def schema(form: str) -> None:
    from engine.bpmn import export

    written = {"xsd": export.xsd, "moddle": export.moddle, "markdown": export.page}[form]()
    # Bytes: the terminal's encoding must not change what the XSD declares.
    click.echo(written.encode(), nl=False)
