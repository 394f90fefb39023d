"""A generator in the hand: two pictures mixed, numbers dragged, every layer opened by the row."""

import io
import json
import re
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import Held
from tests.browser.test_live_main import at_rest
from tests.browser.test_touch import Finger

PAIR = "/?network=emoji&z=mix(1F628,1F600,0.3)"
NEAR = """(total) => {
  const said = document.querySelector(".ledger-total").textContent.replace("−", "-");
  return Math.abs(Number(said.match(/[-+][\\d.]+/)[0]) - total) < 0.03;
}"""
# Each row's number is told to be near what its input adds.
ROWS_NEAR = """(added) => [...document.querySelectorAll(".row:not(.rest)")].every((row) => {
  const said = [...row.querySelectorAll("output")].at(-1).textContent.replace("−", "-");
  return said.startsWith("≈ ") && Math.abs(Number(said.slice(2)) - added[row.id]) < 0.01;
})"""
# The volumes' lines are as thick as what their inputs add, the thinnest apart.
LINES_NEAR = """(shares) => {
  const lines = [...document.querySelectorAll(".drawing.column .thread")];
  return lines.length > 0 && lines.every((line) => {
    const thick = Math.max(4.5 * shares[line.dataset.q], 0.6);
    return Math.abs(Number(line.getAttribute("stroke-width")) - thick) < 0.1;
  });
}"""
BAR = ".box.line .edge"
# How long the page waits for rest after changes of the slider, each so many ms after the last.
WAITS = """(gaps) => {
  const [field, later] = [document.querySelector('[name="mix.share"]'), setTimeout];
  let [now, asked] = [performance.now(), []];
  performance.now = () => now;
  window.setTimeout = (work, ms, ...rest) => {
    asked.push(ms);
    return later(work, ms, ...rest);
  };
  const waits = gaps.map((gap, at) => {
    [now, asked, field.value] = [now + gap, [], String(0.5 + at / 100)];
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return asked.filter((ms) => ms >= 250 && ms !== 400).at(-1);  // 400: of maps that are late
  });
  window.setTimeout = later;
  delete performance.now;
  return waits;
}"""


def query(page):
    return set(page.url.split("?")[1].split("&"))


def settled(page, part):
    """Wait until the link says it, the page's own pictures are back, and all stands still."""
    page.wait_for_url(re.compile(re.escape(part)))
    at_rest(page)
    expect(page.locator(".layer-row .live")).to_have_count(0)


def place(page, row, number):
    """Where one of the hundred numbers lies on the bar."""
    box = page.locator(f".layer-row.{row} {BAR}").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * (number + 0.5) / 100


def picture(page):
    return page.locator('.layer-row.wide [data-face="generated"]').get_attribute("href")


def row_seen(page):
    """The row as it is seen, in levels."""
    box = page.locator(".layer-row.wide").bounding_box()
    seen = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    return np.asarray(seen, np.float32)


def test_pictures_are_mixed_and_numbers_dragged_and_the_link_shows_the_same(
    new_page, axe_report, server
):
    page = new_page(PAIR, width=1440, height=900)
    page.wait_for_load_state("networkidle")
    assert axe_report(page, article=False) == ""
    expect(page.get_by_text("A, fearful face")).to_be_visible()
    before, stood = picture(page), row_seen(page)

    share = page.get_by_role("slider", name="Share of B")
    pages = Held(page, "**/?*0.6*")
    planes = Held(page, "**/api/planes*")
    share.fill("0.6")
    expect(page.locator("#latent [data-mix]")).to_have_text("0.4 A + 0.6 B")
    # Canvases are laid while the answer is awaited, and cover nothing until it is there.
    expect(page.locator(".layer-row.wide .live canvas")).to_have_count(6)
    expect(page.locator(".layer-row.wide [data-face][visibility]")).to_have_count(0)
    planes.let_go()
    # All of the row is drawn at once, in place: z, four boxes' faces and sides, and the picture.
    expect(page.locator(".layer-row.wide [data-face][visibility=hidden]")).to_have_count(14)
    drawn = row_seen(page)
    pages.let_go()
    settled(page, "mix(1F628,1F600,0.6)")
    expect(page.locator(".layer-row.wide [data-face][visibility]")).to_have_count(0)
    # The same, but for pixels of slanted edges, and not the row that stood there before.
    assert 2 * abs(drawn - row_seen(page)).mean() < abs(drawn - stood).mean()
    assert picture(page) != before

    x, y = place(page, "wide", 61)
    page.mouse.move(x, y)
    page.mouse.down()
    index, number = page.get_by_label("Which number of z"), page.get_by_label("The number, from")
    expect(index).to_have_value("61")
    was = float(number.input_value().replace("−", "-"))
    page.mouse.move(x + 40, y + 9, steps=8)
    asked = Held(page, "**/api/probe*")
    page.mouse.move(x + 100, y, steps=8)
    dragged = round(was + 2, 2)
    # The bars and numbers follow the hand, nearly; where it pauses they are exact.
    with urlopen(f"{server}/api/probe?network=emoji&z=mix(1F628,1F600,0.6)&z.61={dragged}") as got:
        found = json.load(got)
    page.wait_for_function(NEAR, arg=found["total"])
    added = {f"row-{each['q']}": each["subtotal"] for each in found["channels"]}
    page.wait_for_function(ROWS_NEAR, arg=added)
    most = max(abs(each["subtotal"]) for each in found["channels"])
    page.wait_for_function(
        LINES_NEAR, arg=[abs(each["subtotal"]) / most for each in found["channels"]]
    )
    # What is out of sight is not drawn before it comes into it.
    expect(page.locator(".layer-row.wide .live canvas")).to_have_count(6)
    expect(page.locator(".thirds .live")).to_have_count(0)
    page.mouse.wheel(0, 400)
    expect(page.locator(".thirds .live canvas")).to_have_count(4)
    page.mouse.wheel(0, -400)
    asked.let_go()
    expect(page.locator('[data-value="total"] .final').first).to_have_text(
        re.compile(f"{abs(found['total']):.3f}$")
    )
    page.mouse.up()
    settled(page, f"z.61={dragged:g}")
    assert {"z=mix(1F628,1F600,0.6)"} <= query(page)
    expect(page.get_by_text("1 number changed")).to_be_visible()
    expect(number).to_have_value(f"{dragged:g}")

    number.press("ArrowUp")
    settled(page, f"z.61={dragged + 0.1:g}")
    bar = page.get_by_role("slider", name="A number of z").first
    bar.press("ArrowDown")
    expect(index).to_have_value("62")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"z\[62\] "))
    bar.press("ArrowRight")
    settled(page, "z.62=")
    for _ in range(2):  # each burst is one step back
        page.keyboard.press("Control+z")
    settled(page, f"z.61={dragged:g}")
    assert "z.62" not in page.url

    for n, sides in enumerate(("4 × 4 × 128", "8 × 8 × 64", "16 × 16 × 32", "32 × 32 × 16"), 1):
        page.locator(f".layer-row.wide a[data-layer='{n}']").click()
        opened = page.locator(".layer-row.wide a[aria-current]")
        expect(opened).to_have_attribute("aria-label", f"deconv{n}, {sides}")
    page.get_by_label("Which number of z").fill("17")
    page.get_by_label("The number, from").fill("−2.25")
    settled(page, "z.17=-2.25")
    other = new_page(page.url, width=1440, height=900)
    assert picture(other) == picture(page)
    expect(other.get_by_text("2 numbers changed")).to_be_visible()
    assert other.locator(".headline").inner_text() == page.locator(".headline").inner_text()
    other.get_by_role("link", name="undo them").click()
    other.wait_for_url(re.compile(r"^(?!.*z\.)"))
    other.get_by_role("link", name="another picture B").click()
    other.wait_for_url(re.compile(r"mix\(1F628,(?!1F600)"))
    page.get_by_role("textbox", name="seed").fill("7")
    page.get_by_role("textbox", name="seed").press("Enter")
    page.wait_for_url(re.compile(r"random\(7\)"))
    expect(page.locator("#latent [data-mix]")).to_have_text("random, seed 7")


def test_a_hand_that_mixes_in_a_rhythm_is_not_held_up_by_the_page(new_page):
    page = new_page(PAIR, width=1440, height=900)
    waits = page.evaluate(WAITS, [5000, 400, 100, 600, 5000])
    assert [round(wait) for wait in waits] == [250, 600, 250, 900, 250]
    settled(page, "mix(1F628,1F600,0.54)")


def test_a_pixel_is_followed_back_to_z_shared_and_taken_away(new_page, server, tmp_path, watch):
    page = new_page(f"{PAIR}&k=2", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    page.locator("#result mc-map input").click(position={"x": 177, "y": 202})
    settled(page, "i=40&j=35")
    path = page.locator('[data-value="path"]')
    expect(path).to_have_text(
        re.compile("^Followed back: 3 × 2 of deconv4, .*, all 100 numbers of z")
    )
    current = page.locator(".layer-row.wide a[aria-current]")
    i, j = 40, 35
    for n in (4, 3, 2, 1):
        page.keyboard.press(",")
        expect(current).to_have_attribute("aria-label", re.compile(f"^deconv{n},"))
        at_rest(page)
        there = json.loads(page.locator("#facts").text_content())["pixel"]
        assert max(abs(there[0] - i / 2), abs(there[1] - j / 2)) <= 1  # where it was, half as far
        i, j = there
    expect(path).to_have_text("Followed back: all 100 numbers of z.")
    page.locator(".layer-row.wide a[data-layer='5']").focus()
    page.keyboard.press("Enter")
    expect(current).to_have_attribute("aria-label", re.compile("^deconv5,"))
    at_rest(page)

    page.get_by_role("button", name="Share").click()
    page.locator("button[data-copies]").first.click()
    link = page.locator("#link").input_value()
    page.keyboard.press("Escape")
    other = new_page(link, width=1440, height=900)
    assert other.locator(".ledger-head").inner_text() == page.locator(".ledger-head").inner_text()
    assert picture(other) == picture(page)

    page.get_by_role("button", name="Export").click()
    address = page.get_by_role("link", name="The figure, SVG").get_attribute("href")
    with urlopen(server + address) as answer:
        drawing = answer.read()
    assert not re.search(rb'(?:href|src)="(?!data:|#)', drawing)  # it needs nothing else
    file = tmp_path / "figure.svg"
    file.write_bytes(drawing)
    other.context.set_offline(True)
    watch.forgive(file.as_uri())
    other.goto(file.as_uri())
    images = other.locator("image")
    assert images.count() > 12
    assert other.get_by_text("tanh", exact=True).count() == 1
    drawn = "[...document.querySelectorAll('image')].map((each) => each.getBBox().width > 0)"
    assert all(other.evaluate(drawn))
    other.context.set_offline(False)


def test_on_a_phone_a_finger_drags_a_number(new_page, axe_report):
    page = new_page(PAIR, width=390, height=844, touch=True, dark=True)
    page.wait_for_load_state("networkidle")
    assert axe_report(page, article=False) == ""
    page.locator(f".layer-row.narrow {BAR}").scroll_into_view_if_needed()
    x, y = place(page, "narrow", 40)
    finger = Finger(page)
    finger.down(x, y)
    finger.slide(x + 60, y)
    finger.up()
    settled(page, "z.40=")
    expect(page.get_by_label("Which number of z")).to_have_value("40")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_form_and_links_do_the_same(new_page):
    page = new_page(PAIR, width=768, height=900, javascript=False)
    page.get_by_label("Share of B").fill("0.6")
    page.get_by_label("Which number of z").fill("17")
    page.get_by_label("The number, from").fill("-2.25")
    page.locator("#latent").get_by_role("button", name="Apply").click()
    assert {"z=mix(1F628,1F600,0.6)", "z.17=-2.25"} <= query(page)
    expect(page.get_by_text("0.4 A + 0.6 B")).to_be_visible()
    page.locator(".layer-row.middle a[data-layer='3']").click()
    assert "layer=3" in page.url
    page.get_by_role("link", name="another picture A").click()
    assert re.search(r"mix\((?!1F628)[0-9A-F]+,1F600,0.6\)", page.url)
    page.get_by_role("button", name="Networks").click()
    page.get_by_role("link", name="Faces").click()
    assert page.url.endswith("network=faces")


def test_other_numbers_offer_the_one_that_their_own_page_does(new_page):
    page = new_page("/?network=emoji&z=random(1)", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    offered = [page.get_by_label(name) for name in ("Which number of z", "The number, from")]
    for seed in (2, 3):
        page.locator("[name='mix.seed']").fill(str(seed))
        page.locator("[name='mix.seed']").press("Enter")
        settled(page, f"random({seed})")
        said = [field.input_value() for field in offered]
        page.reload()
        page.wait_for_load_state("networkidle")
        assert said == [field.input_value() for field in offered]


def test_a_number_that_z_has_not_is_refused_and_no_other_is_changed(new_page):
    page = new_page("/?network=emoji&z=mix(1F628,1F600,0.3)")
    page.wait_for_selector("html.js")
    before = page.url
    which, number = page.get_by_label("Which number of z"), page.locator("[name='mix.number']")
    said = page.get_by_role("alert")
    for text in ("999", "2.5", "-1", ""):
        which.fill(text)
        expect(said).to_have_text("Which number of z is a whole number from 0 to 99.")
        expect(which).to_have_attribute("aria-invalid", "true")
        number.fill("1.5")
        number.press("Enter")
        number.press("ArrowUp")
        expect(which).to_have_value(text)
        expect(said).to_have_count(1)
    assert page.url == before
    which.fill("17")
    expect(said).to_have_count(0)
    expect(number).not_to_have_value("1.5")
    number.fill("1.5")
    page.wait_for_url("**z.17=1.5*")
    at_rest(page)
    changed = [name for name in parse_qs(urlsplit(page.url).query) if name.startswith("z.")]
    assert changed == ["z.17"]
