"""An app over an empty store, and pictures to send to it."""

from __future__ import annotations

import io
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from multiconv.web import create_app


@pytest.fixture
def folder(tmp_path):
    """Where the app keeps its pictures."""
    return tmp_path / "store"


@pytest.fixture
def app(folder):
    return create_app({"TESTING": True, "PROPAGATE_EXCEPTIONS": False}, store_folder=folder)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def picture():
    """A picture's file: ``picture(kind, height, width)``, noise of a fixed seed."""

    def made(kind="PNG", height=24, width=30, seed=0, **options):
        noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
        file = io.BytesIO()
        Image.fromarray(noise).save(file, kind, **options)
        return file.getvalue()

    return made


@pytest.fixture
def upload(client):
    """Send a body as the field ``image``: ``upload(body, query, json=True)``."""

    def sent(body, query=None, *, json=False, name="p.png", **headers):
        if json:
            headers["Accept"] = "application/json"
        head = f'--b\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\n\r\n'
        return client.post(
            "/images?" + urlencode(query or {}),
            data=head.encode() + body + b"\r\n--b--\r\n",
            content_type="multipart/form-data; boundary=b",
            headers=headers,
        )

    return sent


@pytest.fixture
def uploaded(upload, picture):
    """The id of a picture that is there."""
    return upload(picture(), json=True).json["id"]
