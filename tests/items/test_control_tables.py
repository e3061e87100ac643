"""The shared tables: posts, incompatible pairs, the duty matrix, statutes in time."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations, pairwise, product

import networkx
import pytest

from engine.model.controls import load_controls

CONTROLS = load_controls()

#: The thirteen pairs of 许昌 2017, 三(二)5; 单位会计 is 财政所经费会计.
PAIRS = {
    frozenset(pair)
    for pair in (
        ("所长", "总预算会计"),
        ("所长", "出纳会计"),
        ("所长", "财政所经费会计"),
        ("所长", "非税收入管理"),
        ("所长", "档案管理"),
        ("总预算会计", "财政所经费会计"),
        ("总预算会计", "出纳会计"),
        ("总预算会计", "档案管理"),
        ("出纳会计", "财政所经费会计"),
        ("出纳会计", "非税收入管理"),
        ("出纳会计", "档案管理"),
        ("出纳会计", "资产管理"),
        ("财政票据管理", "非税收入管理"),
    )
}
#: The twelve posts that notice names; 受理窗口 and 纪检监察联络员 are ours.
OURS = ("受理窗口", "纪检监察联络员")
POSTS = sorted(p.name for p in CONTROLS.posts.values() if not p.external and p.name not in OURS)

#: Duty, whom it excludes, whether by statute: the table of the design.
MATRIX = (
    ("record", "approve execute pay collect procure keep-cash keep-asset keep-notes", True),
    ("pay", "reconcile archive record", True),
    ("collect", "reconcile archive record", True),
    ("keep-cash", "reconcile archive record", True),
    ("apply", "accept examine review approve pay", True),
    ("approve", "execute pay procure inspect collect", False),
    ("examine", "approve review", False),
    ("procure", "inspect approve pay", False),
    ("inspect", "keep-asset", False),
    ("keep-notes", "collect issue-note", False),
)


GRAPH = networkx.Graph()
GRAPH.add_nodes_from(POSTS)
GRAPH.add_edges_from(tuple(conflict.posts) for conflict in CONTROLS.post_conflicts)


def clashes(persons: int) -> Iterator[frozenset[frozenset[str]]]:
    """For each way to appoint so many persons, the incompatible pairs in one hand."""
    bound = [post for post in POSTS if GRAPH.degree(post)]
    for hands in product(range(persons), repeat=len(bound)):
        holder = dict(zip(bound, hands, strict=True))
        yield frozenset(pair for pair in PAIRS if len({holder[post] for post in pair}) == 1)


def fewest(persons: int) -> set[frozenset[frozenset[str]]]:
    """The smallest sets of pairs that must be waived."""
    found = set(clashes(persons))
    least = min(map(len, found))
    return {pairs for pairs in found if len(pairs) == least}


def test_the_incompatible_posts_are_the_thirteen_of_the_source() -> None:
    assert {conflict.posts for conflict in CONTROLS.post_conflicts} == PAIRS
    assert len(CONTROLS.post_conflicts) == len(PAIRS) == 13
    assert all(conflict.basis for conflict in CONTROLS.post_conflicts)


def test_aliases_stand_for_their_post() -> None:
    assert CONTROLS.between_posts("单位会计", "出纳") == CONTROLS.between_posts(
        "出纳会计", "财政所经费会计"
    )
    assert CONTROLS.between_posts("主持工作的副所长", "档案管理") is not None
    assert CONTROLS.post("副所长") is None


def test_twelve_posts_of_which_four_are_bound_by_no_pair() -> None:
    assert len(POSTS) == 12
    assert sorted(networkx.isolates(GRAPH)) == sorted(
        ["资金监管", "补贴资金发放管理", "政府采购管理", "“三资”代理会计"]
    )


def test_four_persons_are_enough_and_three_are_not() -> None:
    assert fewest(4) == {frozenset()}
    assert frozenset() not in fewest(3)


def test_three_persons_need_one_waiver_and_only_one_pair_may_be_waived() -> None:
    director, cashier, accountant = "所长", "出纳会计", "总预算会计"
    assert fewest(3) == {
        frozenset({frozenset(pair)}) for pair in combinations((director, cashier, accountant), 2)
    }
    lawful = [
        conflict.posts
        for conflict in CONTROLS.post_conflicts
        if frozenset({conflict.posts}) in fewest(3) and not conflict.statutory
    ]
    assert lawful == [frozenset({director, cashier})]


def test_two_persons_need_three_waivers() -> None:
    named = (("所长", "出纳会计"), ("总预算会计", "财政所经费会计"), ("总预算会计", "档案管理"))
    assert frozenset(map(frozenset, named)) in fewest(2)
    assert {len(pairs) for pairs in fewest(2)} == {3}


def test_duty_conflicts_are_the_table_of_the_design() -> None:
    expected: dict[frozenset[str], bool] = {}
    for duty, others, statutory in MATRIX:
        for other in others.split():
            pair = frozenset((duty, other))
            expected[pair] = expected.get(pair, False) or statutory
    free = {"supervise", "archive", "publicise"}
    expected |= {frozenset(("supervise", duty)): False for duty in CONTROLS.duties.keys() - free}
    actual = {conflict.duties: conflict.statutory for conflict in CONTROLS.duty_conflicts}
    assert actual == expected


@pytest.mark.parametrize("statute", sorted(CONTROLS.statutes))
def test_versions_of_a_statute_follow_each_other_without_overlap(statute: str) -> None:
    versions = CONTROLS.statutes[statute]
    for version in versions:
        assert version.version <= version.in_force
        assert version.until is None or version.in_force < version.until
    for earlier, later in pairwise(versions):
        assert earlier.version < later.version
        assert earlier.until == later.in_force


def test_the_old_accounting_law_ends_the_day_the_new_one_begins() -> None:
    old, new = CONTROLS.statutes["会计法"]
    assert (old.articles, new.articles) == (52, 51)
    assert old.until == new.in_force == new.version + timedelta(days=3)


def test_versions_with_a_read_text_know_their_last_article() -> None:
    for versions in CONTROLS.statutes.values():
        for version in versions:
            assert version.articles or not version.verified, version
