"""Checking and exploring."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.bpmn.library import Library, bpmn_files, shipped_directory
from engine.bpmn.reader import read
from engine.model.controls import load_controls
from engine.verify import explore
from engine.verify.behaviour.build import build
from engine.verify.behaviour.moves import compile_plan
from engine.verify.behaviour.reach import Deadline, play
from engine.verify.check import check_library, load_for_check

from . import diagrams
from .row import Row, milliseconds, p95

_COMMAND = [sys.executable, "-m", "engine.cli"]


def rows() -> Iterator[Row]:
    """Figures of check and explore."""
    yield from _checks()
    yield from _explorations()
    yield from _start_up()


def _checks() -> Iterator[Row]:
    controls = load_controls()
    items = list(bpmn_files([shipped_directory()]))

    def one(path: Path) -> None:
        library, documents = load_for_check([path])
        check_library(library, controls, documents=documents)

    slowest = max(p95(milliseconds(lambda path=path: one(path), times=20)) for path in items)
    yield Row(
        name="check one item, p95 of the slowest",
        value=slowest,
        unit="ms",
        reach="< 100 ms",
        ok=slowest < 100,
    )
    everything = milliseconds(lambda: check_library(Library.load(), controls), times=3)[0]
    yield Row(
        name=f"check all {len(items)} files",
        value=everything,
        unit="ms",
        reach="< 2 s",
        ok=everything < 2000,
    )


def _explorations() -> Iterator[Row]:
    for name, content, cap in (
        ("explore 15 parallel branches", diagrams.parallel(15), 1000),
        ("explore 17 parallel branches", diagrams.parallel(17), 100),
        ("explore 17 branches no block fits", diagrams.crossing(17), 100),
        ("explore 500 steps in mixed blocks", diagrams.mixed(500), 500),
    ):
        (procedure,) = read(content).procedures
        value = milliseconds(lambda p=procedure: explore(p, {}).soundness, times=3)[0]
        yield Row(name=name, value=value, unit="ms", reach=f"< {cap} ms", ok=value < cap)
    (procedure,) = read(diagrams.parallel(15)).procedures
    net = compile_plan(build(procedure, {}))
    states = len(play(net, 40_000, Deadline.after(60)).states)
    value = milliseconds(lambda: play(net, 40_000, Deadline.after(60)), times=1)[0]
    yield Row(
        name=f"play {states} states with every move",
        value=value,
        unit="ms",
    )


def _start_up() -> Iterator[Row]:
    item = shipped_directory() / "note_issue.bpmn"
    # As on a user's machine, where compiled modules are kept.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as directory:
        for name, words, cap in (
            ("qingdan --help", ["--help"], 150),
            ("qingdan check of one file", ["check", str(item)], 500),
        ):
            call = [*_COMMAND, *words]
            taken = milliseconds(
                lambda call=call: subprocess.run(
                    call, cwd=directory, env=environment, capture_output=True, check=True
                ),
                times=7,
            )
            value = taken[len(taken) // 2]
            yield Row(name=name, value=value, unit="ms", reach=f"< {cap} ms", ok=value < cap)
