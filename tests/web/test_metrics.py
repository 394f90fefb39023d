"""What is counted, by routes and kinds of work; never by what somebody typed or sent."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from multiconv import web
from multiconv.errors import InvalidValue
from multiconv.experiment.model import LIMITS
from multiconv.imaging.sandbox import decoder_starts
from multiconv.store.blobs import FolderBlobs, Kept
from multiconv.web import create_app
from multiconv.web.metrics import FOLDER, take_over
from multiconv.web.settings import Settings

ON = Settings(metrics=True)
LABELS = {
    "rule": r"none|/[\w/<>:.-]*",
    "method": r"[A-Z]+|other",
    "status": r"[1-5]\d\d",
    "work": "computing|uploading",
    "cache": "arrays|pages|article",
    "operation": "[a-z_]+",
    "le": r"[\d.]+|\+Inf",
}


@pytest.fixture
def counting(tmp_path: Path) -> FlaskClient:
    """A client of an app that counts."""
    return create_app(store_folder=tmp_path, settings=ON).test_client()


def counted(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """All that is counted, by name and the values of labels in their order."""
    told = text_string_to_metric_families(client.get("/metrics").text)
    samples = [each for family in told for each in family.samples]
    assert samples
    for each in samples:
        for label, value in each.labels.items():
            assert re.fullmatch(LABELS[label], value), each
    return {(each.name, *each.labels.values()): each.value for each in samples}


def test_unless_set_nothing_is_counted_or_told(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_requests_turns_cache_store_and_decoder_are_counted(
    counting: FlaskClient, picture: Callable[..., bytes]
) -> None:
    body = {"image": (BytesIO(picture("PNG", 40, 40)), "mine.png")}
    link = counting.post("/images", data=body).headers["Location"]
    starts = decoder_starts(LIMITS)
    for path in (link, link, "/?w.0.0=typed", "/no/such", "/maps/sum.png?size=64"):
        counting.get(path)
    now = counted(counting)
    total = "multiconv_requests_total"
    assert now[total, "POST", "/images", "303"] == 1
    assert now[total, "GET", "/", "200"] == 2
    assert now[total, "GET", "/", "400"] == 1
    assert now[total, "GET", "none", "404"] == 1
    assert now["multiconv_request_seconds_count", "/"] == 3
    assert now["multiconv_under_way", "computing"] == now["multiconv_waiting", "computing"] == 0
    assert now["multiconv_under_way", "uploading"] == 0
    assert now["multiconv_cache_hits_total", "pages"] >= 0
    assert now["multiconv_cache_misses_total", "arrays"] > 0
    assert now["multiconv_cache_bytes",] > 64 * 64
    assert now["multiconv_store_seconds_count", "put_if_absent"] == 2
    assert now["multiconv_decoder_restarts_total",] == starts - 1
    assert total in counting.get("/metrics", headers={"Host": "10.0.0.7:5000"}).text


def test_what_the_store_refuses_is_counted(tmp_path: Path, picture: Callable[..., bytes]) -> None:
    full = create_app(store_folder=tmp_path, settings=Settings(metrics=True, store_bytes=2**14))
    body = {"image": (BytesIO(picture("PNG", 200, 200)), "a.png")}
    assert full.test_client().post("/images", data=body).status_code == 507
    now = counted(full.test_client())
    assert now["multiconv_requests_total", "POST", "/images", "507"] == 1


def test_a_listing_that_breaks_off_is_counted_as_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listing(_: FolderBlobs) -> Iterator[Kept]:
        yield Kept("a" * 64 + ".png", 1, 0.0)
        raise OSError("the disk is away")

    client = create_app(store_folder=tmp_path, settings=ON).test_client()
    assert counted(client)["multiconv_store_seconds_count", "listing"] == 1
    monkeypatch.setattr(FolderBlobs, "listing", listing)
    with pytest.raises(OSError, match="away"):
        client.application.extensions["multiconv_store"].upkeep.sweep()
    now = counted(client)
    assert now["multiconv_store_failures_total", "listing"] == 1
    assert now["multiconv_store_seconds_count", "listing"] == 2


def test_without_the_extra_the_setting_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "find_spec", lambda _: None)
    with pytest.raises(InvalidValue, match="an extra that is not installed"):
        create_app(store_folder=tmp_path, settings=ON)


def test_a_folder_to_count_in_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "none"))
    with pytest.raises(InvalidValue, match=f"{FOLDER} is .*none”, where there is no folder"):
        create_app(store_folder=tmp_path, settings=ON)


COUNTS = """
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
own = CollectorRegistry()
Counter("a", "A.", ["b"], registry=own).labels("c").inc(3)
Histogram("d", "D.", buckets=(1, 2), registry=own).observe(1.5)
Gauge("e", "E.", multiprocess_mode="livesum", registry=own).inc(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is one worker there")
def test_what_dead_processes_counted_is_added_up_and_their_files_go(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for more, times in ((2, 2), (1, 3)):
        for _ in range(more):
            subprocess.run([sys.executable, "-c", COUNTS], env=environment, check=True)
        take_over(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"counter_0.db", "histogram_0.db"}
        read = "from prometheus_client import *; from prometheus_client.multiprocess import *\n"
        read += (
            "r = CollectorRegistry(); MultiProcessCollector(r); print(generate_latest(r).decode())"
        )
        done = subprocess.run(
            [sys.executable, "-c", read], env=environment, capture_output=True, text=True
        )
        assert f'a_total{{b="c"}} {3.0 * times}' in done.stdout, done.stderr
        assert f'd_bucket{{le="1.0"}} 0.0\nd_bucket{{le="2.0"}} {1.0 * times}' in done.stdout
        assert f"d_sum {1.5 * times}" in done.stdout
        assert "\ne " not in done.stdout
