"""Measure everything, print the table, write ``out/bench.json``."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from . import checking, claims, crowding, listing, publishing, serving, staffing, stepping
from .row import Row


def _measure() -> Iterator[Row]:
    for part in (checking, staffing, claims, stepping, crowding, serving, listing, publishing):
        for row in part.rows():
            ratio = "" if row.ratio is None else f"{row.ratio:.2f} × {row.against}"
            verdict = {True: "reached", False: "NOT reached", None: ""}[row.ok]
            figure = f"{row.name:<48}{row.value:>10.2f} {row.unit:<8}"
            print(f"{figure}{ratio:<28}{row.reach:<12}{verdict}", flush=True)
            yield row


found = [asdict(row) for row in _measure()]
Path("out").mkdir(exist_ok=True)
Path("out/bench.json").write_text(json.dumps(found, ensure_ascii=False, indent=2), "utf-8")
