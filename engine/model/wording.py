"""The one catalogue of messages: everything the engine says in Chinese.

One TOML page per layer in ``engine/model/wording/``; keys are
``page.entry`` or ``page.entry.part``; texts are ``str.format`` templates.
"""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _page(name: str) -> dict[str, object]:
    text = files("engine.model").joinpath("wording", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def say(key: str, **facts: object) -> str:
    """The text of ``key`` with ``facts`` filled in.

    Raises
    ------
    KeyError
        No such entry, or a fact the text needs is missing: a fault of ours.
    """
    page, *parts = key.split(".")
    entry: object = _page(page)
    for part in parts:
        if not isinstance(entry, dict):
            raise KeyError(key)
        entry = entry[part]
    if not isinstance(entry, str):
        raise KeyError(key)
    return entry.format(**facts)


def clauses(*texts: str) -> str:
    """Texts as parts of one sentence; empty ones are left out."""
    return "；".join(filter(None, texts))
