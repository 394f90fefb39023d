"""A layer learns under the hand: slider, weights pointed at, and all of it without scripts."""

import json
import re
import urllib.request

import numpy as np
from playwright.sync_api import expect

from tests.browser.harness import Held

EDGES = "/?outputs=1&filters=zero&target=luminance-edges:0"


def query(page):
    return page.evaluate("location.search")


def test_the_slider_goes_through_the_steps_and_a_weight_shows_its_products(new_page, axe_report):
    page = new_page(EDGES)
    page.wait_for_load_state("networkidle")
    slider, loss = page.locator("[data-steps]"), page.locator("[data-loss]")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2, steps=8)
    expect(page.locator('[data-scene="error"] canvas')).to_have_count(1)
    expect(loss).to_contain_text(re.compile(r"^0\.00"))
    assert page.locator('mc-kernel[data-q="0"] .weight').first.input_value() != "0"
    page.mouse.up()
    expect(page.locator(".scene canvas")).to_have_count(0)  # the page's own pictures are there
    step = page.locator("[name=steps]").input_value()
    assert f"steps={step}" in query(page)

    page.locator(".gradient [data-tap='2-0-1']").hover()
    expect(page.locator("[data-product-words]")).to_contain_text("error × blue at [0, 1]: mean")
    page.locator('mc-kernel[data-q="1"] .weight').nth(5).focus()
    expect(page.locator("[data-product-words]")).to_contain_text("error × green at [1, 2]: mean")
    expect(page.locator("[data-product] img")).to_have_js_property("naturalWidth", 160)
    assert axe_report(page, article=False) == ""
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("link", name="60 steps").click()
    expect(page.locator("[name=steps]")).to_have_value(str(min(int(step) + 60, 400)))
    page.locator("[name=rate]").fill("9")
    page.locator("[name=rate]").press("Enter")
    expect(page.locator("#learner .warning")).to_contain_text("× the largest stable rate")
    assert "NaN" not in page.locator("main").inner_text()
    page.get_by_role("link", name="stop learning").click()
    expect(page.locator("#learner")).to_have_count(0)


# What is put on the picture of the error is kept as it is.
KEEP = """
window.put = null;
const putImageData = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (image, ...place) {
  const error = this.canvas.closest('[data-scene="error"]');
  if (error) put = new Uint32Array(image.data.buffer.slice(0));
  return putImageData.call(this, image, ...place);
};
"""
SLIDE = """step => {
  const slider = document.querySelector("[data-steps]");
  slider.value = step;
  slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const hex = JSON.parse(document.getElementById("facts").textContent).palette.match(/../g);
  const colours = new Uint32Array(Uint8Array.from(hex, (two) => parseInt(two, 16)).buffer);
  const index = new Map([...colours].map((colour, at) => [colour, at]).reverse());
  return put && [...put].map((colour) => index.get(colour));
}"""


def test_what_the_slider_passes_is_drawn_in_the_same_frame_as_the_server_would(new_page, server):
    for more in ("", "&kernel=5x5"):
        page = new_page("about:blank")
        page.add_init_script(KEEP)
        page.goto(f"{server}{EDGES}{more}")
        page.wait_for_load_state("networkidle")
        held = Held(page, "**/api/planes?*steps=*")
        page.locator("[data-steps]").hover()
        for step in (3, 200):
            page.evaluate("put = null")
            found = np.array(page.wait_for_function(SLIDE, arg=str(step)).json_value())
            link = f"{server}/api/planes{EDGES.strip('/')}{more}&maps=error&steps={step}"
            extent = json.loads(page.locator("#facts").text_content())["range"]
            with urllib.request.urlopen(f"{link}&range={extent}") as answer:
                body = answer.read().partition(b"\n")[2]
            assert np.abs(found - np.frombuffer(body, np.uint8)).max() <= 1
        held.let_go()
        expect(page.locator(".scene canvas")).to_have_count(0)  # the server's own are there
        assert "steps=200" in query(page)


def test_without_scripts_links_and_fields_lead_on(new_page):
    page = new_page("/?size=64", javascript=False)
    page.locator("details.more summary", has_text="More").first.click()
    page.get_by_role("link", name="edges of luminance").click()
    page.get_by_role("link", name="60 steps").click()
    page.get_by_role("link", name="step", exact=True).click()
    assert "steps=61" in query(page)
    page.locator("[name=steps]").fill("29")
    page.locator("[name=target]").select_option("red-green-edges:0")
    page.locator("#course").get_by_role("button", name="Apply").click()
    assert "target=red-green-edges:0&steps=29" in query(page)
    product = page.locator(".gradient a").nth(4).get_attribute("href")
    assert product.startswith("/maps/product-0-1-1.png")
    assert page.request.get(product).ok
    page.get_by_role("link", name="start", exact=True).click()
    assert "steps" not in query(page)


def test_a_step_that_cannot_be_stands_until_there_is_another(new_page, watch):
    watch.forgive("400")
    page = new_page("/?size=64&outputs=1&filters=zero&target=luminance-edges:0&steps=30")
    page.wait_for_selector("html.js")
    step, said = page.locator("[name=steps]"), page.get_by_role("alert")
    step.fill("1000")
    step.press("Enter")
    expect(said).to_contain_text("Step is “1000”, which is out of range")
    expect(step).to_have_attribute("aria-invalid", "true")
    expect(step).to_have_value("1000")
    page.locator("[name=rate]").fill("0.1")
    page.locator("[name=rate]").press("Enter")
    page.wait_for_url("**rate=0.1*")
    expect(step).to_have_value("1000")  # what is typed stands, with what is said of it
    expect(said).to_contain_text("Step is “1000”")
    page.get_by_role("link", name="step", exact=True).click()
    page.wait_for_url("**steps=31*")
    expect(step).to_have_value("31")
    expect(said).to_have_count(0)
    expect(step).not_to_have_attribute("aria-invalid", "true")


def test_what_a_list_was_refused_for_is_not_said_of_another_page(new_page, watch):
    watch.forgive("400")
    page = new_page("/?size=64&outputs=1&filters=zero&target=luminance-edges:0&steps=30")
    page.wait_for_selector("html.js")
    page.locator("select[name=activation]").select_option("relu")
    said = page.get_by_role("alert")
    expect(said).to_contain_text("there is an activation")
    page.get_by_role("link", name="stop learning").click()
    page.wait_for_function("() => !location.search.includes('target')")
    expect(page.locator("select[name=activation]")).to_have_value("identity")
    expect(said).to_have_count(0)


def test_who_begins_to_learn_far_below_is_taken_to_what_learns(new_page):
    page = new_page("/?size=64", width=1440, height=700)
    page.wait_for_selector("html.js")
    page.locator("details.more summary", has_text="More").first.click()
    page.evaluate("() => scrollTo(0, 400)")
    page.get_by_role("link", name="edges of luminance").click()
    page.wait_for_function(
        """() => {
            const box = document.getElementById("learner")?.getBoundingClientRect();
            return box && box.top >= 0 && box.top < innerHeight / 2;
        }"""
    )
