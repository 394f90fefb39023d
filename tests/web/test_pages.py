"""The page, robots, and that nothing is written but uploads in the store."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
from markupsafe import Markup

from multiconv.imaging.samples import SAMPLES
from multiconv.web import create_app
from multiconv.web.pages import folded
from multiconv.web.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_shows_the_experiment(client):
    page = client.get("/?k=2&strides=2")
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    for q in range(3):
        assert f"filter[·,·,{q},2]" in page.text
    assert page.text.count("/maps/partial-0.png") >= 1
    assert 'action="/edit"' in page.text


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_has_its_page(client, name):
    page = client.get(f"/?image=sample:{name}")
    assert page.status_code == 200
    assert SAMPLES[name].credit[:20] in page.text.replace("&#39;", "'")


def test_an_uploads_page(client, uploaded):
    page = client.get(f"/?image={uploaded}")
    assert page.status_code == 200
    assert f"/images/{uploaded}/delete" in page.text


def test_a_page_is_made_once(client, uploaded):
    part = {"Multiconv-Part": "figure"}
    made = client.application.extensions["multiconv_pages"].cache_info
    before = made()
    for headers in ({}, part, {"Host": "other.example"}):
        first = client.get("/?k=2", headers=headers)
        again = client.get("/?k=2", headers={**headers, "Accept-Encoding": "gzip"})
        assert gzip.decompress(again.data) == first.data
        assert (first.status_code, first.vary) == (200, again.vary)
        tag = {"If-None-Match": again.headers["ETag"], "Accept-Encoding": "gzip"}
        assert client.get("/?k=2", headers={**headers, **tag}).status_code == 304
    assert client.get("/?k=99").status_code == client.get("/?k=99").status_code == 400
    after = made()
    # What is known is told before a page is looked for.
    assert (after.misses - before.misses, after.hits - before.hits) == (4, 4)
    # What is told once, and what the store may lose, is not kept.
    for query in (f"image={uploaded}", "told=range", "k=2."):
        client.get(f"/?{query}")
    assert made() == after


def test_what_is_folded_is_one_element():
    both = Markup('<p class="a" title="b"><i>c</i></p>')
    fold = f'<script type="text/html" data-tag="p" class="a">{both}</script>'
    assert folded("\n" + both + " \n", folds=True) == f"\n{fold} \n"
    assert folded(both, folds=False) is both
    for other in (both + "c", Markup(""), Markup("<p><script>c</script></p>")):
        assert folded(other, folds=True) is other


def test_robots_are_kept_off_the_endless_links(client):
    rules = client.get("/robots.txt").text.splitlines()
    assert rules[0] == "User-agent: *"
    assert {"Disallow: /*?", "Disallow: /maps/", "Disallow: /api/"} <= set(rules)


def test_the_page_asks_nothing_of_other_hosts(client):
    page = client.get("/").text
    for address in re.findall(r'\s(?:src|action)="([^"]*)"', page):
        assert address.startswith(("/", "data:"))
    # The links that a person may follow are another thing; what is loaded stands here.
    loaded = re.findall(r'<link rel="(?!canonical)[^>]*href="([^"]*)"', page)
    assert all(address.startswith("/static/") for address in loaded)


WRITERS = """
import io, os, sys
from html import unescape
from pathlib import Path
import numpy as np
from PIL import Image
from multiconv.web import create_app

store, outside = Path(sys.argv[1]).resolve(), []
app = create_app(store_folder=store)
client = app.test_client()
client.get("/")  # what is made once, like byte code, is made before

NAMES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.symlink",
         "os.link", "os.chmod", "shutil.move", "shutil.rmtree", "tempfile.mkstemp"}

def watch(event, given):
    if event == "open":
        path, mode, flags = given
        writes = isinstance(path, (str, bytes)) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and path != os.devnull and "/proc/" not in str(path):
            note(event, os.fsdecode(path))
    elif event in NAMES:
        note(event, os.fsdecode(given[0]) if isinstance(given[0], (str, bytes)) else str(given[0]))

def note(event, path):
    if store not in Path(path).resolve().parents:
        outside.append((event, path))

def noise(side):
    body = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(body, "PNG")
    return body.getvalue()

small, large = noise(60), noise(900)  # of which one is too large to be held while it comes
head = b'--b\\r\\nContent-Disposition: form-data; name="image"; filename="../../a.png"\\r\\n\\r\\n'
sys.addaudithook(watch)

def send(data):
    return client.post("/images", data=head + data + b"\\r\\n--b--\\r\\n",
                       content_type="multipart/form-data; boundary=b",
                       headers={"Accept": "application/json"})

assert send(large).status_code == 201
assert send(large[:5000]).status_code == 415
name = send(small).json["id"]
assert send(bytes(11 * 2**20)).status_code == 413
done = set()
for rule in app.url_map.iter_rules():
    path = rule.rule.replace("<build>/<path:path>", "x/css/base.css")
    path = path.replace("<name>", name if "images" in path else "sum")
    for query in ("", f"?image={name}&size=full", "?k=99", "?from=k%3D1&w.0.1=abc"):
        for method in rule.methods - {"DELETE", "POST"}:
            client.open(path + query, method=method).close()
    done.add(rule.endpoint)
assert client.delete(f"/images/{name}").status_code == 200
assert client.post(f"/images/{name}/delete").status_code == 404
print(len(done), outside)
"""


def test_no_route_writes_anything_outside_the_store(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WRITERS, str(tmp_path / "store")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    count, _, outside = done.stdout.partition(" ")
    assert int(count) >= 14
    assert outside.strip() == "[]"


def test_the_lesson_takes_45_minutes_and_its_links_open(client):
    text = client.get("/teachers").get_data(as_text=True)
    assert sum(map(int, re.findall(r"(\d+) minutes</small>", text))) == 45
    links = {unescape(link) for link in re.findall(r'href="(/[^"]*)"', text.partition("<main")[2])}
    assert len(links) > 12
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert 'role="alert"' not in answer.text, link
    assert 'href="/teachers"' in client.get("/").text
    # Both pages print the addresses, whole and short.
    printed = [
        *re.findall(r'data-address="([^"]*)"', text),
        *re.findall(r'data-address="([^"]*)"', client.get("/challenges").text),
    ]
    assert len(printed) > 20
    assert max(map(len, printed)) < 40
    for address in printed:
        assert address.startswith("http://localhost/"), address
        assert client.get(address, follow_redirects=True).status_code == 200, address


def test_a_shared_link_shows_what_it_is(client, app, uploaded):
    own = f"/?image={uploaded}&size=20&k=1"
    page = client.get(own, base_url="https://multiconv.example").text
    told = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', page))
    public = "https://multiconv.example"
    (canonical,) = re.findall(r'<link rel="canonical" href="(/\?[^"]+)">', page)
    assert told["og:url"] == public + canonical
    assert "a chat that shows a preview keeps a copy of its own" in page
    assert told["og:title"].startswith("Your picture at 16 × 20: ")
    assert told["og:image"].startswith(f"{public}/maps/card.png?")
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
    at = unescape(told["og:image"]).removeprefix(public)
    answer = client.get(at)
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    sample = client.get(f"/maps/card.png?v={app.config['BUILD']}")
    assert sample.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    client.delete(f"/images/{uploaded}")
    assert client.get(at, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 404
    rules = client.get("/robots.txt").text
    read = RobotFileParser()
    read.parse(rules.splitlines())
    for path in (own, at):
        assert read.can_fetch("Twitterbot", public + path)
    assert not read.can_fetch("Googlebot", public + at)


def test_a_figure_alone_has_no_bar_and_no_article(client):
    for query in ("network=faces&layer=5", "network=emoji", "tour=3", "k=1"):
        page = client.get(f"/?{query}&embed=1").text
        assert "<header" not in page
        assert 'id="article"' not in page
        inside = re.findall(r'href="#([\w-]+)"', page)
        assert [name for name in inside if f'id="{name}"' not in page] == []
    assert '<link rel="canonical" href="/?k=1">' in page
    assert 'target="_blank"' in page
    (card,) = re.findall(r'og:image" content="http://localhost(/maps/card.png[^"]*)"', page)
    assert "embed" not in card
    facts = client.get("/api/experiment?k=1&embed=1").json
    assert all("embed" not in each["png"] for each in facts["maps"])
    moved = client.get("/edit?from=k%3D1%26embed%3D1&strides=2x2&do=apply")
    assert "embed=1" in moved.headers["Location"]


def test_what_is_opened_from_a_figure_alone_is_alone_too(client):
    queries = ("k=1", "tour=1", "tour=8&network=faces", "challenge=1", "challenge=6&size=40")
    for query in (*queries, "outputs=1&filters=zero&target=luminance-edges:0&steps=9"):
        page = client.get(f"/?{query}&embed=1").text
        live = re.findall(r'<a [^>]*href="(/[^"]*)"[^>]* data-live-link', page)
        live += re.findall(r'<a [^>]*data-live-link[^>]* href="(/[^"]*)"', page)
        assert live
        assert [link for link in live if "embed=1" not in link] == []
        assert "#article" not in page
        # What else it leads to, whole pages and files, opens in a window of its own.
        tags = re.findall(r'<a [^>]*href="/[^>]*>', page)
        assert [
            tag for tag in tags if not ("embed=1" in tag or 'target="_blank" rel="noopener"' in tag)
        ] == []
    lost = client.get("/nothing", headers={"Sec-Fetch-Dest": "iframe"}).text
    assert 'href="/?embed=1"' in lost
    assert 'href="/"' not in lost
    assert 'href="/"' in client.get("/nothing").text
    assert "embed=1" in client.get("/learn?size=40&embed=1").headers["Location"]


def test_a_frame_is_offered_where_somebody_may_show_it(client, folder):
    assert "iframe" not in client.get("/").text
    allowed = create_app(store_folder=folder, settings=Settings(embedders=("https://a.example",)))
    page = allowed.test_client().get("/?k=1", base_url="https://multiconv.example").text
    (value,) = re.findall(r'id="frame"[^>]*value="([^"]*)"', page)
    assert '<iframe src="https://multiconv.example/?k=1&amp;embed=1"' in unescape(value)
