"""The main job with scripts and without: a photograph, a weight of green, the same pictures."""

import io
import re
import urllib.request
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
from playwright.sync_api import expect

from tests.browser.harness import PAGES, Held, frames, routed

CENTRE = 4
GREEN = "#row-1 .weight"
MAPS = ("partial-0", "partial-1", "partial-2", "output-0", "output-1")


def fetched(server, link, name, ending, **more):
    """A map's file for the experiment of a link."""
    query = dict(parse_qsl(urlsplit(link).query)) | {key: str(more[key]) for key in more}
    with urllib.request.urlopen(f"{server}/maps/{name}.{ending}?{urlencode(query)}") as answer:
        return answer.read()


def numbers(server, link, name):
    return np.load(io.BytesIO(fetched(server, link, name, "npy")))


def words(page, place):
    """A part's text without blanks: those within a formula mean nothing."""
    return "".join(page.inner_text(place).split())


def pictures(page):
    """Addresses of the maps' pictures as they stand in the page."""
    return page.eval_on_selector_all(
        "mc-map input", "maps => maps.map(map => map.getAttribute('src'))"
    )


RESTS = """
() => !document.querySelector(":root:is([data-pending], [data-following])") &&
  !document.querySelector(":root[data-unheard], mc-map canvas") &&
  JSON.parse(document.getElementById("facts").textContent).query === location.search.slice(1) &&
  [...document.querySelectorAll("mc-map input")].every((map) => map.complete !== false)
"""


def at_rest(page):
    """Wait until the page says everything of the last edit: canvases are gone, the link is told."""
    page.wait_for_function(RESTS)
    page.wait_for_load_state("networkidle")


def uploaded(page, photograph):
    page.goto("/")
    page.get_by_role("button", name="Use your own image").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#image").click()
    chooser.value.set_files(photograph)
    page.wait_for_url("**/?image=*")
    at_rest(page)


def test_a_weight_of_green_changes_green_and_the_outputs_alone(page, server, photograph, new_page):
    uploaded(page, photograph)
    before = page.url
    field, pages = page.locator(GREEN).nth(CENTRE), Held(page, PAGES)
    field.fill("−0.4")
    expect(page.locator("mc-map[data-map=partial-1] canvas")).to_be_attached()
    expect(page.locator("mc-map[data-map=partial-0] canvas")).not_to_be_attached()
    pages.let_go()
    expect(field).to_be_focused()
    page.wait_for_url("**w.1.0=**")
    at_rest(page)
    after = page.url

    for name in ("partial-0", "partial-2"):
        assert fetched(server, before, name, "npy") == fetched(server, after, name, "npy")
        old, new = (fetched(server, link, name, "png", range=1) for link in (before, after))
        assert old == new
    assert (
        np.abs(numbers(server, after, "partial-1") - numbers(server, before, "partial-1")).max()
        > 0.1
    )
    assert (
        np.abs(numbers(server, after, "output-0") - numbers(server, before, "output-0")).max() > 0.1
    )
    other = new_page(urlsplit(after).path + "?" + urlsplit(after).query)
    assert pictures(other) == pictures(page)
    assert other.locator(GREEN).nth(CENTRE).input_value() == "−0.4"
    for place in (".channels", ".total", ".result figcaption"):
        assert words(other, place) == words(page, place)


def test_without_scripts_the_same_steps_give_the_same_pictures(
    page, plain_page, server, photograph
):
    uploaded(page, photograph)
    page.locator(GREEN).nth(CENTRE).fill("0.3")
    page.wait_for_url("**w.1.0=**")
    at_rest(page)

    plain_page.goto("/")
    plain_page.get_by_role("button", name="Use your own image").click()
    plain_page.set_input_files("#image", photograph)
    plain_page.get_by_role("button", name="Upload").click()
    plain_page.wait_for_url("**/?image=*")
    plain_page.locator(GREEN).nth(CENTRE).fill("0.3")
    plain_page.get_by_role("button", name="Apply").click()
    plain_page.wait_for_url("**w.1.0=**")
    assert plain_page.url == page.url
    assert pictures(plain_page) == pictures(page)
    for name in MAPS:
        assert fetched(server, page.url, name, "png") == fetched(
            server, plain_page.url, name, "png"
        )


COLOURS = """
async ([map, address]) => {
  const pixels = (picture, width, height) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  };
  const canvas = document.querySelector(`mc-map[data-map="${map}"] canvas`);
  const image = new Image();
  image.src = address;
  await image.decode();
  const [drawn, sent] = [canvas, image].map((one) => pixels(one, canvas.width, canvas.height));
  let largest = 0;
  sent.forEach((value, at) => (largest = Math.max(largest, Math.abs(drawn[at] - value))));
  return [largest, sent.length, new Set(sent).size];
}
"""


def test_canvases_have_the_colours_of_the_servers_pictures(page, watch):
    watch.forgive("ERR_FAILED")
    page.goto("/?size=96")
    routed(page, PAGES, lambda route: route.abort())  # the page stays as it is while looked at
    page.locator(GREEN).nth(CENTRE).fill("0.7")
    expect(page.locator("mc-map[data-map=output-0] canvas")).to_be_attached()
    expect(page.locator("mc-map[data-map=partial-1] canvas")).to_be_attached()
    frames(page)
    page.wait_for_url("**&range=1")  # held by the edit
    query = urlsplit(page.url).query
    for name in ("partial-1", "output-0"):
        largest, count, different = page.evaluate(COLOURS, [name, f"/maps/{name}.png?{query}"])
        assert (largest, count) == (0, 96 * 96 * 4)
        assert different > 20


def test_a_picture_of_ones_own_is_deleted_where_its_link_is_shared(page, photograph):
    page.goto("/?size=64")
    page.wait_for_selector("html.js")
    page.get_by_role("button", name="Share").click()
    assert page.get_by_role("button", name="Delete it").count() == 0
    page.keyboard.press("Escape")
    page.set_input_files("#image", photograph)
    page.wait_for_url(re.compile("image="))
    own = re.search(r"image=([^&]+)", page.url)
    assert own is not None
    assert page.request.get(f"/maps/input.png?image={own[1]}").status == 200
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Delete it from the server").click()
    page.wait_for_url(lambda address: "image=" not in address)
    assert "size=64" in page.url
    expect(page.get_by_role("button", name="Use your own")).to_be_visible()
    assert page.request.get(f"/maps/input.png?image={own[1]}").status == 404
