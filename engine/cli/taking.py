"""``qingdan case claim`` and its like: a work item taken, given back, done."""

from engine.model.wording import say

from .operation import FILES, VALUES, on_item

#: What ``qingdan case`` takes in.
COMMANDS = (
    on_item("claim", say("run.command.claim"), "claim"),
    on_item("release", say("run.command.release"), "release"),
    on_item(
        "complete", say("run.command.complete"), "complete", VALUES, FILES, tell=lambda _, **__: ""
    ),
)
