"""The items of the lists and their guides (办事指南)."""

from flask import Blueprint, render_template

from .drawing import drawing
from .offices import office

blueprint = Blueprint("item", __name__, url_prefix="/items")


@blueprint.get("")
def index() -> str:
    """Every item of the office."""
    return render_template("item/index.html", procedures=office().items())


@blueprint.get("/<code>")
def show(code: str) -> str:
    """One item's guide."""
    procedure = office().procedure(code)
    return render_template(
        "item/show.html",
        procedure=procedure,
        item=procedure.item,
        drawing=drawing(procedure, {}, office().library()),
    )
