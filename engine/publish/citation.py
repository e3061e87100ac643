"""Naming an article of a statute the way a notice does: 《…》（2018年版）第五十七条."""

from engine.model.controls import Controls
from engine.model.item import LegalBasis
from engine.model.wording import say

_DIGITS = "零一二三四五六七八九"


def numeral(value: int) -> str:
    """A number from 0 to 9999 in Chinese numerals.

    >>> numeral(10), numeral(57), numeral(105), numeral(1260)
    ('十', '五十七', '一百零五', '一千二百六十')
    """
    if value < 10:
        return _DIGITS[value]
    text, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        if digit:
            text += ("零" if zero else "") + _DIGITS[digit] + unit
            zero = False
        elif text:
            zero = True
    return text.removeprefix("一") if 10 <= value < 20 else text


def _ordinal(text: str) -> str:
    return numeral(int(text)) if text.isdecimal() and len(text) <= 4 else text


def cite(basis: LegalBasis, controls: Controls) -> str:
    """The citation in full, marked where its text was not compared or is superseded."""
    version = controls.statute_version(basis.statute, basis.version)
    text = say("publish.cite.title", title=version.title if version else basis.statute)
    if version is not None and version.kind == "document":
        text += say("publish.cite.number", number=version.number) if version.number else ""
    else:
        text += say("publish.cite.version", year=basis.version.year)
    if basis.article:
        article, _, inserted = basis.article.partition("-")
        text += say("publish.cite.article", number=_ordinal(article))
        text += say("publish.cite.inserted", number=_ordinal(inserted)) if inserted else ""
    if basis.paragraph:
        text += say("publish.cite.paragraph", number=_ordinal(basis.paragraph))
    if basis.subparagraph:
        text += say("publish.cite.subparagraph", number=_ordinal(basis.subparagraph))
    if version is None or not version.verified:
        text += say("publish.cite.unverified")
    elif version.until is not None:
        text += say("publish.cite.superseded")
    return text
