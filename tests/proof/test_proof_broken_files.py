"""``qingdan explore`` of a damaged file: a verdict or a clear refusal, never a traceback."""

import os
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from engine.bpmn.library import bpmn_files, shipped_directory
from engine.cli.explore import explore

from .test_proof_reduction import bent

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(2_000 if FULL else 60)
SHIPPED = [path.read_bytes() for path in sorted(bpmn_files([shipped_directory()]))]


def damaged(seed: int) -> bytes:
    """A shipped file or a bent model with bytes cut out, repeated or changed."""
    random = Random(seed)
    content = bytearray(random.choice(SHIPPED) if random.random() < 0.6 else bent(seed))
    for _ in range(random.randint(1, 4)):
        here, there = random.randrange(len(content)), random.randrange(len(content))
        length = random.randint(1, 60)
        match random.choice(("cut", "repeat", "change")):
            case "cut" if len(content) > 2 * length:
                del content[here : here + length]
            case "repeat":
                content[there:there] = content[here : here + length]
            case _:
                content[here] = random.randrange(256)
    return bytes(content)


@pytest.mark.prove
def test_damaged_file_never_crashes(tmp_path: Path) -> None:
    file = tmp_path / "damaged.bpmn"
    crashed = []
    for seed in SEEDS:
        file.write_bytes(damaged(seed))
        result = CliRunner().invoke(explore, [str(file), "--format", "json", "--seconds", "5"])
        if result.exit_code not in (0, 1) or not (result.stdout or result.stderr):
            crashed.append(f"seed {seed}: {result.exception!r}")
    assert crashed == []
