"""The office of the case tests, on every kind of database."""

from tests.cases.conftest import clock, desk, office, published, roster, store

__all__ = ["clock", "desk", "office", "published", "roster", "store"]
