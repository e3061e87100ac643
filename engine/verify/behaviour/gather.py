"""The inclusive join's condition: the path rule of BPMN 2.0.2, clause 13.4.3."""


class Gather:
    """One inclusive join.

    It fires when a token is on some entrance and every token that could still
    reach an empty entrance (without passing the join) could as well reach one
    that already has a token.
    """

    __slots__ = ("_blockers", "entrances", "upstream")

    def __init__(self, upstream: dict[int, int]) -> None:
        #: Entrance bit → bits from which a path leads to it past the join, itself included.
        self.upstream = upstream
        self.entrances = sum(upstream)
        self._blockers: dict[int, int] = {}

    def may_fire(self, state: int) -> bool:
        """Whether the join fires in this state."""
        full = state & self.entrances
        blockers = self._blockers.get(full)
        if blockers is None:
            to_full = to_empty = 0
            for entrance, upstream in self.upstream.items():
                if entrance & full:
                    to_full |= upstream
                else:
                    to_empty |= upstream
            blockers = self._blockers[full] = to_empty & ~to_full
        return not state & blockers
