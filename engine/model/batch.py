"""What a subsidy batch (批次) is added up by."""

from enum import StrEnum


class BatchSum(StrEnum):
    """What the households of a batch add up to: each stands in one part of the list."""

    #: The whole list.
    ROLL = "roll"
    #: 到卡: the bank paid.
    CREDITED = "credited"
    #: 退汇未结: the bank could not pay, and it is not settled.
    RETURNED = "returned"
    #: 不再发: not to be paid any more.
    WITHDRAWN = "withdrawn"
    #: 在途: given to the bank, without an answer.
    IN_TRANSIT = "in-transit"
    #: 未发: not given to the bank.
    UNSENT = "unsent"
    #: The list less what was credited.
    UNPAID = "unpaid"


#: The parts a list falls into: every household stands in one of them.
PARTS = (
    BatchSum.CREDITED,
    BatchSum.RETURNED,
    BatchSum.WITHDRAWN,
    BatchSum.IN_TRANSIT,
    BatchSum.UNSENT,
)
