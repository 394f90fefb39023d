"""An app to export programs from."""

from __future__ import annotations

import pytest

from multiconv.web import create_app


@pytest.fixture
def client(tmp_path):
    config = {"TESTING": True, "PROPAGATE_EXCEPTIONS": True}
    return create_app(config, store_folder=tmp_path / "store").test_client()
