"""Editing that makes a link too long: it names a stored bank, or stays and the panel says why."""

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
from playwright.sync_api import expect

from multiconv.experiment.model import LIMITS
from tests.browser.harness import due, routed
from tests.browser.test_live_main import at_rest
from tests.browser.test_session_edits import opened

SIDE = 15
LONG = "0.0123456789012345"


def link(most, outputs=1):
    """A canonical link of 15 × 15 kernels, all weights different, of nearly `most` characters."""
    places = [(q, k) for k in range(outputs) for q in range(3)]
    drawn = np.random.default_rng(4).uniform(0.01, 0.09, (len(places), SIDE * SIDE))

    def written(digits, longer):
        texts = [str(value.round(16 if at < longer else digits)) for at, value in enumerate(flat)]
        rows = [texts[n * SIDE * SIDE : (n + 1) * SIDE * SIDE] for n in range(len(places))]
        kernels = sorted(zip(places, rows, strict=True))
        said = [f"w.{q}.{k}={','.join(row)}" for (q, k), row in kernels]
        return f"size=64&kernel=15x15&outputs={outputs}&" + "&".join(said)

    flat = drawn.ravel()
    digits = max(n for n in range(3, 17) if len(written(n, 0)) <= most)
    longer = max(n for n in range(0, flat.size, 2) if len(written(digits, n)) <= most)
    return written(digits, longer)


def weight(page, q, at):
    return page.locator(f'mc-kernel[data-q="{q}"] .weight').nth(at)


def at_bench(page, query):
    opened(page, f"/?{query}")
    page.locator("#bench summary").click()
    return page


def named(page):
    """Wait until the link names a stored bank and the page is at rest."""
    page.wait_for_function("() => /[?&]filters=[0-9a-f]{64}/.test(location.search)")
    at_rest(page)


def kernels(page):
    return [
        weights.evaluate_all("fields => fields.map((field) => Number(field.dataset.exact))")
        for weights in (page.locator(f'mc-kernel[data-q="{q}"] .weight') for q in range(3))
    ]


def test_the_link_names_its_bank_and_one_goes_on_from_there(page, server, new_page):
    start = link(LIMITS.link_bytes - 4)
    at_bench(page, start)
    asked = []
    page.on("request", lambda request: asked.append((request.method, urlsplit(request.url).path)))
    page.locator('mc-kernel[data-q="2"] .weight').evaluate_all(
        """(fields, text) => [200, 201].forEach((at) => {
          fields[at].focus();
          fields[at].value = text;
          fields[at].dispatchEvent(new InputEvent("input", { bubbles: true }));
        })""",
        LONG,
    )
    named(page)
    assert asked.count(("POST", "/filters")) == 1
    first = page.url
    assert len(first) < 200
    expected = [
        [float(text) for text in parse_qs(start)[f"w.{q}.0"][0].split(",")] for q in range(3)
    ]
    expected[2][200:202] = [float(LONG)] * 2
    assert kernels(page) == expected

    weight(page, 0, 0).fill("0.5")
    page.wait_for_function("() => location.search.includes('w.0.0=0.5,')")
    at_rest(page)
    said = parse_qs(urlsplit(page.url).query)
    assert [name for name in said if name.startswith("w.")] == ["w.0.0"]
    assert said["filters"] == parse_qs(urlsplit(first).query)["filters"]
    other = new_page(page.url.removeprefix(server))
    expected[0][0] = 0.5
    assert kernels(other) == expected

    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(first)
    at_rest(page)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/?{start}")
    at_rest(page)
    assert kernels(page)[2][200] != float(LONG)
    page.get_by_role("button", name="Redo").click()
    page.wait_for_url(first)
    expect(weight(page, 2, 201)).to_have_attribute("data-exact", LONG)
    at_rest(page)
    assert asked.count(("POST", "/filters")) == 1


def test_nothing_is_stored_while_a_hand_moves(page):
    asked = []
    at_bench(page, link(LIMITS.link_bytes + 3000))
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    weight(page, 1, 30).scroll_into_view_if_needed()
    box = weight(page, 1, 30).bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + 8)
    page.mouse.down()
    for distance in range(0, 60, 6):
        page.mouse.move(box["x"] + 10 + distance, box["y"] + 8)
    due(page, 500)
    assert "/api/planes" in asked
    assert "/filters" not in asked
    page.mouse.up()
    named(page)
    assert asked.count("/filters") == 1


def test_a_link_that_cannot_be_shortened_stays_and_its_panel_says_why(page, watch, axe_report):
    watch.forgive("507")
    watch.forgive("ERR_FAILED")
    at_bench(page, link(LIMITS.link_bytes + 50))
    full = {"detail": "The store is full.", "title": "Full", "status": 507}
    answer = {"status": 507, "content_type": "application/problem+json", "body": json.dumps(full)}
    routed(page, "**/filters", lambda route: route.fulfill(**answer))
    weight(page, 1, 7).fill("0.25")
    page.wait_for_function("() => /w.1.0=[^&]*,0.25,/.test(location.search)")
    at_rest(page)
    assert "filters=" not in page.url
    page.get_by_role("button", name="Share").click()
    said = page.locator("#share #long-link")
    expect(said).to_contain_text("The store is full.")
    assert axe_report(page, article=False) == ""
    expect(page.locator("p.mistake")).to_have_count(0)
    page.unroute("**/filters")
    routed(page, "**/filters", lambda route: route.abort())
    page.locator("#share").get_by_role("button", name="Copy").click()
    expect(said).to_contain_text("did not answer")
    assert "filters=" not in page.locator("#link").input_value()
    page.unroute("**/filters")
    page.locator("#share").get_by_role("button", name="Copy").click()
    named(page)
    expect(said).to_have_count(0)
    expect(page.locator("#link")).to_have_value(page.url)


# Whoever copies waits a second and a half, which a busy machine may need more than.
PATIENT = """
    const plain = window.setTimeout;
    window.setTimeout = (done, ms, ...more) => plain(done, ms === 1500 ? 60000 : ms, ...more);
"""


def test_copying_waits_for_the_link_to_be_short(page):
    page.add_init_script(PATIENT)
    at_bench(page, link(LIMITS.link_bytes + 50))
    page.get_by_role("button", name="Share").click()
    weight(page, 1, 7).evaluate(
        """(field) => {
          field.value = "0.75";
          field.dispatchEvent(new Event("input", { bubbles: true }));
          document.querySelector("[data-copies]").click();
        }"""
    )
    expect(page.locator("#copied")).not_to_be_empty()
    copied = page.locator("#link").input_value()
    assert "filters=" in copied
    assert copied == page.url


def test_pictures_follow_where_the_link_is_longer_than_an_address_may_be(page, watch):
    watch.forgive("507")
    watch.forgive("ERR_FAILED")
    watch.forgive("414")
    start = link(LIMITS.query_bytes - 4, outputs=2)
    at_bench(page, start)
    routed(page, "**/filters", lambda route: route.abort())
    with page.expect_response("**/api/planes") as posted:
        weight(page, 0, 224).fill(LONG)
        weight(page, 0, 223).fill(LONG)
    assert posted.value.status == 200
    canvas = page.locator("mc-map[data-map=partial-0] canvas")
    expect(canvas).to_be_attached()
    message = page.locator("#messages + .mistake")
    expect(message).to_contain_text("longer than a server takes")
    assert message.bounding_box()["x"] >= 12
    expect(page.locator(".bench .mistake")).to_have_count(0)
    page.unroute("**/filters")
    weight(page, 0, 223).fill("0.5")
    named(page)
    expect(page.locator("#messages + .mistake")).to_have_count(0)
    expected = [float(text) for text in parse_qs(start)["w.0.0"][0].split(",")]
    assert kernels(page)[0] == [*expected[:223], 0.5, float(LONG)]
