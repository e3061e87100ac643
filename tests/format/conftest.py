"""How long the long proofs of the format run."""

import os

import pytest


@pytest.fixture
def rounds() -> int:
    """Rounds of a random proof: a slice in ``make test``, all of them in ``make prove``."""
    return 20_000 if os.environ.get("QINGDAN_PROVE") == "full" else 300
