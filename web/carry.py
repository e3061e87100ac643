"""What was typed survives an expired session or page.

A POST that cannot be taken is answered by a page holding what was typed in
hidden inputs; one more press brings the form back filled in. It is never
submitted on the officer's behalf.
"""

from flask import request

from engine.model.errors import QingdanError
from engine.model.wording import say

#: Prefix of a carried value's hidden input on the sign-in page.
CARRY_PREFIX = "carry."
#: Name of the button that only shows the form again.
REFILL = "refill"
#: Inputs of the page, not of the officer: the page shown again has its own.
_OWN = {"csrf_token", "key", "version", REFILL}

#: Name and text of inputs in the order of the form; a name may stand several times.
Carried = list[tuple[str, str]]


class BroughtBack(QingdanError):
    """The form was brought back: the officer looks at it before it does anything."""

    def __init__(self) -> None:
        super().__init__(say("web.brought-back"))


def is_brought_back() -> bool:
    """Whether the form only comes back to be looked at."""
    return REFILL in request.form


def typed_values() -> Carried:
    """What the request's form holds, to be put into hidden inputs; never a password."""
    if request.blueprint == "account":
        return []
    return [(name, text) for name, text in request.form.items(multi=True) if name not in _OWN]


def carried_values() -> Carried:
    """What the sign-in page held for another form."""
    return [
        (name.removeprefix(CARRY_PREFIX), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(CARRY_PREFIX)
    ]
