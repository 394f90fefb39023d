"""What every answer says to browsers and caches, and what never reaches a route."""

from __future__ import annotations

import gzip

import pytest

from multiconv.experiment.model import LIMITS
from multiconv.web import create_app

PATHS = [
    *("/", "/edit", "/limits", "/robots.txt", "/healthz", "/openapi.json", "/diagram.svg"),
    *("/maps/sum.png", "/maps/sum.npy", "/api/experiment", "/api/probe", "/api/planes"),
    *("/nothing", "/?k=99", "/api/probe?k=99"),
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_safe_to_show(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert policy["frame-ancestors"] == "'none'"
    if path != "/diagram.svg":
        assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("name", ["js/main.js", "css/stage.css"])
def test_parts_of_pages_say_what_they_are_and_no_more(client, app, name):
    with client.get(f"/static/{app.config['BUILD']}/{name}") as found:
        headers = found.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"].partition(";")[0] in {
        *("text/javascript", "application/javascript", "text/css")
    }
    for told in ("Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"):
        assert told not in headers
    absent = client.get(f"/static/{app.config['BUILD']}/{name}.nothing")
    assert (absent.status_code, "Content-Security-Policy" in absent.headers) == (404, True)


def test_pages_have_no_script_or_style_inside(client):
    for path in ("/", "/limits", "/nothing"):
        page = client.get(path).text
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        inside = [part.partition(">")[0] for part in page.split("<script")[1:]]
        assert all('src="/static/' in tag or "application/json" in tag for tag in inside)


@pytest.mark.parametrize("path", [path for path in PATHS if path not in {"/edit"}])
def test_head_is_get_without_the_body(client, path):
    full, head = client.get(path), client.head(path)
    assert head.status_code == full.status_code
    assert head.data == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers.get(name) == full.headers.get(name), name


@pytest.mark.parametrize(
    "path",
    ["/", "/limits", "/openapi.json", "/diagram.svg", "/maps/sum.png", "/api/experiment"],
)
def test_what_is_known_is_not_sent_again(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["X-Content-Type-Options"] == "nosniff"
    fresh = client.get(path, headers={"If-None-Match": '"other"'})
    assert fresh.status_code == 200


def test_a_page_of_this_build_is_not_for_ever(client, app):
    build = app.config["BUILD"]
    assert client.get(f"/?v={build}").headers["Cache-Control"] == "no-cache"
    mistaken = client.get(f"/maps/sum.png?k=99&v={build}")
    assert mistaken.headers["Cache-Control"] == "no-store"


def test_no_shared_cache_keeps_what_is_of_an_uploaded_picture(client, app, uploaded):
    at = f"/maps/sum.png?v={app.config['BUILD']}"
    assert client.get(at).headers["Cache-Control"].startswith("public, ")
    own = client.get(f"{at}&image={uploaded}")
    assert own.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.get(f"/maps/sum.png?image={uploaded}").headers["Cache-Control"] == "no-cache"


READABLE = ["/api/experiment", "/api/probe?k=99", "/maps/sum.npy", "/diagram.svg", "/openapi.json"]


@pytest.mark.parametrize("path", READABLE)
def test_other_sites_may_read_the_api(client, path):
    answer = client.get(path, headers={"Origin": "https://notebook.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = client.options(
        path, headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    )
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]
    assert {"GET", "HEAD", "OPTIONS"} <= set(asked.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", ["/", "/edit", "/limits", "/healthz"])
def test_pages_are_not_for_other_sites(client, path):
    assert "Access-Control-Allow-Origin" not in client.get(path).headers


def test_no_other_site_may_ask_to_write(client):
    asked = client.options("/images", headers={"Origin": "https://a.example"})
    assert "Access-Control-Allow-Origin" not in asked.headers


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "garbage"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_posts_from_other_sites_are_refused(client, uploaded, method, headers):
    path = f"/images/{uploaded}" + ("/delete" if method == "POST" else "")
    answer = client.open(path, method=method, headers=headers)
    assert answer.status_code == 403
    assert client.get("/maps/sum.png", query_string={"image": uploaded}).status_code == 200
    assert client.post("/images", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "https://localhost"},  # behind a proxy that ends TLS
        {"Origin": "https://LOCALHOST:443"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_and_scripts_may_delete(client, uploaded, headers):
    assert client.delete(f"/images/{uploaded}", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/edit", "/maps/sum.png", "/api/probe", "/healthz"])
def test_a_query_over_the_limit_is_told(client, path):
    answer = client.get(path + "?w.0.0=" + "1," * (LIMITS.query_bytes // 2))
    assert answer.status_code == 414
    text = answer.get_data(as_text=True)
    assert "16 KiB" in text or "16,384" in text
    assert "fewer" in text


def test_a_body_over_the_limit_is_told_outside_uploads(client, uploaded):
    answer = client.post(f"/images/{uploaded}/delete", data=b"x" * (LIMITS.body_bytes + 1))
    assert answer.status_code == 413
    assert client.get("/api/probe", data=b"x" * 70_000).json["limit"] == "64 KiB"
    assert client.get("/", query_string={"image": uploaded}).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("&".join("a=1" for _ in range(2_600_000)), "application/x-www-form-urlencoded"),
        (
            "".join(
                f'--b\r\nContent-Disposition: form-data; name="f{at}"\r\n\r\n\r\n'
                for at in range(100_000)
            )
            + "--b--\r\n",
            "multipart/form-data; boundary=b",
        ),
        ("--b\r\n" + "x" * 5_000_000, "multipart/form-data; boundary=b"),
    ],
    ids=["2.6 million fields", "100,000 parts", "no part's end"],
)
def test_too_many_fields_are_refused(client, body, kind):
    answer = client.post(
        "/images", data=body, content_type=kind, headers={"Accept": "application/json"}
    )
    assert answer.status_code in {400, 413}
    assert answer.json["remedy"]


@pytest.mark.parametrize("host", ["evil.example", 'a"><script>', "a b", "[::1", "x" * 300, "a@b"])
def test_a_spoofed_host_reaches_no_markup_and_no_redirect(client, host):
    page = client.get("/", headers={"Host": host})
    assert page.status_code in {200, 400}
    assert '"><script>' not in page.text
    moved = client.get("/edit?k=1", headers={"Host": host})
    if moved.status_code == 303:
        assert moved.headers["Location"].startswith("/?")


def test_the_shown_link_has_the_host_that_was_asked(client):
    page = client.get("/?k=1", headers={"Host": "multiconv.example:8080"}).text
    assert 'value="http://multiconv.example:8080/?k=1"' in page


def test_only_trusted_hosts_if_some_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTICONV_HOSTS", "multiconv.example, localhost")
    client = create_app(store_folder=tmp_path).test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"Host": "multiconv.example"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    refused = client.get("/", headers={"Host": "evil.example"})
    assert refused.status_code == 400
    assert "MULTICONV_HOSTS" in refused.text
    assert "evil" not in refused.text


@pytest.mark.parametrize("path", ["/", "/api/experiment", "/diagram.svg", "/limits"])
def test_text_comes_deflated_to_those_who_take_it(client, path):
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) == packed.content_length < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_scripts_and_style_come_deflated(client):
    page = client.get("/").text
    start = page.index("/static/")
    path = page[start : page.index('"', start)]
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    with client.get(path) as plain:
        assert gzip.decompress(packed.data) == plain.data


def test_a_deflated_answer_has_its_own_tag_and_304(client):
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get("/", headers=headers).headers["ETag"]
    assert client.get("/", headers={**headers, "If-None-Match": tag}).status_code == 304
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "encodings"),
    [("/healthz", "gzip"), ("/maps/sum.png", "gzip"), ("/", "gzip;q=0"), ("/", "br")],
)
def test_what_is_small_a_picture_or_not_wanted_deflated_stays(client, path, encodings):
    answer = client.get(path, headers={"Accept-Encoding": encodings})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("address", "camera"),
    [
        ("http://localhost", "camera=(self)"),
        ("http://127.0.0.1:8000", "camera=(self)"),
        ("https://multiconv.example", "camera=(self)"),
        ("http://multiconv.example", "camera=()"),
    ],
)
def test_a_camera_is_for_secure_pages(client, address, camera):
    policy = client.get("/limits", base_url=address).headers["Permissions-Policy"]
    assert policy == f"geolocation=(), microphone=(), {camera}"
