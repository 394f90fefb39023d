"""Below a path: every address stays there and answers; proxies are believed only where set so."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client
from werkzeug.wrappers import Response

from multiconv.web import create_app
from multiconv.web.settings import Settings

ROOT = "/tools/multiconv"
ADDRESSES = {"href", "src", "action", "formaction", "data-path", "data-scores", "data-src"}
PAGES = (
    *("/", "/?network=faces", "/?network=emoji", "/?k=2&kernel=99", "/filters", "/weights"),
    *("/challenges", "/teachers", "/?tour=3", "/?challenge=1", "/?challenge=3"),
)


class Found(HTMLParser):
    """The addresses of a page, with the element that each stands in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ADDRESSES and value and not value.startswith(("#", "data:", "https://")):
                self.found.append((tag, value))


@pytest.fixture(params=["mounted", "set, taken off", "set, left"])
def outside(request, folder):
    """The app below a path, in the three ways in which it gets there."""
    if request.param == "mounted":
        app = DispatcherMiddleware(
            Response("another app", 404), {ROOT: create_app(store_folder=folder)}
        )
        return Client(app)
    app = create_app(store_folder=folder, settings=Settings(prefix=ROOT))
    if request.param == "set, left":
        return Client(app)
    return Client(lambda environ, start: app(_taken_off(environ), start))


def _taken_off(environ):
    """What a proxy asks for that takes the path off and says nothing of it."""
    assert environ["PATH_INFO"].startswith(f"{ROOT}/") or environ["PATH_INFO"] == ROOT
    return environ | {"PATH_INFO": environ["PATH_INFO"].removeprefix(ROOT)}


def addresses_in(value):
    """The strings of an answer in JSON that are addresses."""
    if isinstance(value, str):
        return [value] if value.startswith("/") else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [address for each in inner for address in addresses_in(each)]


def test_every_address_of_every_page_stays_below_the_path_and_answers(outside, picture):
    form = {"image": (BytesIO(picture()), "a.png")}
    sent = outside.post(f"{ROOT}/images", data=form)
    assert sent.status_code == 303
    mine = sent.headers["Location"]
    assert mine.startswith(f"{ROOT}/?image=")
    asked, kinds = set(), set()
    for page in [*(ROOT + path for path in PAGES), mine, f"{ROOT}/nothing/here"]:
        answer = outside.get(page, follow_redirects=True)
        assert answer.status_code in {200, 400, 404}
        found = Found(answer.text).found
        assert found
        for tag, value in found:
            address = urljoin(page, value)
            assert address.startswith(f"{ROOT}/"), (page, value)
            assert address.count("/tools") == 1, (page, value)
            path = urlsplit(address).path
            shape = tag, re.sub(r"\d+|[0-9a-f]{10,}", "n", path)
            if tag == "form" and path.endswith(
                ("/images", "/delete", "/learned", "/glorot", "/he")
            ):
                kinds.add(shape)
            elif shape not in kinds:
                kinds.add(shape)
                asked.add(address)
    assert len(asked) > 40
    for address in asked:
        status = outside.get(address, buffered=True).status_code
        leads_on = address.split("?")[0].endswith(("/edit", "/learn"))
        assert status == (303 if leads_on else 200), address
    assert outside.get(ROOT).headers["Location"] == f"{ROOT}/"


def test_answers_to_scripts_and_crawlers_are_below_it_too(outside):
    facts = outside.get(f"{ROOT}/api/experiment").json
    found = [*addresses_in(facts), *addresses_in(outside.get(f"{ROOT}/api/networks").json)]
    assert len(found) > 10
    assert all(address.startswith(f"{ROOT}/") for address in found)
    described = outside.get(f"{ROOT}/openapi.json").json
    assert described["servers"] == [{"url": ROOT}]
    assert all(
        outside.get(ROOT + path).status_code == 200 for path in ("/api/probe", "/robots.txt")
    )
    assert f"Disallow: {ROOT}/*?" in outside.get(f"{ROOT}/robots.txt").text
    stored = outside.post(f"{ROOT}/filters", json={"query": "w.0.0=0,0,0,0,1,0,0,0,0"})
    assert stored.json["url"] == stored.headers["Location"]
    assert stored.json["url"].startswith(f"{ROOT}/?filters=")
    assert f"http://localhost{ROOT}/?k=1" in outside.get(f"{ROOT}/code/numpy.py?k=1").text
    assert f'value="http://localhost{ROOT}/?k=1"' in outside.get(f"{ROOT}/?k=1").text
    edited = outside.get(f"{ROOT}/edit?k=1&do=apply")
    assert edited.headers["Location"].startswith(f"{ROOT}/?")
    assert '"root": "/tools/multiconv"' in outside.get(f"{ROOT}/").text


def test_pages_of_one_process_keep_to_the_path_they_were_asked_below(folder):
    app = create_app(store_folder=folder)
    mounted = Client(DispatcherMiddleware(app, {ROOT: app}))
    for _ in range(2):
        assert 'href="/limits"' in mounted.get("/").text
        assert f'href="{ROOT}/limits"' in mounted.get(f"{ROOT}/").text


FORWARDED = {
    "X-Forwarded-Host": "school.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": ROOT,
}


def test_a_proxy_is_believed_where_it_is_said_to_be_there(folder):
    ours = create_app(store_folder=folder, settings=Settings(proxies=1)).test_client()
    page = ours.get("/?k=1", headers=FORWARDED).text
    assert f'value="https://school.example{ROOT}/?k=1"' in page
    assert (
        f"https://school.example{ROOT}/?k=1" in ours.get("/code/jax.py?k=1", headers=FORWARDED).text
    )
    alone = create_app(store_folder=folder).test_client()
    assert 'value="http://localhost/?k=1"' in alone.get("/?k=1", headers=FORWARDED).text


@pytest.mark.parametrize(
    "wrong", [{"X-Forwarded-Prefix": "//evil.example"}, {"X-Forwarded-Proto": "javascript"}]
)
def test_what_no_link_can_begin_with_is_refused(folder, wrong):
    client = create_app(store_folder=folder, settings=Settings(proxies=1)).test_client()
    answer = client.get("/", headers=FORWARDED | wrong)
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_behind_a_proxy_that_hides_the_name_an_upload_works_or_says_what_to_set(folder, picture):
    def upload(settings, **headers):
        client = create_app(store_folder=folder, settings=settings).test_client()
        form = {"image": (BytesIO(picture()), "a.png")}
        headers |= {"Host": "127.0.0.1:5000", "Origin": "https://school.example"}
        return client.post("/images", data=form, headers=headers)

    refused = upload(Settings())
    assert refused.status_code == 403
    assert "MULTICONV_PROXIES=1" in refused.text
    by_the_browser = {"Sec-Fetch-Site": "same-origin"}
    assert upload(Settings(), **by_the_browser).status_code == 303
    by_the_proxy = {"X-Forwarded-Host": "school.example", "X-Forwarded-Proto": "https"}
    assert upload(Settings(proxies=1), **by_the_proxy).status_code == 303
    assert upload(Settings(hosts=("127.0.0.1", "school.example"))).status_code == 303
