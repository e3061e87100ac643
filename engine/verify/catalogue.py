"""The page of rules, made from their docstrings.

``python -m engine.verify.catalogue > docs/rules.md`` writes it; a test holds the
two together.
"""

import re
import sys
import textwrap

from engine.model.finding import Severity

from .rules import Rule, all_rules

#: Headings of a rule's docstring, in order.
HEADINGS = (
    "What it checks",
    "Why it matters",
    "Basis",
    "Wrong",
    "Right",
    "Known limits",
)

_INTRODUCTION = """\
# Rules of `qingdan check`

Made from the rules' docstrings by `python -m engine.verify.catalogue`; do not edit.

`error` and `unknown` make the check exit with 1; `warning` and `info` do not. The preset
`draft` softens what is merely still missing, `strict` turns warnings into errors.
A process may silence a rule, with the reason:

```xml
<qd:suppress rule="missing-phone" reason="the office moves in May"/>
```

A suppression that silences nothing is a finding itself; what a statute forbids cannot be
silenced. Conflicts no statute forbids may be waived in the roster (`[[waiver]]`) until a day;
they stay visible as warnings.

Expressions (conditions, timers, object keys) are a small language: field names, numbers,
`'texts'`, comparison, `and or not in`, `+ - * /`, `a if b else c`, and the functions
`abs count date date_after days max min number total`. A timer may also be an ISO 8601
duration or date, such as `P7D`.
"""


def sections(rule: Rule) -> dict[str, str]:
    """The text under each heading of a rule's docstring."""
    parts = re.split(r"^(\S.*)\n(?=    )", rule.text.partition("\n")[2], flags=re.MULTILINE)
    return {
        heading.strip(): textwrap.dedent(body).strip()
        for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def page() -> str:
    """The whole page, in Markdown."""
    rows = [f"| [`{r.id}`](#{r.id}) | {_grade(r)} | {r.summary} |" for r in all_rules()]
    table = "\n".join(("| rule | severity | finds |", "|---|---|---|", *rows))
    return "\n".join((_INTRODUCTION, table, "", *map(entry, all_rules())))


def _grade(rule: Rule) -> str:
    draft: Severity = rule.draft
    return rule.severity if draft is rule.severity else f"{rule.severity} ({draft} in draft)"


def entry(rule: Rule) -> str:
    """The part of the page about one rule."""
    said = "\n".join(f"- *{heading}*: {_plain(text)}" for heading, text in sections(rule).items())
    return f"## {rule.id}\n\n{rule.summary}\n\n{said}\n"


def _plain(text: str) -> str:
    """One line of Markdown from a docstring's reStructuredText."""
    return re.sub(r":\w+:`([^`]+)`", r"`\1`", " ".join(text.split())).replace("``", "`")


if __name__ == "__main__":
    sys.stdout.write(page())
