"""``qingdan rules``: every rule of ``qingdan check``, for people and for tools."""

import json
from typing import Any

import click

from engine.model.wording import say

from .form import form_option


@click.command(help=say("check.rules.help"))
@form_option(say("check.command.format"))
def rules(form: str) -> None:
    from engine.verify.rules import all_rules

    if form == "json":
        click.echo(json.dumps({"rules": _rows()}, ensure_ascii=False, indent=2))
        return
    width = max(len(rule.id) for rule in all_rules())
    for rule in all_rules():
        click.echo(f"{rule.id:<{width}}  {rule.severity:<8}{rule.summary}")


def _rows() -> list[dict[str, Any]]:
    """The stable form: sorted by id; ``judges`` tells what the rule looks at."""
    from engine.verify.catalogue import sections
    from engine.verify.rules import all_rules

    return [
        {
            "id": rule.id,
            "severity": rule.severity.value,
            "draft": rule.draft.value,
            "basis": rule.basis,
            "judges": rule.judges.__name__.removesuffix("Subject").lower(),
            "summary": rule.summary,
            "text": sections(rule),
        }
        for rule in all_rules()
    ]
