"""Drawing a procedure: lanes, boxes, orthogonal edges, labels, in any unit."""

from .compose import arrange
from .drawing import Band, Box, Drawing, Edge, Sizes

__all__ = ["Band", "Box", "Drawing", "Edge", "Sizes", "arrange"]
