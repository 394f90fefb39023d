"""An object store that is away, comes back, or was never one."""

import pytest

from multiconv.errors import InvalidValue, StoreAway

objects = pytest.importorskip(
    "multiconv.store.objects", reason="obstore is not installed: no object store was tried"
)
from tests.hosted.engines import BUCKET, found_at, free_port  # noqa: E402


@pytest.fixture
def away(monkeypatch):
    """One at whose address nobody listens."""
    for name, text in found_at(free_port()).items():
        monkeypatch.setenv(name, text)
    return objects.ObjectBlobs(BUCKET)


def test_what_is_away_says_so_and_is_not_asked_again_at_once(away, monkeypatch):
    for use in (
        lambda: away.put_if_absent("one", b"1"),
        lambda: away.get("one"),
        lambda: away.get("one", 5),
        lambda: away.head("one"),
        lambda: away.delete("one"),
        lambda: list(away.listing()),
    ):
        monkeypatch.setattr(away, "_away_until", 0.0)
        with pytest.raises(StoreAway, match="try again"):
            use()
    assert not away.is_writable()
    away.touch("one")  # a use that cannot be noted stops nobody
    monkeypatch.setattr(objects.obstore, "head", lambda *_: pytest.fail("it was asked"))
    with pytest.raises(StoreAway):
        away.head("one")


def test_a_bucket_that_is_not_there_is_no_picture_that_is_not_there(bucket, monkeypatch, caplog):
    for name, text in bucket.items():
        monkeypatch.setenv(name, text)
    blobs = objects.ObjectBlobs("s3://another")
    assert not blobs.is_writable()
    assert caplog.messages[-1].endswith(": NoSuchBucket")
    uses = (
        lambda: blobs.put_if_absent("one", b"1"),
        lambda: blobs.get("one"),
        lambda: blobs.get("one", 5),
    )
    for use in uses:
        monkeypatch.setattr(blobs, "_away_until", 0.0)
        with pytest.raises(StoreAway):
            use()


def test_an_address_that_is_none_is_told():
    with pytest.raises(InvalidValue, match="cannot be used"):
        objects.ObjectBlobs("s3:///")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("PUT http://169.254.169.254/latest/api/token - status code: 403 Forbidden: no", "no keys"),
        ("status code: 403 Forbidden: <Error><Code>AccessDenied</Code>", "AccessDenied"),
        ("status code: 502 Bad Gateway: <html>", "502 Bad Gateway"),
        (
            'HTTP error: error sending\n error: "failed to lookup: no name"',
            "failed to lookup",
        ),
        ("HTTP error\n error: InvalidCertificate(\n Expired", "InvalidCertificate"),
        ("of no known form", "OSError"),
    ],
)
def test_the_reason_is_the_stores_own_word(said, told):
    assert objects.reason(OSError(said)).startswith(told)


def test_an_endpoint_without_its_beginning_is_told(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "s3.example:9000")
    with pytest.raises(InvalidValue, match=r"AWS_ENDPOINT_URL is .* Write such as https://"):
        objects.ObjectBlobs(BUCKET)
