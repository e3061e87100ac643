"""The items of the lists and their guides (办事指南): open to the public."""

from flask import Blueprint, g, render_template, request

from engine.runtime import Office

from . import offices
from .drawing import drawing

blueprint = Blueprint("item", __name__, url_prefix="/items")


def _shown() -> Office | None:
    """The officer's office; for the public the one asked for, or the only one there is."""
    if g.officer is not None:
        return offices.office()
    known = offices.offices().names()
    asked = request.args.get("office") or (next(iter(known)) if len(known) == 1 else "")
    return offices.offices()[asked] if asked in known else None


def _choose() -> str:
    return render_template("item/offices.html", names=offices.offices().names())


@blueprint.get("")
def index() -> str:
    """Every item of the office."""
    office = _shown()
    if office is None:
        return _choose()
    return render_template("item/index.html", procedures=office.items(), office_name=office.name)


@blueprint.get("/<code>")
def show(code: str) -> str:
    """One item's guide."""
    office = _shown()
    if office is None:
        return _choose()
    procedure = office.procedure(code)
    return render_template(
        "item/show.html",
        procedure=procedure,
        item=procedure.item,
        drawing=drawing(procedure, {}, office.library()),
        office_name=office.name,
    )
