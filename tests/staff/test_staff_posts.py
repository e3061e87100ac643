"""The thirteen pairs of incompatible posts: how few officers, which waivers."""

from datetime import date
from itertools import combinations

import pytest

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.model.office import Appointment, Officer, Roster
from engine.verify.staffing.posts import PostGraph, post_graph
from engine.verify.staffing.proposal import shortage
from engine.verify.subject import Bench

from .conftest import SHIFAN
from .test_staff_command import RELATIVES

#: The twelve posts of the source; 受理窗口 and who oversees the office are ours.
POSTS = [
    post.name
    for post in load_controls().posts.values()
    if not post.external and not post.oversees and post.name != "受理窗口"
]
ON = ("--on", "2026-03-02")


@pytest.fixture(scope="module")
def graph() -> PostGraph:
    """An office whose one officer holds all twelve posts, without any item."""
    everything = tuple(Appointment(post=post) for post in POSTS)
    officer = Officer(id="a", name="甲", appointments=everything)
    bench = Bench(
        library=Library.of(()),
        documents=(),
        controls=load_controls(),
        roster=Roster(office="", officers=(officer,)),
        today=date(2026, 3, 2),
    )
    return post_graph(bench, ())


def posts(found):
    """Each set of waivers as pairs of posts."""
    return [[frozenset(pair.posts) for pair in waivers.pairs] for waivers in found]


def test_four_of_twelve_posts_are_isolated(graph):
    assert len(graph.posts) == 12
    assert graph.alone == ("资金监管", "补贴资金发放管理", "政府采购管理", "“三资”代理会计")


def test_four_officers_are_the_fewest(graph):
    assert (len(graph.pairs), graph.fewest) == (13, 4)


def test_three_officers_need_one_of_three_waivers_and_one_is_lawful(graph):
    three = shortage(graph, 3)
    triangle = [frozenset(p) for p in combinations(("所长", "总预算会计", "出纳会计"), 2)]

    assert sorted(map(sorted, (pair for (pair,) in posts(three.least)))) == sorted(
        map(sorted, triangle)
    )
    assert posts(three.lawful) == [[frozenset({"所长", "出纳会计"})]]


def test_two_officers_need_three_waivers(graph):
    assert posts(shortage(graph, 2).lawful) == [
        [
            frozenset({"所长", "出纳会计"}),
            frozenset({"总预算会计", "财政所经费会计"}),
            frozenset({"总预算会计", "档案管理"}),
        ]
    ]
    assert {len(pairs) for pairs in posts(shortage(graph, 2).least)} == {3}


def test_one_officer_can_never_be_enough(graph):
    assert shortage(graph, 1).lawful == ()


def test_proposal_keeps_incompatible_posts_apart_and_does_every_item(answer):
    found = answer("--roster", SHIFAN, "--propose", *ON)["advice"]
    controls = load_controls()
    held = list(found["proposal"]["posts"].values())

    assert sum(map(len, held)) == 13
    assert not [
        pair
        for mine in held
        for pair in combinations(mine, 2)
        if controls.between_posts(*pair) is not None
    ]
    assert found["proposal"]["unfinished"] == []
    assert found["proposal"]["waivers"] == []
    load = found["proposal"]["steps"].values()
    assert max(load) - min(load) <= 3


@pytest.mark.parametrize("count", [2, 3, 4])
def test_small_office_gets_a_lawful_proposal_with_the_waivers_it_needs(answer, roster, count):
    posts_of = [post.name for post in load_controls().posts.values() if not post.external]
    names = [f"{name}：{'、'.join(posts_of)}" for name in "甲乙丙丁"[:count]]

    advice = answer("--roster", roster(*names), "--propose", *ON)["advice"]

    pairs = {frozenset(pair["posts"]): pair["statutory"] for pair in advice["items"]["pairs"]}
    waived = {frozenset(pair) for pair in advice["proposal"]["waivers"]}
    assert not any(pairs[pair] for pair in waived)
    for mine in advice["proposal"]["posts"].values():
        assert {frozenset(pair) for pair in combinations(mine, 2)} & pairs.keys() <= waived
    assert len(waived) == {2: 7, 3: 2, 4: 1}[count]
    assert advice["proposal"]["unfinished"] == []


def test_who_oversees_the_office_is_given_nothing_else_to_do(answer, roster):
    """Nor does the office get smaller or larger by it."""
    names = [f"{name}：所长" for name in "甲乙丙丁戊己"]
    without = answer("--roster", roster(*names), "--propose", *ON)["advice"]
    found = answer("--roster", roster(*names, "严：审计员"), "--propose", *ON)["advice"]

    assert found["proposal"]["posts"].pop("严") == ["纪检监察联络员"]
    assert found["proposal"]["steps"].pop("严") == 0
    assert found["proposal"] == without["proposal"]
    assert found["items"]["pairs"] == without["items"]["pairs"]


@pytest.mark.parametrize("more", RELATIVES, ids=["entered", "declared"])
def test_relatives_do_not_both_get_posts(answer, roster, more):
    names = [f"{name}：所长" for name in "甲丙丁戊己乙"]
    path = roster(*names, more=more)

    held = answer("--roster", path, "--propose", *ON)["advice"]["proposal"]["posts"]

    assert min(len(held["甲"]), len(held["乙"])) == 0
