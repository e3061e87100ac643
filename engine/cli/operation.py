"""Commands that do one operation of the office and show what came of it.

They differ in the operation and its options alone: each is a row of a table in the
module of its subject.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from engine.model.case import Case, WorkItem
from engine.model.clock import CaseClock
from engine.runtime import Office

from .casetext import case_text, item_text
from .form import show_result
from .options import BY, CASE, ITEM, KEY, Command, Option, with_office, work_item_at


def on_case(
    name: str,
    help_: str,
    method: str,
    *options: Option,
    show: Callable[[Office, str, str], None],
    **fixed: object,
) -> click.Command:
    """A command on a case.

    Parameters
    ----------
    method : of the office; the options are its parameters, with what is ``fixed``.
    show : prints the case in the form asked for.
    """

    def run(case_id: str, officer: str, office: Office, form: str, **given: Any) -> None:
        done = getattr(office, method)(case_id, by=officer, **given, **fixed)
        show(office, case_id, form)
        if isinstance(done, CaseClock) and done.warning:
            click.echo(done.warning, err=True)

    return _command(name, help_, run, CASE, *options)


def named(office: Office, name: str, **_: object) -> WorkItem:
    """The work item an officer names."""
    return work_item_at(office, name)


def told(item: WorkItem, **_: object) -> str:
    """One line about the work item."""
    return item_text(item)


def on_item(
    name: str,
    help_: str,
    method: str,
    *options: Option,
    find: Callable[..., WorkItem] = named,
    tell: Callable[..., str] = told,
) -> click.Command:
    """A command on a work item.

    Parameters
    ----------
    method : of the office; the options are its parameters.
    find : which work item is meant, by the office, its name and the options given.
    tell : what to print, of the item and the options given, and of the ``office`` where
        a case is answered: of the item after it, or, where the case may have moved on,
        of the item before; the case follows then.
    """

    def run(work_item: str, officer: str, office: Office, form: str, **given: Any) -> None:
        item = find(office, work_item, by=officer, **given)
        done = getattr(office, method)(item.id, by=officer, **given)
        if isinstance(done, Case):
            lines = [tell(item, office=office, **given), case_text(office, done.id)]
        else:
            lines = [tell(replace(done, warning=""), **given), done.warning]
        show_result(form, done, "\n".join(filter(None, lines)))

    return _command(name, help_, run, ITEM, *options)


def _command(name: str, help_: str, run: Command, *options: Option) -> click.Command:
    asked: tuple[Option, ...] = (*options, KEY, BY, with_office)
    for option in reversed(asked):
        run = option(run)
    return click.command(name, help=help_)(run)
