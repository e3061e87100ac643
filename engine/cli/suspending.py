"""``qingdan case suspend`` and its like: a case as a whole stopped, resumed, ended."""

from engine.model.wording import say
from engine.runtime import Office

from .casetext import case_text
from .form import show_result
from .operation import on_case
from .options import REASON


def _show(office: Office, case_id: str, form: str) -> None:
    show_result(form, office.case(case_id).case, case_text(office, case_id))


#: What ``qingdan case`` takes in; each is the office's method of that name.
COMMANDS = tuple(
    on_case(name, say(f"suspending.command.{name}"), name, REASON, show=_show)
    for name in ("suspend", "resume", "terminate", "void")
)
