"""Seals are what a slow and plain oracle makes of them; whatever is done to a journal is named."""

import os
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.store import Store, auditing, chains, journal, open_store, sealing
from engine.store.chains import Breach, Flaw
from engine.store.merkle import Orchard, Spine

from .oracle import NOW, OFFICE, History, root_of, sha256, sm3

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(40 if FULL else 4)
Tamper = Callable[[str], None]


def _breaches(store: Store) -> list[Breach]:
    with store.read() as connection:
        return list(auditing.all_breaches(connection, OFFICE))


def _drawn(store: Store, seed: int) -> History:
    """Three seals of the first kind, or fewer, then some of the present one."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    history = History(store, draw)
    history.begin()
    for _ in range(draw.randrange(4)):
        history.write(draw.randrange(40))
        if history.heads:
            history.seal_all()
    for _ in range(draw.randrange(1, 4)):
        history.write(draw.randrange(1, 40))
        history.seal()
    history.write(draw.randrange(5))
    return history


@pytest.mark.prove
@pytest.mark.parametrize("seed", SEEDS)
def test_every_seal_is_what_the_oracle_makes_of_all_heads(store: Store, seed: int) -> None:
    history = _drawn(store, seed)
    assert _breaches(store) == []
    with store.read() as connection:
        rows = sum(head.sequence for head in history.heads.values())
        assert chains.extent(connection, OFFICE) == (len(history.heads), rows)


def test_roots_are_those_of_rfc_6962() -> None:
    for size in range(1, 70):
        leaves = [b"%d" % number for number in range(size)]
        spine = Spine(lambda text: bytes.fromhex(sha256(text)))
        for one in leaves:
            spine.add(one)
        assert spine.root() == root_of(leaves, sha256), size


@pytest.mark.parametrize("seed", range(400 if FULL else 40))
def test_changed_leaves_give_the_root_of_them_all(seed: int) -> None:
    print(f"seed {seed}")
    draw = random.Random(seed)
    orchard = Orchard([lambda text: bytes.fromhex(sha256(text)), lambda t: bytes.fromhex(sm3(t))])
    kept: dict[str, bytes] = {}
    for _ in range(draw.randrange(1, 8)):
        most = draw.choice((1, 5, 70))
        fresh = {
            f"{draw.randrange(200):03}": draw.randbytes(4) for _ in range(1 + draw.randrange(most))
        }
        kept |= fresh
        roots = orchard.put((key, (fresh[key], fresh[key])) for key in sorted(fresh))
        whole = [kept[key] for key in sorted(kept)]
        assert roots == [root_of(whole, sha256), root_of(whole, sm3)]


#: Columns whose content a row's hash covers, or which hold a hash.
COLUMNS = ("actor", "action", "step_name", "note", "form_digest", "prev_hash", "hash", "sm3")


@pytest.mark.parametrize("seed", SEEDS)
def test_one_changed_character_is_named_by_case_and_row(
    store: Store, tamper: Tamper, seed: int
) -> None:
    history = _drawn(store, seed)
    case_id = history.draw.choice(sorted(history.heads))
    row = history.draw.randint(1, history.heads[case_id].sequence)
    column = history.draw.choice(COLUMNS)
    at = f"case_id = '{case_id}' AND sequence = {row}"
    tamper(f"UPDATE journal SET {column} = 'é' || substr({column}, 2) WHERE {at}")
    named = _breaches(store)[0]
    assert (named.case_id, named.sequence) == (case_id, row)
    assert named.flaw is (Flaw.SM3 if column == "sm3" else Flaw.CONTENT)


@pytest.mark.parametrize("seed", SEEDS)
def test_cut_off_tail_and_vanished_case_are_named(store: Store, tamper: Tamper, seed: int) -> None:
    history = _drawn(store, seed)
    cut, gone = history.draw.sample(sorted(history.sealed.keys() - {"-"}), 2)
    length = history.sealed[cut].sequence
    tamper(f"DELETE FROM journal WHERE case_id = '{cut}' AND sequence >= {length}")
    tamper(f"DELETE FROM journal WHERE case_id = '{gone}'")
    named = {b.case_id: (b.flaw, b.sequence) for b in _breaches(store)}
    assert named == {cut: (Flaw.TRUNCATED, length), gone: (Flaw.TRUNCATED, 1)}
    # Nor does a new seal make it good.
    with store.write() as connection:
        sealing.put_seal(connection, OFFICE, at=NOW, actor="zhang")
    assert {b.case_id: (b.flaw, b.sequence) for b in _breaches(store)} == named


@pytest.mark.parametrize("seed", SEEDS)
def test_swapped_rows_are_named(store: Store, tamper: Tamper, seed: int) -> None:
    history = _drawn(store, seed)
    long = [id_ for id_, head in history.heads.items() if head.sequence > 1]
    case_id = history.draw.choice(sorted(long))
    row = history.draw.randrange(1, history.heads[case_id].sequence)
    for old, new in ((row, 0), (row + 1, row), (0, row + 1)):
        where = f"case_id = '{case_id}' AND sequence = {old}"
        tamper(f"UPDATE journal SET sequence = {new} WHERE {where}")
    named = _breaches(store)[0]
    assert (named.case_id, named.sequence, named.flaw) == (case_id, row, Flaw.CONTENT)


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_swapped_between_cases_are_named(store: Store, tamper: Tamper, seed: int) -> None:
    history = _drawn(store, seed)
    one, other = sorted(history.draw.sample(sorted(history.heads), 2))
    for old, new in ((one, "?"), (other, one), ("?", other)):
        tamper(f"UPDATE journal SET case_id = '{new}' WHERE case_id = '{old}' AND sequence = 1")
    named = {b.case_id: (b.sequence, b.flaw) for b in _breaches(store) if not b.seal}
    assert named == {one: (1, Flaw.CONTENT), other: (1, Flaw.CONTENT)}


def _rewritten(store: Store, case_id: str, rows: int) -> journal.Head:
    """A chain of a forger: it holds by itself."""
    with store.write() as connection:
        entry = journal.Entry(at=NOW, actor="ding", action="opened", note="forged")
        return journal.append(connection, OFFICE, case_id, *[entry] * rows)


@pytest.mark.parametrize("version", [1, 2])
def test_forged_seal_is_named(store: Store, tamper: Tamper, version: int) -> None:
    """Who writes a chain anew, its head and the seal's roots, still has the journal against it."""
    history = History(store, random.Random(7))
    history.begin()
    history.write(20)
    history.seal_all() if version == 1 else history.seal()
    case_id = next(id_ for id_ in history.sealed if id_ != "-")
    rows = history.sealed[case_id].sequence
    tamper(f"DELETE FROM journal WHERE case_id = '{case_id}'")
    head = _rewritten(store, case_id, rows)
    kept = f"hash = '{head.hash}', sm3 = '{head.sm3}'"
    tamper(f"UPDATE sealed_head SET {kept} WHERE case_id = '{case_id}'")
    honest = history.seals.pop()
    history.heads = {**history.sealed, case_id: head}
    history.sealed = {}
    root, sm3_root = history.right(honest)
    tamper(f"UPDATE seal SET root = '{root}', sm3_root = '{sm3_root}'")
    assert [(b.flaw, b.seal) for b in _breaches(store)] == [(Flaw.SEAL, 1)]
    # Had the forger changed what the journal says of the seal too, the office's chain would tell.
    tamper(f"UPDATE journal SET note = '1 {root}' WHERE action = 'sealed'")
    assert [(b.case_id, b.flaw) for b in _breaches(store)] == [("-", Flaw.CONTENT)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seal SET version = 3 - version WHERE number = 2",
        "UPDATE seal SET version = 7 WHERE number = 2",
        "UPDATE seal SET entries = entries + 1 WHERE number = 2",
        "UPDATE seal SET chains = chains - 1 WHERE number = 2",
        "DELETE FROM sealed_head WHERE number = 2 AND case_id LIKE '2026%'",
        "UPDATE sealed_head SET sequence = sequence - 1 WHERE number = 2 AND case_id = '-'",
        "UPDATE sealed_head SET sm3 = hash WHERE number = 2 AND case_id = '-'",
    ],
)
@pytest.mark.parametrize("first", ["seal", "seal_all"])
def test_altered_seal_is_named(store: Store, tamper: Tamper, first: str, statement: str) -> None:
    history = History(store, random.Random(3))
    history.begin()
    history.write(20)
    getattr(history, first)()
    _rewritten(store, "2026-900", 2)
    with store.read() as connection:
        history.heads["2026-900"] = journal.head_of(connection, OFFICE, "2026-900")
    getattr(history, first)()
    history.write(20)
    history.seal()
    assert _breaches(store) == []
    tamper(statement)
    assert (Flaw.SEAL, 2) in [(b.flaw, b.seal) for b in _breaches(store)]


def test_seal_nobody_journalled_is_named(store: Store, tamper: Tamper) -> None:
    history = History(store, random.Random(5))
    history.begin()
    history.write(9)
    history.seal()
    before = history.heads["-"].sequence
    history.seal()
    tamper(f"DELETE FROM journal WHERE case_id = '-' AND sequence > {before}")
    assert [(b.flaw, b.seal) for b in _breaches(store)] == [(Flaw.SEAL, 2)]


def _rows_in(content: bytearray, history: History) -> dict[str, int]:
    """Where the last hash of each chain's last row stands in a file.

    A row ends with its hashes, SM3 last; the same of a sealed head has no hash before it.
    """
    found = {}
    for case_id, head in history.heads.items():
        for place in _all(content, f"{head.hash}{head.sm3}".encode()):
            if re.fullmatch(rb"[0-9a-f]{64}", content[place - 64 : place]):
                found[case_id] = place + 64
    return found


def _all(content: bytearray, mark: bytes) -> Iterator[int]:
    place = content.find(mark)
    while place >= 0:
        yield place
        place = content.find(mark, place + 1)


@pytest.mark.parametrize("seed", range(200 if FULL else 12))
def test_flipped_bit_of_a_row_in_the_file_is_named(
    sqlite_database: str, tmp_path: Path, seed: int
) -> None:
    """Also where the text is none any more."""
    store = open_store(sqlite_database)
    history = _drawn(store, seed)
    store.close()
    path = Path(str(store.engine.url.database))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    content = bytearray(path.read_bytes())
    places = _rows_in(content, history)
    case_id = history.draw.choice(sorted(places))
    place = places[case_id] - history.draw.randrange(-63, 165)
    content[place] ^= 1 << history.draw.randrange(8)
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(content)
    other = open_store(f"sqlite:///{copy}")
    named = _breaches(other)[0]
    other.close()
    assert (named.case_id, named.sequence) == (case_id, history.heads[case_id].sequence)
