"""Whom a case is opened for: what is asked, and the check of the answers.

Child cases are not asked: they are opened from the rows of a table, checked as such.
"""

from engine.model.case import Applicant
from engine.model.procedure import FieldType, FormField
from engine.model.wording import say

from .forms import parse_form


def _field(name: str, type_: FieldType, help_: str = "", *, required: bool = False) -> FormField:
    label = say(f"run.opening.{name}")
    return FormField(name=name, label=label, type=type_, required=required, help=help_)


#: What opening a case asks for.
OPENING_FIELDS = (
    _field("applicant", FieldType.PERSON, say("run.opening.applicant-help"), required=True),
    _field("id_card", FieldType.ID_CARD, say("run.opening.id_card-help")),
    _field("phone", FieldType.PHONE),
    _field("title", FieldType.TEXT, say("run.opening.title-help")),
)


def parse_opening(applicant: Applicant, title: str) -> tuple[Applicant, str]:
    """Applicant and title as they are stored, numbers in their normal form.

    Raises
    ------
    FormInvalid
        With a message for every one of :data:`OPENING_FIELDS` that cannot be accepted.
    """
    given = {
        "applicant": applicant.name,
        "id_card": applicant.id_card,
        "phone": applicant.phone,
        "title": title,
    }
    parsed = {name: str(value) for name, value in parse_form(OPENING_FIELDS, given).items()}
    name, id_card, phone = parsed["applicant"], parsed["id_card"], parsed["phone"]
    return Applicant(name=name, id_card=id_card, phone=phone), parsed["title"]
