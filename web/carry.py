"""Form values that survive an expired session or page.

A POST that cannot be taken is answered by a page holding what was typed in
hidden inputs; one more press brings the form back filled in. It is never
submitted on the officer's behalf.
"""

from flask import request
from werkzeug.datastructures import MultiDict

from .forms import INPUT_PREFIX

#: Prefix of a carried value's hidden input.
CARRY_PREFIX = "carry."
#: Value of the ``action`` button that only shows the form again.
REFILL = "refill"


def carried_values(form: MultiDict[str, str] | None = None) -> dict[str, str]:
    """Field inputs of the request, to be put into hidden inputs."""
    source = request.form if form is None else form
    found = {}
    for name, value in source.items():
        bare = name.removeprefix(CARRY_PREFIX)
        if bare.startswith(INPUT_PREFIX):
            found[bare] = value
    return found
