"""Reduction."""

from .plan import Plan


def shrink(plan: Plan) -> None:
    """Nothing yet."""
