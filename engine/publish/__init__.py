"""What leaves the house on paper or on screen: wall charts, graphs, flow pictures."""

from .press import publish_items

__all__ = ["publish_items"]
