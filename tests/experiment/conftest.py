"""One app for the tests of a module: what they ask it leaves nothing behind but banks."""

from __future__ import annotations

import pytest

from multiconv.web import create_app


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    config = {"TESTING": True, "PROPAGATE_EXCEPTIONS": True}
    return create_app(config, store_folder=tmp_path_factory.mktemp("store")).test_client()
