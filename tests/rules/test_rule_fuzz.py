"""Whatever happens to an item's file, the check answers with findings, never a traceback.

And a file that passes is one the runtime takes.
"""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.model.procedure import Document
from engine.model.roster_file import read_roster
from engine.runtime.errors import Unexecutable
from engine.runtime.executable import check_executable
from engine.verify.check import check_library, load_for_check

from ..house import ROOT

ITEMS = [(p.name, p.read_bytes()) for p in sorted((ROOT / "processes" / "bpmn").glob("*.bpmn"))]
WAIVER = """
[[avoid]]
officers = ["zhang", "li"]
[[waiver]]
between = ["examine", "review"]
scope = "item"
item = "CZ-PJ-011"
approved_by = "县"
reason = "人少"
control = "抽审"
until = 2026-12-31
""".encode()
DIAGRAMS = Path(__file__).parent / "diagrams"
SEED = 20260302
ROUNDS = 2000 if os.environ.get("QINGDAN_PROVE") == "full" else 200


def _mutated(random_: random.Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    words = content.split(b'"')
    here, there = random_.randrange(len(lines)), random_.randrange(len(lines))
    match random_.randrange(7):
        case 0:
            del lines[here : here + random_.randint(1, 4)]
        case 1:
            lines.insert(there, lines[here])
        case 2:
            lines[here], lines[there] = lines[there], lines[here]
        case 3 | 4:
            # An attribute takes the value of another.
            odd = range(1, len(words) - 1, 2)
            words[random_.choice(odd)] = words[random_.choice(odd)]
            return b'"'.join(words)
        case 5:
            words[random_.randrange(1, len(words) - 1, 2)] = random_.choice(
                (b"", b"-1", b"\xe5\xb2\x97", b"999999999999", b"a/b/c", b"{x}", b"&#0;", b"%s")
            )
            return b'"'.join(words)
        case _:
            place = random_.randrange(len(content))
            return content[:place] + random_.randbytes(1) + content[place + 1 :]
    return b"\n".join(lines)


def _is_run(document: Document, library: Library) -> bool:
    """Whether the runtime takes every procedure of the document."""
    try:
        for procedure in document.procedures:
            check_executable(procedure, library.procedures)
    except Unexecutable:
        return False
    return True


@pytest.mark.parametrize(
    "path", sorted(DIAGRAMS.rglob("*.bpmn")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_what_passes_the_check_is_run(path, judge):
    library, (document,) = load_for_check([path])

    assert judge(path).fails or _is_run(document, library)


@pytest.mark.prove
def test_mutated_items_never_crash_the_check(controls):
    print(f"seed {SEED}, {ROUNDS} rounds")
    random_ = random.Random(SEED)
    whole = {name: read(content, path=name) for name, content in ITEMS}
    for _ in range(ROUNDS):
        name, content = random_.choice(ITEMS)
        for _ in range(random_.randint(1, 3)):
            content = _mutated(random_, content)
        document = read(content, path=name)
        library = Library.of([document, *(d for n, d in whole.items() if n != name)])

        report = check_library(library, controls, documents=[document], today=date(2026, 3, 2))

        assert all(f.message and f.file == name for f in report.findings)
        assert report.fails or _is_run(document, library), name


ROSTERS = [p.read_bytes() for p in sorted((ROOT / "processes" / "demo").glob("*.toml"))]


@pytest.mark.prove
def test_mutated_rosters_never_crash_the_check(controls, tmp_path):
    print(f"seed {SEED}, {ROUNDS} rounds")
    random_ = random.Random(SEED)
    library, documents = load_for_check([ROOT / "processes" / "bpmn" / "note_issue.bpmn"])
    path = tmp_path / "roster.toml"
    for _ in range(ROUNDS // 2):
        content = random_.choice(ROSTERS) + WAIVER
        for _ in range(random_.randint(1, 3)):
            content = _mutated(random_, content)
        path.write_bytes(content)
        roster = read_roster(path, controls)

        report = check_library(
            library, controls, documents=documents, roster=roster, today=date(2026, 3, 2)
        )

        assert all(f.message for f in report.findings)
        assert report.fails or roster.roster is not None, content.decode("utf-8", "replace")
