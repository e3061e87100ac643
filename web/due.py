"""Cases that are late or nearly so, with who has them: for who has to look out."""

from flask import Blueprint, render_template, request

from engine.model.clock import Light

from .case import LAST_PAGE, PAGE_SIZE, at_present
from .offices import office
from .text import counted

blueprint = Blueprint("due", __name__, url_prefix="/due")

#: What is shown, by ``light`` of the address.
LIGHTS = {"red": Light.RED, "yellow": Light.YELLOW}


@blueprint.get("")
def index() -> str:
    """Late cases; nearly late ones where none is late or they are asked for."""
    counts = {name: office().count_due(light) for name, light in LIGHTS.items()}
    light = request.args.get("light", "")
    if light not in LIGHTS:
        light = "red" if counts["red"] or not counts["yellow"] else "yellow"
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    found = office().cases_due(LIGHTS[light], limit=PAGE_SIZE + 1, offset=(page - 1) * PAGE_SIZE)
    cases = found[:PAGE_SIZE]
    return render_template(
        "due/index.html",
        cases=cases,
        **at_present([case.id for case in cases]),
        counts={name: counted(count) for name, count in counts.items()},
        light=light,
        page=page,
        has_more=len(found) > PAGE_SIZE,
    )
