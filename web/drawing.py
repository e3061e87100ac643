"""The procedure as a drawing inside a page."""

from collections.abc import Mapping

from markupsafe import Markup

from engine.bpmn.library import Library
from engine.model.procedure import Procedure
from engine.publish import diagram


def drawing(procedure: Procedure, progress: Mapping[str, str], library: Library) -> Markup:
    """Inline SVG of the procedure with its progress; the engine escapes what it writes."""
    return Markup(diagram.svg(procedure, progress, library))
