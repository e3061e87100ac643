"""Proof: behaviour, soundness, segregation of duties, staffing."""

from .behaviour.exploration import Behaviour, explore
from .behaviour.reach import Limits

__all__ = ["Behaviour", "Limits", "explore"]
