"""Rules for every test, and what many of them share: an app over an empty store, and uploads."""

from __future__ import annotations

import io
import os
import re
from types import CodeType
from typing import ClassVar
from urllib.parse import urlencode

import hypothesis
import numpy as np
import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from PIL import Image
from werkzeug.routing import Rule

from multiconv.web import create_app

IN_CI = bool(os.environ.get("CI"))
# PyTorch's threads would turn in circles between two layers, and take the others' time.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
HEAVY = re.compile(r"\btensorflow\b", re.IGNORECASE)

hypothesis.settings.register_profile("everyday", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if IN_CI else "everyday")


class Compiled(BytecodeCache):
    """Templates that one test compiled, for every other: each has an app of its own."""

    def __init__(self) -> None:
        self.found: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.found.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self.found[bucket.key] = bucket.code


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


class Known(Rule):
    """An address as another test's app compiled it: three quarters of what an app costs."""

    found: ClassVar[dict[tuple[object, ...], dict[str, object]]] = {}

    def compile(self) -> None:
        given = (self.rule, self.endpoint, self.is_leaf, self.host, self.subdomain, self.websocket)
        key = (*given, self.merge_slashes, self.build_only, str(self.defaults))
        if key not in self.found:
            before = dict(vars(self))
            super().compile()
            self.found[key] = {
                name: made for name, made in vars(self).items() if made is not before.get(name)
            }
        vars(self).update(self.found[key])


Flask.url_rule_class = Known


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped, in its own words."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure, but for the peer that has no wheel for every Python."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not (IN_CI and reporter) or exitstatus != pytest.ExitCode.OK:
        return
    skipped = [_reason(report) for report in reporter.stats.get("skipped", [])]
    if not all(HEAVY.search(reason) for reason in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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


@pytest.fixture
def hand_in(client):
    """Hand a file of weights in: ``hand_in(body, tensor="…")``."""

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
