"""Steps that several officers sign (会签, 或签, 票签): when they have decided, and what."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class SignMode(StrEnum):
    """How signatures become one decision."""

    #: 会签: every signer has to agree; the first who does not decides.
    ALL = "all"
    #: 或签: the first signature decides.
    ANY = "any"
    #: 票签: the votes are counted once there are as many as the quorum.
    VOTE = "vote"


class Majority(StrEnum):
    """Share of the votes cast that has to agree."""

    #: 过半数: more than half.
    HALF = "half"
    #: 三分之二以上: two thirds or more.
    TWO_THIRDS = "two-thirds"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """How a step is signed."""

    mode: SignMode
    #: Number of signers, all of them different officers.
    persons: int
    #: Votes that have to be cast; for ``vote`` only.
    quorum: int
    majority: Majority = Majority.HALF

    def outcome(self, options: Sequence[str], signed: Sequence[str]) -> str | None:
        """What the signatures so far decide, or None where more are needed.

        Parameters
        ----------
        options : of the field that is signed; the first one means agreement.
        signed : the options chosen, oldest first.

        Examples
        --------
        >>> vote = Signing(mode=SignMode.VOTE, persons=5, quorum=3)
        >>> vote.outcome(["同意", "不同意"], ["同意", "不同意"])
        >>> vote.outcome(["同意", "不同意"], ["同意", "不同意", "同意"])
        '同意'
        """
        against = [choice for choice in signed if choice != options[0]]
        if self.mode is SignMode.VOTE:
            return self._counted(options, signed) if len(signed) >= self.quorum else None
        if self.mode is SignMode.ANY:
            return signed[0] if signed else None
        if against:
            return against[0]
        return options[0] if len(signed) >= self.persons else None

    def _counted(self, options: Sequence[str], signed: Sequence[str]) -> str:
        """The option the votes are for; against where too few agree, however they are split."""
        agreed = signed.count(options[0])
        enough = (
            3 * agreed >= 2 * len(signed)
            if self.majority is Majority.TWO_THIRDS
            else 2 * agreed > len(signed)
        )
        if enough:
            return options[0]
        # Not agreed: the option most others chose, the earlier one of equals.
        return max(options[1:], key=signed.count)
