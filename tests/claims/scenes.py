"""Small procedures and rosters in which the right answer is plain to see."""

from collections.abc import Iterable, Mapping
from datetime import date

from engine.bpmn.reader import read
from engine.model.controls import load_controls
from engine.model.office import Appointment, Avoidance, Officer, Roster, Waiver
from engine.verify.staffing.game import CaseState, Doubt, Game, No, Yes, course_of, may_claim
from engine.verify.staffing.item import item_problem, subject_of
from tests.cases.drawings import flow, line, process, step

CONTROLS = load_controls()
DAY = date(2026, 3, 2)
#: The post of each step.
POSTS = {"a": "受理窗口", "b": "资金监管", "c": "出纳会计", "d": "资产管理"}

BRANCHES = (
    '<exclusiveGateway id="split" default="split_c"/><exclusiveGateway id="join"/>',
    flow("split", "b", "n &gt; 1"),
    flow("split", "c"),
    line("b", "join"),
    line("c", "join"),
)
APART = '<qd:separate steps="a b" reason="r"/><qd:separate steps="a c" reason="r"/>'


def scene(
    *body: str,
    people: Mapping[str, str],
    steps: Iterable[str] = "abc",
    extensions: str = APART,
    avoid: tuple[str, str] | None = None,
    waivers: tuple[Waiver, ...] = (),
    **more: dict[str, str],
) -> Game:
    """The game of a procedure; ``people`` says by officer which of the posts a–d they hold.

    ``more`` are attributes of steps.
    """
    drawn = process(
        "p",
        *(step(name, post=POSTS[name], **more.get(name, {})) for name in steps),
        *body,
        extensions=extensions,
    )
    document = read(drawn, path="p.bpmn")
    roster = Roster(
        office="所",
        officers=tuple(
            Officer(
                id=who,
                name=who,
                appointments=tuple(Appointment(post=POSTS[post]) for post in posts),
                absences=((DAY, DAY),) if who == "away" else (),
            )
            for who, posts in people.items()
        ),
        avoidances=(Avoidance(officers=avoid),) if avoid else (),
        waivers=waivers,
    )
    procedures = {p.id: p for p in document.procedures}
    subject = subject_of(
        document.procedures[0], procedures, roster=roster, controls=CONTROLS, day=DAY
    )
    item = item_problem(subject)
    return Game(item, course_of(item, procedures))


def ask(
    game: Game,
    claim: str,
    *deeds: str,
    waiting: str = "",
    recused: Mapping[str, frozenset[str]] | None = None,
) -> str:
    """The answer to ``"officer step"`` after such deeds, in a word."""
    officer, name = claim.split()
    return word(may_claim(state(game, name + waiting, *deeds, recused=recused), name, officer))


def state(
    game: Game,
    waiting: str,
    *deeds: str,
    recused: Mapping[str, frozenset[str]] | None = None,
) -> CaseState:
    done = [deed.split() for deed in deeds]
    return CaseState(
        game=game,
        waiting=frozenset(waiting),
        deeds=tuple((who, what) for who, what in done),
        recused=recused or {},
    )


def word(answer: Yes | No) -> str:
    if isinstance(answer, No):
        return answer.reason
    return {None: "yes", Doubt.UNSTAFFABLE: "unstaffable", Doubt.UNKNOWN: "unknown"}[answer.doubt]


BEFORE = (*BRANCHES, line("start", "a", "split"), line("join", "end"))
AFTER = (*BRANCHES, line("start", "d", "split"), line("join", "a", "end"))


def choice_before_the_branch() -> list[str]:
    """Whoever of x and y takes a, one of the branches has nobody; each branch alone has."""
    game = scene(*BEFORE, people={"x": "ab", "y": "ac", "z": "a"})
    return [ask(game, f"{who} a") for who in "xyz"]


def no_choice_before_the_branch() -> list[str]:
    game = scene(*BEFORE, people={"x": "ab", "y": "ac"})
    return [ask(game, "x a"), ask(game, "y a")]


def choice_after_the_branch() -> list[str]:
    """Good for either branch, though nobody could take a after both."""
    game = scene(*AFTER, steps="abcd", people={"x": "abd", "y": "ac"})
    answers = [ask(game, "x d"), ask(game, "x b", "x d"), ask(game, "y c", "x d")]
    return [*answers, ask(game, "y a", "x d", "x b"), ask(game, "x a", "x d", "x b")]


def past_deeds() -> list[str]:
    """Only y is left for b, unless y has done a."""
    both = '<qd:separate steps="a b" reason="r"/><qd:separate steps="c b" reason="r"/>'
    game = scene(
        line("start", "a", "c", "b", "end"), people={"x": "abc", "y": "abc"}, extensions=both
    )
    return [ask(game, "x c", "x a"), ask(game, "y c", "x a")]


def loop() -> list[str]:
    """A second round by another officer leaves nobody for b."""
    again = (
        '<exclusiveGateway id="top"/><exclusiveGateway id="turn" default="turn_b"/>',
        line("start", "top", "a", "turn", "b", "end"),
        flow("turn", "top", "n &gt; 1"),
    )
    game = scene(
        *again, steps="ab", people={"x": "ab", "y": "ab"}, extensions=APART.split("/>")[0] + "/>"
    )
    return [ask(game, "x a"), ask(game, "x a", "x a"), ask(game, "y a", "x a")]


#: Scenes with the answers to be given.
SCENES = {
    choice_before_the_branch: ["look-ahead", "look-ahead", "yes"],
    no_choice_before_the_branch: ["unstaffable", "unstaffable"],
    choice_after_the_branch: ["yes", "yes", "yes", "yes", "rule"],
    past_deeds: ["yes", "look-ahead"],
    loop: ["yes", "yes", "look-ahead"],
}
