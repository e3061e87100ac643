"""Cases and steps that are late or nearly so, with who has them: for who has to look out.

Also the steps whose limits stand: what nobody is late with, and nobody may forget.
"""

from flask import Blueprint, render_template, request

from engine.model.clock import Light

from .acts import progress
from .case import LAST_PAGE, PAGE_SIZE, at_present
from .offices import office
from .text import counted

blueprint = Blueprint("due", __name__, url_prefix="/due")

#: What is shown, by ``light`` of the address.
LIGHTS = {"red": Light.RED, "yellow": Light.YELLOW}
OF_STEPS = {**LIGHTS, "grey": Light.GREY}
#: Whose limits, by ``of`` of the address, and how many of a light there are.
CASES, STEPS = "cases", "steps"


@blueprint.get("")
def index() -> str:
    """Late cases or steps, or nearly late ones: what is asked for, or the first there are."""
    counts = {(CASES, name): office().count_due(light) for name, light in LIGHTS.items()} | {
        (STEPS, name): office().count_steps_due(light) for name, light in OF_STEPS.items()
    }
    ways = [(of, light) for light in LIGHTS for of in (CASES, STEPS)] + [(STEPS, "grey")]
    asked = request.args.get("of", ""), request.args.get("light", "")
    if asked not in ways:
        # What is late before what is nearly so; an address of before names a light only.
        fits = [way for way in ways if asked[0] in ("", way[0]) and asked[1] in ("", way[1])]
        asked = next((way for way in fits if counts[way]), (fits or ways)[0])
    of, light = asked
    return render_template(
        "due/index.html",
        counts={way: counted(count) for way, count in counts.items()},
        of=of,
        light=light,
        **(_steps(OF_STEPS[light]) if of == STEPS else _cases(LIGHTS[light])),
    )


def _cases(light: Light) -> dict[str, object]:
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    found = office().cases_due(light, limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE)
    cases = found[:PAGE_SIZE]
    return {
        "cases": cases,
        **at_present([case.id for case in cases]),
        "page": page,
        "has_more": len(found) > PAGE_SIZE,
    }


def _steps(light: Light) -> dict[str, object]:
    after = request.args.get("after", "")
    due = office().steps_due(light, after=after, limit=PAGE_SIZE)
    signed = office().signed([one.item.id for one in due.limits if one.item.sign])
    return {
        "due": due,
        "after": after,
        "progress": {
            one.item.id: progress(one.item, signed.get(one.item.id, ())) for one in due.limits
        },
    }
