"""``qingdan case claim`` and its like: a work item taken, given back, done."""

from collections.abc import Mapping

from engine.model.case import WorkItem
from engine.model.wording import say
from engine.runtime import Office

from .operation import on_item
from .options import FILES, VALUES


def _differences(item: WorkItem, office: Office, values: Mapping[str, str], **_: object) -> str:
    """How far sums of a batch are from those worked out, where an officer gave others."""
    if not any(field.sum for field in item.fields):
        return ""
    from engine.runtime.batch.offering import differences, offers

    return "\n".join(differences(offers(office, item), values))


#: What ``qingdan case`` takes in.
COMMANDS = (
    on_item("claim", say("run.command.claim"), "claim"),
    on_item("release", say("run.command.release"), "release"),
    on_item("complete", say("run.command.complete"), "complete", VALUES, FILES, tell=_differences),
)
