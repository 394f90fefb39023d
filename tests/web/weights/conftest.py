"""Hand a file in: ``hand_in(body, tensor="…")``."""

from __future__ import annotations

import pytest


@pytest.fixture
def hand_in(client):
    def sent(body, *, query="", accept="application/json", **fields):
        parts = [
            f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = b'--b\r\nContent-Disposition: form-data; name="weights"; filename="w"\r\n\r\n'
        return client.post(
            f"/weights{query}",
            data=b"".join([*parts, head, body, b"\r\n--b--\r\n"]),
            content_type="multipart/form-data; boundary=b",
            headers={"Accept": accept},
        )

    return sent
