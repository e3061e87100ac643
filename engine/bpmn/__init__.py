"""BPMN files: our extension elements, reading, validating, laying out, writing.

Belongs here: everything that knows XML. Does not: what a diagram *means*
(``engine.verify``) or doing it (``engine.runtime``).
"""
