"""Running cases on another version of their procedure: what speaks against it, and the move.

:mod:`.renaming` finds steps that have another id, :mod:`.comparing` holds two versions
against what has happened in a run, :mod:`.deeds` against what officers did, :mod:`.outlook`
against who is there; :mod:`.moving` does it, :mod:`.rounds` for many cases at once.
"""
