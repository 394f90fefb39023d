"""A link that came through a chat is one link at every address."""

import io
import re

import numpy as np
import pytest

from multiconv.store.blobs import FolderBlobs

ADDRESSES = (
    *("/", "/api/experiment", "/api/probe", "/api/planes", "/maps/sum.png", "/maps/sum.npy"),
    *("/maps/sum.svg", "/maps/input.png", "/maps/outputs.png", "/diagram.svg", "/stage.svg"),
    *("/code/numpy.py", "/code/pytorch.py", "/multiconv.npz", "/film/sum.gif", "/filters"),
    *("/weights",),
)
MEANT = "size=40&padding=0,1,0,1&k=2"
CAME = "size=40&amp;padding=0%252C1%252C0%252C1&amp;k=2).&utm_source=chat&fbclid=IwAR0"


def said(answer):
    """An answer's bytes without what a page tells of its link, and without a zip's times."""
    if answer.data.startswith(b"PK"):
        with np.load(io.BytesIO(answer.data)) as found:
            return {name: found[name].tobytes() for name in found.files}
    return re.sub(rb'<p class="told".*?</p>\s*', b"", answer.data)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_reads_the_link_that_was_meant(client, address):
    came, meant = client.get(f"{address}?{CAME}"), client.get(f"{address}?{MEANT}")
    assert (came.status_code, meant.status_code) == (200, 200)
    assert said(came) == said(meant)
    assert came.headers["Multiconv-Repaired"] == "encoded,ampersands,ending"
    assert "Multiconv-Repaired" not in meant.headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_minds_a_trackers_parameter(client, address):
    tracked = client.get(f"{address}?utm_source=news&size=40&ref=x&_gl=1*a")
    assert said(tracked) == said(client.get(f"{address}?size=40"))
    assert "Multiconv-Repaired" not in tracked.headers


def test_the_page_tells_what_was_put_right_and_has_the_link_that_was_meant(client):
    page = client.get(f"/?{CAME}").text
    told = re.search(r'<p class="told" id="([^"]*)">(.*?)</p>', page)
    assert told[1] == "told-link-encoded-ampersands-ending"
    assert "a chat or a mail had added" in told[2]
    assert 'value="http://localhost/?size=40&amp;padding=0,1,0,1&amp;k=2"' in page
    assert "fbclid" not in page
    assert 'class="told"' not in client.get(f"/?{MEANT}&utm_source=news").text


def test_the_page_says_what_happened_to_a_link_that_was_cut(client):
    answer = client.get("/?size=40&w.0.0=0,1,0,1,")
    assert answer.status_code == 400
    assert "The link was cut on its way: it ends in the middle of w.0.0" in answer.text
    assert "has 5 weights" not in answer.text


def test_the_api_says_so_too(client):
    told = client.get("/api/probe?size=40&w.0.0=gabor(45,6").json
    assert told["field"] == "w.0.0"
    assert told["detail"].startswith("The link was cut on its way")


@pytest.mark.parametrize(
    ("came", "meant"),
    [
        ("/maps/sum.png?size=40&amp;paper=1)", "/maps/sum.png?size=40&paper=1"),
        ("/api/planes?size=40&amp;maps=sum,partial-0).", "/api/planes?size=40&maps=sum,partial-0"),
        ("/api/planes?size=40&packed=1,", "/api/planes?size=40&packed=1"),
        ("/filters?size=40&seed=7%E2%80%9D", "/filters?size=40&seed=7"),
        ("/?size=40)&told=moved", "/?size=40&told=moved"),
    ],
)
def test_a_routes_own_parameter_may_stand_last(client, came, meant):
    answers = client.get(came), client.get(meant)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert said(answers[0]) == said(answers[1])


def test_a_forms_fields_are_no_links(client):
    """What is typed or pasted into a form is read as it stands."""
    answer = client.get("/edit", query_string={"from": "size=40", "matrix.0": "1 2\n3 4)"})
    assert answer.status_code == 400
    assert "every bracket closed" in answer.text
    led = client.get("/edit", query_string={"from": "size=40", "matrix.0": "1 2\n3 4"})
    assert "w.0.0=1,2,3,4" in led.headers["Location"]


def test_a_large_picture_waits_its_turn_though_its_link_was_changed(app):
    from multiconv.web import turns

    seen = []
    turns_size_of, turns.size_of = turns.size_of, lambda *_: seen.append(1) or (9, 9)
    try:
        for query in ("size=full", "k=1&amp;size=full", "size=full).", "size=40"):
            with app.test_request_context(f"/maps/sum.png?{query}"):
                turns.asks_for_large()
    finally:
        turns.size_of = turns_size_of
    assert len(seen) == 3


def test_a_request_asks_the_store_once_of_each_picture_and_bank(client, uploaded, monkeypatch):
    asked = []

    def counted(name):
        real = getattr(FolderBlobs, name)
        monkeypatch.setattr(
            FolderBlobs, name, lambda self, *how: asked.append((name, *how)) or real(self, *how)
        )

    bank = client.post("/filters", json=np.ones((3, 3, 3, 2)).tolist()).json["id"]
    query = f"image={uploaded}&filters={bank}&size=40"
    for name in ("get", "head", "listing", "put_if_absent"):
        counted(name)
    first = [f"{uploaded}.pixels", f"{bank}.npy"]
    for address in ("/", "/api/planes", "/api/experiment", "/maps/sum.png", "/filters", "/edit"):
        client.get(f"{address}?{query}")
        asked.clear()
        form = {"from": query, "k": "1", "do": "apply"}
        answer = client.post("/edit", data=form) if address == "/edit" else None
        answer = answer or client.get(f"{address}?{query}")
        assert answer.status_code in {200, 303}, answer.text
        assert sorted(name for _, name, *_ in asked) == sorted(first), address
