"""One app for all nets, over a store with the picture and the bank that links name."""

from __future__ import annotations

import pytest

from tests.nets.reach import app_client


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    return app_client(tmp_path_factory.mktemp("nets"))
