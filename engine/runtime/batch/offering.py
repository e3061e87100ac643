"""What a batch adds up to, offered in the form of the step that reconciles it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.model.batch import PARTS, BatchSum
from engine.model.case import WorkItem
from engine.model.procedure import FormField
from engine.model.wording import say

from ..forms import parse_value
from ..reading import Reading
from .gathering import gather
from .payment import BatchFaulty
from .reconciliation import Reconciliation, reconcile
from .telling import difference, part_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A sum offered for a field."""

    field: FormField
    #: In 元.
    amount: Decimal
    #: What it was worked out from.
    source: str

    def difference(self, text: str) -> str:
        """How far what an officer gave is from it; empty where it is the same, or no amount."""
        given, problem = parse_value(self.field, text, required=False)
        if problem or not isinstance(given, Decimal) or given == self.amount:
            return ""
        return difference(self.field.label, given, self.amount)


def offers(office: Reading, item: WorkItem) -> Mapping[str, Offer]:
    """What the form of a work item is offered, by field; nothing outside a batch."""
    asked = [field for field in item.fields if field.sum]
    if not asked:
        return {}
    try:
        found = reconcile(gather(office, item.case_id))
    except BatchFaulty:
        return {}
    return {
        field.name: Offer(
            field=field, amount=found.sum_of(field.sum), source=_source(found, field.sum)
        )
        for field in asked
        if field.sum
    }


def told_of(item: WorkItem, offered: Mapping[str, Offer]) -> WorkItem:
    """A work item whose fields say where what is offered comes from."""
    fields = tuple(
        replace(field, help=" ".join(filter(None, (field.help, offered[field.name].source))))
        if field.name in offered
        else field
        for field in item.fields
    )
    return replace(item, fields=fields)


def differences(offered: Mapping[str, Offer], values: Mapping[str, str]) -> tuple[str, ...]:
    """How far what an officer gave is from what was offered, a line for each field."""
    told = (offer.difference(values.get(name, "")) for name, offer in offered.items())
    return tuple(filter(None, told))


def _source(found: Reconciliation, sum_: BatchSum) -> str:
    """Batch reconciliation, and the parts the sum is of."""
    of = [part for part in PARTS if part is sum_ or _is_in(part, sum_)]
    told = "、".join(
        say("reconcile.of-part", part=part_name(part), count=found.parts[part].count)
        for part in of
        if found.parts[part].count
    )
    return say("reconcile.source", amount=found.sum_of(sum_), parts=told or say("reconcile.none"))


def _is_in(part: BatchSum, sum_: BatchSum) -> bool:
    return sum_ is BatchSum.ROLL or (sum_ is BatchSum.UNPAID and part is not BatchSum.CREDITED)
