"""Settings: each does something, a bad one is one sentence that names its variable."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from io import BytesIO
from pathlib import Path

import pytest

from multiconv.errors import Busy, InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.web import create_app
from multiconv.web.settings import DAY, Settings, settings_from_environment, variable
from multiconv.web.turns import computing_turns
from tests.hosted.engines import found_at, free_port

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = [variable(each.name) for each in fields(Settings)]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def started(**environment: str) -> subprocess.CompletedProcess[str]:
    """Start the server with these variables alone and wait for its end."""
    return subprocess.run(
        [sys.executable, "app.py", "--port", "0"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def test_nothing_set_is_the_usual(monkeypatch):
    monkeypatch.setenv("MULTICONV_HOSTS", "")
    assert settings_from_environment() == Settings()


def test_every_setting_is_read_from_its_variable(monkeypatch, tmp_path):
    said = {
        "MULTICONV_STORE": str(tmp_path),
        "MULTICONV_STORE_GIB": "0.5",
        "MULTICONV_FORGET_DAYS": "90",
        "MULTICONV_HOSTS": "a.example, .b.example,",
        "MULTICONV_EMBED": "https://lms.example,https://*.school.example:8443",
        "MULTICONV_WRITES": "30",
        "MULTICONV_LIMITS_STORE": "valkey://counts:6379",
        "MULTICONV_PROXIES": "1",
        "MULTICONV_PREFIX": "/tools/multiconv/",
        "MULTICONV_COMPUTING": "4",
        "MULTICONV_WAITING": "0",
        "MULTICONV_PREVIEW": "off",
        "MULTICONV_METRICS": "on",
    }
    assert list(said) == VARIABLES
    for name, text in said.items():
        monkeypatch.setenv(name, text)
    assert settings_from_environment() == Settings(
        store=str(tmp_path),
        store_bytes=2**29,
        forget_after=90 * DAY,
        hosts=("a.example", ".b.example"),
        embedders=("https://lms.example", "https://*.school.example:8443"),
        writes=30,
        limits_store="valkey://counts:6379",
        proxies=1,
        prefix="/tools/multiconv",
        computing=4,
        waiting=0,
        preview=False,
        metrics=True,
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MULTICONV_STORE", "ftp://bucket"),
        ("MULTICONV_STORE", "s3://"),
        ("MULTICONV_STORE", "s3:/bucket"),
        ("MULTICONV_FORGET_DAYS", "a month"),
        ("MULTICONV_FORGET_DAYS", "-1"),
        ("MULTICONV_COMPUTING", "many"),
        ("MULTICONV_COMPUTING", "0"),
        ("MULTICONV_COMPUTING", "65"),
        ("MULTICONV_WAITING", "-1"),
        ("MULTICONV_PREVIEW", "no"),
        ("MULTICONV_STORE_GIB", "2 GB"),
        ("MULTICONV_STORE_GIB", "nan"),
        ("MULTICONV_STORE_GIB", "0"),
        ("MULTICONV_WRITES", "-1"),
        ("MULTICONV_LIMITS_STORE", "counts:6379"),
        ("MULTICONV_PROXIES", "true"),
        ("MULTICONV_PREFIX", "tools"),
        ("MULTICONV_PREFIX", "//evil.example"),
        ("MULTICONV_HOSTS", "https://a.example"),
        ("MULTICONV_HOSTS", "a.example b.example"),
        ("MULTICONV_EMBED", "lms.example"),
        ("MULTICONV_EMBED", "https://lms.example; script-src *"),
        ("MULTICONV_EMBED", "https://lms.example/course"),
    ],
)
def test_a_bad_one_names_its_variable_and_what_to_write(monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(InvalidValue, match=name) as told:
        settings_from_environment()
    assert told.value.field == name
    assert "Write" in told.value.remedy


def test_the_server_ends_with_a_sentence_and_2_for_a_bad_setting():
    done = started(MULTICONV_COMPUTING="many", MULTICONV_STOER="s3://bucket", MULTICONV_X="1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "MULTICONV_STOER is no setting: is MULTICONV_STORE meant?\n"
        "MULTICONV_X is no setting.\n"
        "MULTICONV_COMPUTING is “many”, which is no whole number. "
        "Write a whole number from 1 to 64.\n"
    )


def test_without_a_home_it_asks_for_a_folder(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with pytest.raises(InvalidValue, match="Set MULTICONV_STORE"):
        _ = Settings().folder


def test_the_folder_is_the_users_data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Settings().folder == tmp_path / "multiconv"
    assert Settings(store="here").folder == Path("here")


def test_a_smaller_store_is_told_and_full_sooner(tmp_path, picture):
    settings = Settings(store_bytes=2**16)
    client = create_app(store_folder=tmp_path, settings=settings).test_client()
    assert "64 KiB" in client.get("/limits").text
    body = {"image": (BytesIO(picture("PNG", 200, 200)), "a.png")}
    answer = client.post("/images", data=body, headers={"Accept": "application/json"})
    assert answer.status_code == 507
    assert answer.json["limit"] == "6.1e-05 GiB"


def test_pages_may_stand_in_the_frames_of_those_that_are_named(tmp_path):
    settings = Settings(embedders=("https://lms.example", "https://b.example"))
    client = create_app(store_folder=tmp_path, settings=settings).test_client()
    policy = client.get("/limits").headers["Content-Security-Policy"]
    assert policy.endswith("; frame-ancestors https://lms.example https://b.example")


def test_as_many_compute_at_once_as_set():
    places = computing_turns(Settings(computing=3, waiting=0))
    for _ in range(3):
        places.take()
    with pytest.raises(Busy, match="All 3 places"):
        places.take()


def test_the_readme_has_every_setting_and_what_it_is_unless_set():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(MULTICONV_\w+)` \|[^|]*\| ([^|]*) \|$", text, re.MULTILINE))
    assert list(rows) == VARIABLES
    usual = Settings()
    assert rows["MULTICONV_STORE_GIB"] == f"{LIMITS.store_bytes / 2**30:g}"
    assert rows["MULTICONV_COMPUTING"] == str(usual.computing)
    assert rows["MULTICONV_WAITING"] == str(usual.waiting)
    assert rows["MULTICONV_PROXIES"] == str(usual.proxies)
    assert rows["MULTICONV_PREVIEW"] == ("on" if usual.preview else "off")
    assert rows["MULTICONV_METRICS"] == ("on" if usual.metrics else "off")


def test_the_age_at_which_pictures_are_forgotten_is_told_before_one_is_chosen(tmp_path):
    settings = Settings(forget_after=90 * DAY)
    page = create_app(store_folder=tmp_path, settings=settings).test_client().get("/").text
    assert "until it is deleted under Share or nobody has opened it for 90 days.</p>" in page
    assert "nobody has opened" not in create_app(store_folder=tmp_path).test_client().get("/").text


def test_an_object_store_is_told_by_its_address(monkeypatch):
    monkeypatch.setenv("MULTICONV_STORE", "s3://bucket/prefix")
    settings = settings_from_environment()
    assert settings.place == settings.objects == "s3://bucket/prefix"
    assert Settings(store="a/folder").objects == ""
    monkeypatch.setattr("multiconv.web.find_spec", lambda _: None)
    with pytest.raises(InvalidValue, match=r"an extra is needed\. .*multiconv\[hosted\]"):
        create_app(settings=settings)


def test_an_object_store_that_does_not_answer_ends_the_start_with_a_sentence():
    pytest.importorskip("obstore", reason="obstore is not installed: no object store was tried")
    done = started(MULTICONV_STORE="s3://bucket", **found_at(free_port()))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-2].endswith(": Connection refused")
    assert done.stderr.splitlines()[-1] == (
        "Uploads cannot be kept in s3://bucket: no file can be made there. "
        "See that bucket, keys and address are right: it said why, above."
    )
