"""One plant of two thousand items for all tests of the plant."""

from __future__ import annotations

import pytest

from routingml_site.plant import Plant, make_plant

ITEMS, NEW_ITEMS, SEED = 2000, 300, 5


@pytest.fixture(scope="session")
def plant() -> Plant:
    """A plant large enough for shares to mean something."""
    return make_plant(ITEMS, NEW_ITEMS, SEED)
