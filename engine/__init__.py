"""Qingdan's engine: procedures drawn in BPMN, proved, executed and published.

Layers, each importing only those below it (a test enforces it):
``cli`` → ``publish | runtime`` → ``verify | store`` → ``bpmn`` → ``model``.
"""

__version__ = "0.1.0"
