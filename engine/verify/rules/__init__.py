"""The rules, one file each; this folder is the registry.

A rule module holds ``ID``, ``SEVERITY``, ``BASIS`` (the source that forbids the
fault; empty where reason alone does), optionally ``DRAFT`` (its severity while
an item is still being drawn), and ``check``. The type of ``check``'s parameter
says what the rule judges: see :mod:`engine.verify.subject`.
"""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from engine.model.finding import Finding, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule of the folder."""

    id: str
    severity: Severity
    #: Severity under the preset ``draft``.
    draft: Severity
    basis: str
    #: The module's docstring.
    text: str
    #: Class of subject the rule judges.
    judges: type
    check: Callable[[Any], Iterator[Finding]]

    @property
    def summary(self) -> str:
        """First line of the docstring, with Markdown's code marks."""
        return self.text.partition("\n")[0].replace("``", "`")


def _rule(module: ModuleType) -> Rule:
    return Rule(
        id=module.ID,
        severity=module.SEVERITY,
        draft=getattr(module, "DRAFT", module.SEVERITY),
        basis=module.BASIS,
        text=(module.__doc__ or "").strip(),
        judges=module.check.__annotations__["subject"],
        check=module.check,
    )


@cache
def rules_by_id() -> dict[str, Rule]:
    """Every rule by its id."""
    return {rule.id: rule for rule in all_rules()}


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    modules = (import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__))
    return tuple(sorted(map(_rule, modules), key=lambda rule: rule.id))
