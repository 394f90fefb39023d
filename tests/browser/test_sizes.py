"""The size at which the face network finds what is in a picture of one's own."""

import io
import re

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from multiconv.imaging.samples import SAMPLES


def photograph():
    """The portrait in the corner of a picture that is 600 pixels wide."""
    whole = Image.new("RGB", (600, 540), (120, 130, 140))
    whole.paste(Image.fromarray(SAMPLES["portrait"].pixels()), (60, 20))
    file = io.BytesIO()
    whole.save(file, "PNG")
    return file.getvalue()


def test_sizes_are_tried_one_after_another_and_the_best_is_proposed(new_page):
    page = new_page("/?network=faces&size=160", width=1440, height=900)
    page.locator("#image").set_input_files(
        {"name": "p.png", "mimeType": "image/png", "buffer": photograph()}
    )
    expect(page).to_have_url(re.compile(r"image=[0-9a-f]{64}"))
    expect(page.get_by_text("Nothing above 0: no face")).to_be_visible()
    sizes = page.locator("#sizes")
    sizes.locator("summary").click()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    sizes.get_by_role("button", name="Try all 14").click()
    expect(sizes.get_by_role("status")).to_have_text(
        re.compile(r"^The best is \d+ × \d+, with \+[01]\.\d\d: choose it below\.$")
    )
    assert len([url for url in asked if "/maps/output-0.npy" in url]) == 14
    expect(sizes.locator("progress")).to_be_hidden()
    scores = sizes.locator(".score").all_text_contents()
    assert len(scores) == 14
    best = max(range(14), key=lambda at: float(scores[at].replace("−", "-")))
    link = sizes.locator("li.proposed a")
    assert link.text_content() == sizes.locator("a").nth(best).text_content()
    assert Axe().run(page, context={"include": [["#sizes"]]}).violations_count == 0

    link.click()
    expect(page.get_by_text("Above 0: a face here")).to_be_visible()
    expect(sizes.locator("[aria-current]")).to_have_text(link.text_content())
    expect(sizes.locator(".score").nth(best)).to_have_text(scores[best])
    expect(sizes.get_by_role("status")).to_contain_text(": it is the present one.")
    expect(sizes.get_by_role("link", name="360 × 400")).to_have_count(1)  # the usual one stays

    # The link shows the same in another window, and a finger pins a pixel of a deep layer there.
    page.get_by_role("button", name="Share").click()
    page.locator("button[data-copies]").first.click()
    shared = page.locator("#link").input_value()
    assert f"size={link.text_content().split(' ')[-1]}" in shared
    other = new_page(shared, width=390, height=800, touch=True)
    expect(other.get_by_text("Above 0: a face here")).to_be_visible()
    headline = "[data-value='ledger-headline']"
    assert other.locator(headline).inner_text() == page.locator(headline).inner_text()
    other.goto(f"{shared}&layer=6&k=7&i=20&j=20")
    output = other.locator("#result mc-map input")
    output.scroll_into_view_if_needed()
    before = other.locator(headline).inner_text()
    output.tap(position={"x": 60, "y": 90})
    expect(other).to_have_url(re.compile(r"i=(?!20&)\d+&j=(?!20\b)\d+"))
    expect(other.locator(headline)).not_to_have_text(before)


def test_without_scripts_every_size_is_a_link(new_page):
    page = new_page("/?network=faces&size=160", width=320, height=640, javascript=False)
    page.locator("#sizes summary").click()
    expect(page.locator("#sizes button")).to_be_hidden()
    page.locator("#sizes").get_by_role("link", name="427 × 427").click()
    expect(page).to_have_url(re.compile("size=427$"))
    expect(page.get_by_text("Above 0: a face here")).to_be_visible()
