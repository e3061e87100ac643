"""What the runtime refuses; every message says why and what to do."""

from collections.abc import Mapping

from engine.model.errors import QingdanError
from engine.model.wording import clauses, say


class Refused(QingdanError):
    """A rule forbids this officer to do this step in this case."""

    exit_code = 1

    def __init__(self, rule: str, basis: str, fault: str, remedy: str = "") -> None:
        #: Kebab-case id of the rule, and the source it rests on.
        self.rule = rule
        self.basis = basis
        #: What is wrong, and how to mend it: together the message.
        self.fault = fault
        self.remedy = remedy
        super().__init__(clauses(fault, remedy))


class FormInvalid(QingdanError):
    """Fields of a form that cannot be accepted; what was entered stays with the caller."""

    exit_code = 1

    def __init__(self, problems: Mapping[str, str]) -> None:
        #: Message by field name; ``table.row.column`` inside a table, rows from 0.
        self.problems = dict(problems)
        super().__init__(say("run.form-invalid", problems="；".join(self.problems.values())))

    def lines(self) -> tuple[str, ...]:
        return tuple(self.problems.values())


class UnknownCase(QingdanError):
    """No case of this number in the office."""


class UnknownWorkItem(QingdanError):
    """No such work item in the office."""


class UnknownAttachment(QingdanError):
    """No such attachment in the office."""


class UnknownOfficer(QingdanError):
    """No such officer in the office."""


class AlreadyTaken(QingdanError):
    """Somebody else has claimed or done the work item."""

    exit_code = 1

    def __init__(self, officer: str | None, message: str) -> None:
        #: Officer id of who has it; None when the procedure took it away.
        self.officer = officer
        super().__init__(message)


class Stale(QingdanError):
    """The case has moved on since the officer looked at it."""

    exit_code = 1


class NotAllowed(QingdanError):
    """The operation does not fit the state of the work item or case."""

    exit_code = 1


class FaultyCase(QingdanError):
    """The procedure cannot go on: an expression or a gateway cannot be decided."""

    exit_code = 1


class StateDamaged(QingdanError):
    """The stored state of a case cannot be read; only a backup can bring it back."""


class RepeatedKey(QingdanError):
    """The key of a command was used for another request before."""

    exit_code = 1


class Unexecutable(QingdanError):
    """A procedure the runtime will not run, with the construct that is in the way."""


class BadEffectiveDate(QingdanError):
    """A version cannot take effect, or be withdrawn, on that day."""

    exit_code = 1


class UnknownVersion(QingdanError):
    """No version of the procedure is called so, or several are."""


class SignInRefused(QingdanError):
    """Wrong name or password, or too many attempts."""

    exit_code = 1
