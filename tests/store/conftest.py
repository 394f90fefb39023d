"""An object store for the tests of this room."""

import pytest

from tests.hosted.engines import object_store


@pytest.fixture(scope="session")
def bucket(tmp_path_factory):
    """An object store, by the variables that lead to it."""
    pytest.importorskip("moto", reason="moto is not installed: no object store was tried")
    with object_store(tmp_path_factory.mktemp("moto") / "log") as variables:
        yield variables
