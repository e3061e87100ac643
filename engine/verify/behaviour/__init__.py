"""The exact behaviour of a procedure: a token game over bit masks, explored whole.

:mod:`.build` inlines calls into a plan, :mod:`.shrink` reduces its well-structured
parts to blocks, :mod:`.moves` compiles the rest, :mod:`.reach` explores it, and
:mod:`.pairs`, :mod:`.runs`, :mod:`.witness` read the result.
"""
