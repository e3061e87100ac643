"""Whether officers are left for the rest of a case on another version."""

from engine.verify.staffing import game

from ..lookahead import Outlook


class Prospect(Outlook):
    """A family of cases as if it ran on some version, and who is there to finish it."""

    def trouble(self) -> str:
        """What nobody could do, in Chinese; empty where nothing is certain to be left undone."""
        answer = game.can_finish(self._state(self.root))
        return self._trouble(answer.witness) if answer.witness is not None else ""
