"""The procedure as a drawing inside a page."""

from collections.abc import Mapping

from markupsafe import Markup

from engine.model.procedure import Procedure


def drawing(procedure: Procedure, progress: Mapping[str, str]) -> Markup:
    """Inline SVG of the procedure with its progress."""
    return Markup("")
