"""A day as a parameter of a command."""

from datetime import date

import click

from engine.model.wording import say


class _Day(click.ParamType[date]):
    """A day written as 2027-01-01."""

    name = "DATE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(say("cli.bad-date", text=value), param, ctx)


DAY = _Day()
