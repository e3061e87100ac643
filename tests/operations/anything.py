"""An office in which nobody is wanting, and an item with much to do in it."""

from engine.model.case import WorkItem
from engine.model.controls import load_controls
from engine.model.office import Appointment, Avoidance, Officer, Relative, Roster
from engine.runtime import Upload
from tests.cases.conftest import APPLICANT
from tests.cases.drawings import field, flow, line, process, step

CONTROLS = load_controls()
HEADS = 2
HOLDERS = 4
#: Who holds every post: kept from many a step by what he did before.
ALL_ROUND = "all"
#: Who is the applicant's brother, and who are married.
KIN, APART = "p1x2", ("p10x3", "p11x3")
SCAN = Upload(filename="签批单.jpg", media_type="image/jpeg", content=b"paper")
_BOUNDARY = (
    '<boundaryEvent id="{id}" name="{id}" attachedToRef="{at}" cancelActivity="{ends}">'
    "<timerEventDefinition><timeDuration>P{days}D</timeDuration></timerEventDefinition>"
    "</boundaryEvent>"
)

#: A case that forks, is voted on, goes round, and may be taken up in an emergency.
VOTED = process(
    "voted",
    step("accept", field("note"), duty="accept", post="受理窗口"),
    step("examine", field("sum", "money", required="true"), duty="examine", post="资金监管"),
    step("village", post="受理窗口", external="true"),
    step("verify", duty="verify-on-site", post="补贴资金发放管理", persons="2"),
    step(
        "decide",
        field("decision", "choice", options="同意|不同意", required="true"),
        duty="decide-jointly",
        post="资金监管",
        persons="3",
        sign="vote",
        quorum="2",
    ),
    step("approve", duty="approve", post="所长"),
    step("pay", duty="pay", post="出纳会计"),
    step("late", post="受理窗口"),
    '<parallelGateway id="fork"/><parallelGateway id="join"/><exclusiveGateway id="agreed" '
    'default="again"/>',
    _BOUNDARY.format(id="bell", at="village", ends="false", days=5),
    _BOUNDARY.format(id="stop", at="approve", ends="true", days=30),
    line("start", "accept", "fork", "examine", "join", "decide", "agreed"),
    line("fork", "village", "join"),
    line("fork", "verify", "join"),
    flow("agreed", "approve", 'decision == "同意"'),
    flow("agreed", "accept", id="again"),
    line("approve", "pay", "end"),
    line("bell", "late", "end"),
    line("stop", "end"),
    code="T-1",
).replace(
    b'version="1"',
    b'version="1" emergency="true" emergencyReviewDays="2" promised="10" '
    b'promisedUnit="working-day" statutory="20" statutoryUnit="working-day"',
)


#: The same with a step more at its end, and with a step by another name.
EDITIONS = (
    VOTED,
    VOTED.replace(b'version="1"', b'version="2"')
    .replace(b'name="pay"', b'name="paid"')
    .replace(b'"village" name="village"', b'"village" name="village again"'),
    VOTED.replace(b'version="1"', b'version="3"').replace(
        line("pay", "end").encode(),
        (step("book", duty="record", post="总预算会计") + line("pay", "book", "end")).encode(),
    ),
)


def generous() -> Roster:
    """Several officers to every post, so that nobody can be wanting; some have one more post."""
    posts = [post.name for post in CONTROLS.posts.values() if not (post.leads or post.external)]
    held = [(f"head{number}", ("所长",)) for number in range(HEADS)]
    for place, post in enumerate(posts):
        held += [(f"p{place}x{number}", (post,)) for number in range(HOLDERS)]
        # Two posts whose duties may conflict: then this one must be kept from the second.
        held.append((f"both{place}", (post, posts[place - 1])))
    held.append((ALL_ROUND, ("所长", *posts)))
    officers = [
        Officer(
            id=id_,
            name=f"{id_}同志",
            appointments=tuple(Appointment(post=post) for post in has),
            relatives=(Relative(name=APPLICANT.name, relation="兄弟"),) if id_ == KIN else (),
        )
        for id_, has in held
    ]
    return Roster(
        office="示范镇财政所",
        officers=tuple(officers),
        avoidances=(Avoidance(officers=APART, reason="夫妻"),),
    )


def takes_two(item: WorkItem) -> bool:
    """Whether two officers do a step together."""
    return (item.item_code, item.step) == ("T-1", "verify")
