"""A witness of the verifier replayed on SpiffWorkflow, step by step, for a designer."""

from .replay import Exit, Happening, Player, Replay

__all__ = ["Exit", "Happening", "Player", "Replay"]
