"""The sheet an officer signs on paper (签批单), as PDF on A4.

Belongs here: its contents and its page. Does not: whose values they are, and the page of
the same contents that a browser prints.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date

import segno

from engine.model.wording import say

from .fonts import FACE, missing
from .press import Unprintable
from .render import compiled

_TYPST = """\
#let d = json(bytes(sys.inputs.sheet))
#set document(title: d.heading, author: d.office, date: datetime({date}))
#set text(font: {face}, size: 10.5pt, lang: "zh", region: "cn", cjk-latin-spacing: none)
#set par(leading: 0.75em)
#set page(paper: "a4", margin: (x: 20mm, top: 18mm, bottom: 22mm), footer: context {{
  set text(9pt)
  let page = str(counter(page).get().first())
  let pages = str(locate(<end>).page())
  d.words.footer.replace("{{page}}", page).replace("{{pages}}", pages)
}})
#set table(stroke: 0.5pt, inset: 6pt, align: left + horizon)
#let bold(it) = text(weight: "bold", it)
#let heading(it) = block(above: 1.6em, below: 0.8em, sticky: true, text(13pt, bold(it)))

#grid(columns: (1fr, auto), align: (left + horizon, right),
  text(20pt, bold(d.heading)), image(bytes(d.code), format: "svg", width: 26mm))
#table(columns: (auto, 1fr), ..d.facts.map(((label, value)) => (bold(label), value)).flatten())

#if d.parts.len() > 0 {{ heading(d.words.filled) }}
#for part in d.parts {{
  block(above: 1em, below: 0.6em, sticky: true, [#bold(part.step) #h(1em) #part.done])
  if part.rows.len() > 0 {{
    table(columns: (9em, 1fr), ..part.rows.flatten())
  }}
  for grid in part.grids {{
    block(below: 0.5em, sticky: true, grid.label)
    set text(9pt)
    let wide = if grid.head.len() > 4 {{ auto }} else {{ 1fr }}
    table(columns: grid.head.len() * (wide,), inset: 4pt,
      table.header(..grid.head.map(bold)), ..grid.rows.flatten())
  }}
}}

#if d.risks.len() > 0 {{
  heading(d.words.risks)
  list(..d.risks)
}}

#block(breakable: false, {{
  heading(d.words.opinion)
  table(columns: (7em, 1fr), rows: d.asked.map(_ => 11mm) + (30mm, 14mm, 14mm),
    ..d.asked.map(((label, choices)) => (bold(label), choices)).flatten(),
    bold(d.words.remark), [], bold(d.words.signature), [], bold(d.words.date), d.words.blank)
}}) <end>
"""
#: Words the page itself says, by their name in its source.
_WORDS = {
    "filled": "filled",
    "risks": "risks",
    "opinion": "opinion",
    "remark": "remark",
    "signature": "signature",
    "date": "date",
    "blank": "blank-date",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table that was filled in."""

    label: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one finished step filled in."""

    step: str
    #: Who did it, and when.
    done: str
    #: Label and value of each field.
    rows: tuple[tuple[str, str], ...]
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """What is on a sheet to sign."""

    office: str
    #: Label and value: case, number, applicant, step, post.
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    risks: tuple[str, ...]
    #: What is to be decided: label, and what can be ticked or written.
    asked: tuple[tuple[str, str], ...]
    #: What the QR code says: enough to find the work item.
    code: str
    #: Names the work item at the foot of each page.
    caption: str
    day: date

    @property
    def heading(self) -> str:
        """What stands at its head."""
        return say("approval.heading", office=self.office)


def pdf(sheet: Approval) -> bytes:
    """The sheet as PDF; the same sheet gives the same bytes.

    Raises
    ------
    Unprintable
        The font lacks a character of it.
    """
    footer = say("approval.footer", caption=sheet.caption, page="{page}", pages="{pages}")
    words = {name: say(f"approval.{key}") for name, key in _WORDS.items()}
    facts = asdict(sheet) | {
        "heading": sheet.heading,
        "words": words | {"footer": footer},
        "code": segno.make(sheet.code, error="m").svg_inline(border=2),
        "day": sheet.day.isoformat(),
    }
    text = json.dumps(facts, ensure_ascii=False)
    strange = missing(text)
    if strange:
        raise Unprintable(
            say("publish.unprintable", where=sheet.heading, characters="".join(strange))
        )
    day = sheet.day
    moment = f"year: {day.year}, month: {day.month}, day: {day.day}"
    source = _TYPST.format(date=moment, face=json.dumps(FACE))
    return compiled(source, {"sheet": text}, day)
