"""How long the long proofs of the format run."""

import os

import pytest
from hypothesis import settings

# A slow machine is no fault of the reader.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")


@pytest.fixture
def rounds() -> int:
    """Rounds of a random proof: a slice in ``make test``, all of them in ``make prove``."""
    return 20_000 if os.environ.get("QINGDAN_PROVE") == "full" else 300
