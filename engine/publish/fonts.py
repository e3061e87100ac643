"""The one font of everything we print, and how wide its characters are.

Belongs here: the font's files and metrics. Does not: breaking lines
(:mod:`engine.publish.typesetting`).
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.models import normalizeValue, piecewiseLinearMap
from fontTools.varLib.varStore import VarStoreInstancer

#: The face we set everything in; the others are for viewers of an SVG that lack it.
FACE = "Noto Sans CJK SC"
FAMILY = f"'{FACE}', 'Microsoft YaHei', 'PingFang SC', sans-serif"
#: Height of the ink of a Chinese character above and below the baseline, in em.
ASCENT = 0.88
DESCENT = 0.12
#: Height of a digit, in em.
DIGIT = 0.733

_FILE = "NotoSansCJK-VF.otf.ttc"


@cache
def font_directory() -> Path:
    """The directory of the font collection."""
    spec = find_spec("manimgx_fonts_cjk")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def font_file() -> Path:
    """The variable collection; one file holds all weights."""
    return font_directory() / _FILE


class _Face:
    """The simplified Chinese face of the collection, opened once."""

    def __init__(self) -> None:
        self._variations: dict[int, VarStoreInstancer] = {}
        for number in range(8):
            font = TTFont(font_file(), fontNumber=number, lazy=True)
            if font["name"].getDebugName(1) == FACE:
                break
        self.font = font
        self.characters: dict[int, str] = font.getBestCmap()
        self.em: int = font["head"].unitsPerEm
        self.advances: dict[str, tuple[int, int]] = font["hmtx"].metrics

    def at(self, weight: int) -> VarStoreInstancer:
        """The width variations at a weight of 100 to 900."""
        if weight not in self._variations:
            axes = self.font["fvar"].axes
            axis = axes[0]
            value = normalizeValue(weight, (axis.minValue, axis.defaultValue, axis.maxValue))
            value = piecewiseLinearMap(value, self.font["avar"].segments[axis.axisTag])
            store = self.font["HVAR"].table.VarStore
            self._variations[weight] = VarStoreInstancer(store, axes, {axis.axisTag: value})
        return self._variations[weight]

    def advance(self, name: str, weight: int) -> float:
        """Width of a glyph in font units."""
        mapping = self.font["HVAR"].table.AdvWidthMap
        index = mapping.mapping[name] if mapping else self.font.getGlyphID(name)
        return self.advances[name][0] + float(self.at(weight)[index])


@cache
def _face() -> _Face:
    return _Face()


@cache
def advance(character: str, weight: int) -> float:
    """Width of a character in em; a full em for one the font lacks."""
    face = _face()
    name = face.characters.get(ord(character))
    return 1.0 if name is None else face.advance(name, weight) / face.em


def width(text: str, size: float, weight: int = 400) -> float:
    """Width of a text set in one line, in the unit of ``size``."""
    return size * sum(advance(character, weight) for character in text)


def missing(text: str) -> tuple[str, ...]:
    """Characters of a text that the font cannot print, without repeats."""
    characters = _face().characters
    return tuple(dict.fromkeys(c for c in text if ord(c) not in characters))
