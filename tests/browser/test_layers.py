"""The face network walked through: by boxes, keys and the photograph, and without JavaScript."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.harness import Held, due, frames
from tests.browser.test_live_main import at_rest

NETWORK = "/?network=faces"
PART = "multiconv-part"

# What the server made of the page, element by element, and what its fields hold.  What scripts add
# is their own, and what was told of a change is told once.
MADE = """
() => [...document.querySelectorAll("#figure :not([data-live], [data-live] *, .told, .told *)")]
  .map((at) => [at.tagName, at.id, at.getAttribute("data-map"), at.value, at.checked].join())
"""

# A layer is opened, and the step back is taken as soon as its row and maps are there.
BACK = """
(n) => new Promise((done) => {
  const box = document.querySelector(`.layer-row.wide a[data-layer="${n}"]`);
  const watch = new MutationObserver(() => {
    if (!box.hasAttribute("aria-current")) return;
    watch.disconnect();
    history.back();
    done();
  });
  watch.observe(document.getElementById("layers"), { subtree: true, attributes: true });
  box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
})
"""

# Whether each curve runs level until its words end.
CLEAR = """
() => [...document.querySelectorAll(".partial .said")].map((said, at) => {
  const curve = document.querySelectorAll(".junction .curve")[at];
  const text = document.createRange();
  text.selectNodeContents(said);
  const right = text.getBoundingClientRect().right;
  const matrix = curve.getScreenCTM();
  const all = [...Array(Math.floor(curve.getTotalLength())).keys()];
  const points = all.map((far) => curve.getPointAtLength(far));
  const level = points[0].y;
  return points.every(({ x, y }) => x * matrix.a + matrix.e > right || Math.abs(y - level) < 2);
})
"""

# A layer is opened, and something is done as soon as its row and maps are there: which layer a link
# of a closed panel and the pictures of the page are of, before and after that, and whether one
# pixel's numbers, which are out of sight, have been laid out.
MEANWHILE = """
([n, act, on]) => new Promise((done) => {
  const box = (at) => document.querySelector(`.layer-row.wide a[data-layer="${at}"]`);
  const hit = (at, how) =>
    at.dispatchEvent(new MouseEvent(how, { bubbles: true, cancelable: true }));
  const said = () => [
    document.querySelector("#export a[href*='.npz']").getAttribute("href"),
    document.querySelector("#working mc-map input").getAttribute("src"),
    location.search,
  ].map((link) => new URLSearchParams(link.split("?")[1]).get("layer") ?? "7")
    .concat(getComputedStyle(document.getElementById("pixel")).contentVisibility);
  const watch = new MutationObserver(() => {
    if (!box(n).hasAttribute("aria-current")) return;
    watch.disconnect();
    const before = said();
    const there = typeof on === "number" ? box(on) : document.querySelector(on);
    if (act === "scroll") there.scrollIntoView();
    hit(act === "scroll" ? box(n) : there, act);
    done([before, said()]);
  });
  watch.observe(document.getElementById("layers"), { subtree: true, attributes: true });
  hit(box(n), "click");
})
"""


def seen(box):
    """What is seen of a box, in levels."""
    return np.asarray(Image.open(BytesIO(box.screenshot())).convert("RGB")).astype(float)


def opened(page, name):
    box = page.locator(".layer-row.wide a[aria-current]")
    expect(box).to_have_attribute("aria-label", re.compile(rf"^{name},"))


def test_layers_are_walked_and_the_face_is_silenced_and_brought_back(new_page, axe_report):
    page = new_page(NETWORK, width=1440, height=900)
    opened(page, "conv7")
    sight = page.locator("#sight")
    expect(sight).to_contain_text("what this number sees: 189 × 189 pixels")
    expect(sight).to_contain_text("rows 0 to 188, columns 72 to 260; no padding")
    expect(page.get_by_text("Above 0: a face here")).to_be_visible()
    assert axe_report(page, article=False) == ""

    page.keyboard.press(",")  # layers before, at the same place of the photograph
    opened(page, "conv6")
    expect(page.locator("#sight rect.cell.line")).to_have_attribute("x", "161")
    page.keyboard.press(",")
    opened(page, "conv5")
    page.locator(".layer-row.wide a[data-layer='2']").click()
    opened(page, "conv2")
    expect(sight).to_contain_text("13 × 13 pixels")
    page.keyboard.press(".")
    opened(page, "conv3")
    page.go_back()
    opened(page, "conv2")
    page.locator(".layer-row.wide a[data-layer='7']").click()
    opened(page, "conv7")
    at_rest(page)
    come, made = page.url, page.evaluate(MADE)
    page.reload()
    assert page.url == come
    assert page.evaluate(MADE) == made

    # Pointing at the photograph shows the pixel whose field is centred there; clicking pins it.
    photo = page.locator("mc-map.photo")
    box = photo.locator("input").bounding_box()
    thread = page.locator(".drawing.column .thread[data-q='0']")
    expect(thread).to_have_attribute("class", "thread for")
    pinned = thread.get_attribute("stroke-width")
    photo.hover(position={"x": 2, "y": 2})
    expect(thread).not_to_have_attribute("stroke-width", pinned)
    expect(sight).to_contain_text("padding: 80 rows above, 80 columns left")
    photo.click(position={"x": box["width"] * 94.5 / 400, "y": box["height"] * 94.5 / 400})
    expect(page).to_have_url(re.compile(r"i=10&j=10"))
    page.keyboard.press("Escape")
    expect(sight).to_contain_text("columns 72 to 260")

    page.goto(f"{NETWORK}&7.off=0,1,5,36")
    expect(page.locator(".layer-changes")).to_contain_text("inputs 0, 1, 5 and 36 left out")
    expect(page.locator(".layer-end")).to_have_text("highest score at the end +1.07 → −0.22")
    expect(page.get_by_text("Nothing above 0: no face")).to_be_visible()
    page.get_by_role("link", name="undo this layer").click()
    expect(page.locator(".layer-changes")).to_have_count(0)
    expect(page.get_by_text("Above 0: a face here")).to_be_visible()


def test_whoever_acts_before_a_layer_is_whole_finds_it_whole(new_page):
    page = new_page(NETWORK, width=1440, height=900)
    page.wait_for_load_state("networkidle")
    # No press does the rest in its task; the next click is a step from what the first led to.
    said = page.evaluate(MEANWHILE, [4, "pointerdown", "#result mc-map"])
    assert said == [["7", "4", "4", "hidden"], ["7", "4", "4", "hidden"]]
    at_rest(page)
    said = page.evaluate(MEANWHILE, [2, "click", 3])
    assert said == [["4", "2", "2", "hidden"], ["4", "2", "2", "hidden"]]
    page.wait_for_url("**layer=3*")
    opened(page, "conv3")
    at_rest(page)
    # Who scrolls waits for no frame, and what is scrolled to is not blank.
    page.evaluate(
        "() => { window.frame = requestAnimationFrame; requestAnimationFrame = () => 0; }"
    )
    said = page.evaluate(MEANWHILE, [5, "scroll", "#pixel"])
    assert said == [["3", "5", "5", "hidden"], ["3", "5", "5", "visible"]]
    page.evaluate("() => scrollTo(0, 0)")
    page.go_back()
    opened(page, "conv3")
    said = page.evaluate(MEANWHILE, [6, "scroll", "#layers"])
    assert said == [["3", "6", "6", "hidden"], ["3", "6", "6", "hidden"]]
    page.wait_for_function("() => !document.querySelector(':root[data-pending]')", polling=20)
    page.evaluate("() => { requestAnimationFrame = window.frame; }")
    at_rest(page)
    page.go_back()
    opened(page, "conv3")
    at_rest(page)
    come, made = page.url, page.evaluate(MADE)
    page.go_back()
    opened(page, "conv2")
    page.go_back()
    opened(page, "conv4")
    at_rest(page)
    page.evaluate(BACK, 6)  # the step that it takes back has only just been made
    page.wait_for_url("**layer=4*")
    opened(page, "conv4")
    page.go_forward()
    opened(page, "conv6")
    at_rest(page)
    page.goto(come)
    assert page.evaluate(MADE) == made


def test_layers_opened_in_any_order_are_as_if_loaded(new_page):
    page, loaded = (new_page(NETWORK, width=1440, height=900) for _ in range(2))
    for n in (1, 7, 2, 1, 4):
        page.locator(f'.layer-row.wide a[data-layer="{n}"]').click()
        opened(page, f"conv{n}")
        at_rest(page)
        loaded.goto(page.url)
        assert page.evaluate(MADE) == loaded.evaluate(MADE), n


def test_an_edit_of_a_networks_first_layer_is_of_its_own_picture(new_page):
    """Which is 400 pixels long, and not the usual 160."""
    page, loaded = (new_page(f"{NETWORK}&layer=1", width=1440, height=900) for _ in range(2))
    said = '[data-value^="partial-"], [data-value="sum"], .window td'
    with page.expect_response("**/api/planes?maps=input*"):
        page.locator('input[name="w.0.0"]').nth(10).fill("3")
    page.wait_for_url("**w.0.0.2.0=3**")
    at_rest(page)
    loaded.goto(page.url)
    assert page.locator(said).all_text_contents() == loaded.locator(said).all_text_contents()


def test_a_press_fetches_what_it_opens_and_the_click_fetches_nothing_more(new_page):
    page = new_page(NETWORK, width=1440, height=900)
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda one: asked.append(one.url) if PART in one.headers else None)
    box = page.locator(".layer-row.wide a[data-layer='4']")
    with page.expect_response(lambda answer: PART in answer.request.headers):
        box.dispatch_event("pointerdown")
    box.dispatch_event("click")
    opened(page, "conv4")
    at_rest(page)
    assert [re.search("layer=4", address)[0] for address in asked] == ["layer=4"]


def test_without_scripts_on_a_phone_words_and_the_photograph_lead_on(new_page):
    page = new_page(NETWORK, width=390, height=844, javascript=False, dark=True)
    line = page.locator(".layer-line")
    left = line.bounding_box()["x"]  # it opens at a whole name, the one before the opened
    assert (
        left < line.get_by_role("link", name=re.compile("^conv6")).bounding_box()["x"] < left + 32
    )
    bars = page.locator(".ledger-drawing")  # more of them is to come, and the page says so
    assert bars.evaluate("at => at.scrollWidth > at.clientWidth && !at.scrollLeft")
    told = "getComputedStyle(document.querySelector('.ledger-head'), '::after').content"
    assert "scroll for more" in page.evaluate(told)
    line.get_by_role("link", name=re.compile("^conv3")).click()
    expect(line.locator("[aria-current]")).to_contain_text("conv3")
    expect(page.locator("#sight")).to_contain_text("29 × 29 pixels")
    page.locator("input[name='at.photo']").click(position={"x": 130, "y": 130})
    expect(page).to_have_url(re.compile(r"layer=3&i=23&j=23"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # Beside the rows it is drawn smaller, covers none of them, and is clicked where it is.
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{NETWORK}&i=41&j=41")
    column = page.locator("#working .label").first.bounding_box()["x"]
    photo = page.locator("input[name='at.photo']")
    at, words = photo.bounding_box(), page.locator(".sight-words").bounding_box()
    assert at["x"] + at["width"] + 12 <= column  # and room for what is hatched
    assert at["y"] + at["height"] + 12 <= words["y"]
    assert page.evaluate(CLEAR) == [True] * 5
    page.locator("#counted summary").click()
    for picture in page.locator(".counted-maps img").all():
        found = picture.bounding_box()
        assert found["x"] + found["width"] < column
    photo.click(position={"x": at["width"] / 2, "y": at["height"] / 2})
    expect(page).to_have_url(re.compile(r"i=23&j=23"))


def test_boxes_silence_the_face_and_the_link_shows_the_same_elsewhere(new_page, photograph):
    page = new_page(NETWORK, width=1440, height=900)
    page.wait_for_load_state("networkidle")
    before = page.locator(".headline").inner_text()
    for q in (0, 1, 5, 36):
        page.locator(f'[name=on][value="{q}"]').uncheck()
    page.wait_for_url(re.compile(r"7\.off=0,1,5,36"))
    at_rest(page)
    end = page.locator(".layer-end")
    expect(end).to_have_text("highest score at the end +1.07 → −0.22")
    # The rows that were left out stay where they are, and nothing else fades.
    assert {"rows=0,1,5,36", "range=3"} <= set(page.url.split("?")[1].split("&"))
    other = new_page(page.url, javascript=False)
    expect(other.locator(".layer-end")).to_have_text(end.inner_text())
    page.keyboard.press("Control+z")
    page.wait_for_url(re.compile(r"7\.off=0,1,5(&|$)"))
    page.goto(NETWORK)
    page.wait_for_load_state("networkidle")
    assert page.locator(".headline").inner_text() == before
    page.set_input_files("input[type=file]", photograph)
    page.wait_for_url("**image=**")
    at_rest(page)
    assert "network=faces" in page.url
    opened(page, "conv7")
    expect(page.get_by_text("Nothing above 0: no face")).to_be_visible()


@pytest.mark.parametrize("widths", [(1440, 1016, 768), (390, 320)])
def test_a_deep_layer_fits_every_width(new_page, axe_report, widths):
    page = new_page(NETWORK, width=widths[0], height=700, dark=True)
    page.wait_for_load_state("networkidle")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 700})
        frames(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if width in {1440, 390}:
            assert axe_report(page, article=False) == "", width


def test_what_reaches_the_pinned_number_is_not_said_of_another(new_page):
    page = new_page("/?size=96&dilations=3&2.dilations=4&layer=2")
    page.wait_for_load_state("networkidle")
    holes, place = page.locator(".holes"), page.locator("[data-value=sight]")
    pinned = place.inner_text()
    expect(holes).to_have_text(
        "Of these 15 rows and 15 columns, 9 and 9 reach it; strides or dilations skip the others."
    )
    page.locator("#result mc-map").hover(position={"x": 5, "y": 5})
    expect(place).not_to_have_text(pinned)
    expect(holes).to_be_hidden()
    page.mouse.move(2, 2)
    expect(place).to_have_text(pinned)
    expect(holes).to_be_visible()


def test_the_row_follows_an_edited_weight_before_the_page_does(new_page):
    page = new_page(f"{NETWORK}&layer=1", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    box = page.locator('.layer-row.wide a[data-layer="7"]')
    before, held = seen(box), Held(page, "**/?network=faces*")
    page.locator('input[name="w.0.0"]').nth(12).fill("20")
    expect(box.locator("canvas")).to_have_count(1)
    frames(page)
    followed = seen(box)
    held.let_go()
    at_rest(page)
    expect(box.locator("canvas")).to_have_count(0)
    settled = seen(box)
    changed, left = (np.abs(each - settled).mean() for each in (before, followed))
    assert left < changed / 8, (left, changed)


# A step up and, once the row has followed, or some frames later on a slow machine, down again.
UP_AND_DOWN = """
async () => {
  const press = (key) => document.activeElement
    .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  press("ArrowUp");
  for (let frames = 60; frames && !document.querySelector(".layer-row.wide canvas"); frames -= 1)
    await new Promise(requestAnimationFrame);
  press("ArrowDown");
}
"""

# A step up, and at once Back.
UP_AND_BACK = """
() => {
  document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true }),
  );
  history.back();
}
"""


@pytest.fixture
def third(new_page):
    """The network's third layer, its bias under the hand, and the row's canvases."""
    page = new_page(f"{NETWORK}&layer=3", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    bias = page.locator(".bias input")
    bias.focus()
    return page, bias, page.locator(".layer-row.wide canvas")


def test_the_row_is_not_asked_for_once_another_page_is_on_its_way(third):
    page, bias, _ = third
    bias.press("ArrowUp")
    at_rest(page)
    asked, pages = Held(page, "**/api/planes?maps=layer*"), Held(page, "**/?network=faces*")
    with page.expect_request("**/?network=faces*"):
        page.evaluate(UP_AND_BACK)
    due(page, 100)
    assert asked.asked == 0
    pages.let_go()
    at_rest(page)
    expect(bias).to_have_value("0.4684")


def test_a_change_that_is_taken_back_leaves_the_row_as_the_page_has_it(third):
    page, bias, canvases = third
    bias.press("ArrowUp")
    at_rest(page)
    page.evaluate(UP_AND_DOWN)
    expect(canvases).to_have_count(0)


def test_the_row_stays_as_edited_until_the_pages_own_pictures_are_there(third):
    page, bias, canvases = third
    pictures = Held(page, "**/maps/layer-*")
    bias.press("Shift+ArrowUp")
    expect(canvases).not_to_have_count(0)
    expect(page.locator(".layer-changes")).to_be_visible()
    assert canvases.count()
    pictures.let_go()
    expect(canvases).to_have_count(0)


def test_the_ledgers_line_has_the_bias_that_is_typed(third):
    page, bias, _ = third
    pages = Held(page, "**/?network=faces*")
    bias.fill("2")
    expect(page.locator(".ledger-sum .start")).to_have_text("+2.00")
    bias.fill("0")
    expect(page.locator(".ledger-sum")).not_to_contain_text("bias")
    pages.let_go()


def test_with_ranges_of_their_own_words_and_numbers_are_of_one_pixel(new_page):
    page = new_page(f"{NETWORK}&layer=4&ranges=each", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    probes = Held(page, "**/api/probe*")
    box, line = page.locator("#result mc-map").bounding_box(), page.locator('[data-value="sum"]')
    before = line.inner_text()
    with page.expect_request("**/api/probe*"):
        page.mouse.move(box["x"] + 30, box["y"] + 40)
    row = page.locator(".tail [data-value=i]")
    assert (row.text_content(), line.inner_text()) == ("10", before)
    probes.let_go()
    expect(row).not_to_have_text("10")
    assert line.inner_text() != before
    lines = page.locator(".total :is(.these, .others, .terms)").all_text_contents()
    shown, others, every = (float(said.split("≈ ")[1].replace("−", "-")) for said in lines)
    assert every == pytest.approx(shown + others, abs=0.0021)
    assert every == said_in(line.inner_text()) != said_in(before)


def test_who_is_left_out_is_counted_nowhere(new_page):
    page = new_page(f"{NETWORK}&7.off=3", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    page.locator("#row-0 .switch [type=checkbox]").uncheck()
    page.wait_for_url("**7.off=0,3*")
    at_rest(page)
    counts = [3, 40, 43]

    def counted():
        lines = page.locator(".total :is(.these, .others, .terms)").all_text_contents()
        return [int(re.search(r"\d+", line)[0]) for line in lines]

    assert counted() == counts
    voices = page.locator('[data-value="voices"]')
    assert re.search(r"\d+ of 43 say yes", voices.inner_text())
    assert voices.inner_text().endswith("; 2 take no part.")
    before = voices.inner_text()
    page.locator("#result mc-map").hover(position={"x": 5, "y": 5})
    expect(voices).not_to_have_text(before)
    assert counted() == counts
    assert re.search(r"of 43 .* 2 take no part\.$", voices.inner_text())


def said_in(line):
    """What a line says that all subtotals are."""
    return float(re.search(r"subtotals ([+−]?[\d.]+)", line)[1].replace("−", "-"))


def test_the_output_stays_in_sight_of_who_edits_the_weights_below(new_page):
    page = new_page(f"{NETWORK}&layer=4", width=1440, height=900)
    page.wait_for_load_state("networkidle")
    page.locator("a.kernel").first.click()
    weight = page.locator(".bench .weight").nth(12)
    weight.fill("1")
    expect(page.locator("html")).to_have_class(re.compile("aloft"))
    expect(page.locator("figure.output")).to_be_in_viewport(ratio=1)
    weight.blur()
    expect(page.locator("html")).not_to_have_class(re.compile("aloft"))


# What would style all that stands in the stage anew with every layer that is opened.
LENGTHS = """
(of) => ["map-column", "kernel", "gap", "sum", "label", "columns", "beside"].map((name) =>
  getComputedStyle(document.querySelector(of)).getPropertyValue(`--${name}`) !== "")
"""


def test_the_lengths_of_a_layer_are_said_to_its_stage_and_to_who_needs_them(new_page):
    page = new_page(f"{NETWORK}&layer=4", width=1440, height=900)
    assert page.evaluate(LENGTHS, "#stage") == [True] * 7
    assert page.evaluate(LENGTHS, ".row") == [False] * 7
    assert page.evaluate(LENGTHS, ".drawing.column") == [False] * 7
    columns = "of => getComputedStyle(document.querySelector(of)).gridTemplateColumns.split(' ')"
    stage, pixel = (page.evaluate(columns, of) for of in ("#stage", "#pixel"))
    assert stage == pixel
    assert len(stage) == 9
    assert page.evaluate(columns, ".channels")[0] == stage[1] == "86px"


@pytest.mark.parametrize(("width", "down"), [(1440, 0), (1440, 300), (390, 1000)])
def test_a_box_stays_under_the_pointer_where_the_line_of_changes_comes_and_goes(
    new_page, width, down
):
    page = new_page(NETWORK, width=width, height=900)
    page.wait_for_load_state("networkidle")
    page.evaluate("down => scrollTo(0, down)", down)
    frames(page)
    left_out, line = page.locator("#row-0 [type=checkbox]"), page.locator(".layer-changes")
    box = left_out.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for there in (True, False):  # another press at the same place takes the first one back
        page.mouse.click(*middle)
        expect(line).to_have_count(int(there))
        at_rest(page)
        frames(page)
        assert abs(left_out.bounding_box()["y"] - box["y"]) < 1, there
    assert left_out.is_checked()
