"""Late answers: what the page draws until they come, and that theirs is the last word."""

import json
import urllib.request

from playwright.sync_api import expect

from tests.browser.harness import Held, frames
from tests.browser.test_live_main import CENTRE, GREEN, at_rest

MAPS = ("partial-1", "output-0")
# What is put on a canvas is kept as it is: it gives back other colours where they are faint.
KEEP = """
window.put = {};
const putImageData = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (image, ...place) {
  const map = this.canvas.closest("mc-map");
  if (map) put[map.dataset.map] = new Uint32Array(image.data.buffer.slice(0));
  return putImageData.call(this, image, ...place);
};
"""
CHANGE = f"""
value => {{
  const field = document.querySelectorAll("{GREEN}")[{CENTRE}];
  field.value = value;
  field.dispatchEvent(new InputEvent("input", {{ bubbles: true }}));
}}
"""
DRAWN = """
maps => {
  const hex = JSON.parse(document.getElementById("facts").textContent).palette.match(/../g);
  const colours = new Uint32Array(Uint8Array.from(hex, (two) => parseInt(two, 16)).buffer);
  const index = new Map([...colours].map((colour, at) => [colour, at]).reverse());
  return maps.map((name) => [...(put[name] ?? [])].map((colour) => index.get(colour)));
}
"""
AT_ONCE = f"([value, maps]) => {{ ({CHANGE})(value); return ({DRAWN})(maps); }}"

# That an answer was late is forgotten after two seconds, which a busy machine may need from it to
# the next change.
STAND_STILL = "() => { const now = performance.now(); performance.now = () => now; }"


def served(server, weight):
    """The server's indices of both maps, green's kernel being this one weight."""
    kernel = f"0,0,0,0,{weight},0,0,0,0"
    link = f"{server}/api/planes?maps={','.join(MAPS)}&range=1&w.1.0={kernel}"
    with urllib.request.urlopen(link) as answer:
        head, _, body = answer.read().partition(b"\n")
    sizes = [plane["height"] * plane["width"] for plane in json.loads(head)["maps"]]
    return [list(body[at * size : (at + 1) * size]) for at, size in enumerate(sizes)]


def apart(found, expected):
    """The largest distance of two pairs of planes, in steps of colour."""
    pairs = zip(found, expected, strict=True)
    return max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))


def test_late_answers_are_bridged_and_have_the_last_word(page, server):
    page.add_init_script(KEEP)
    with page.expect_response("**/api/planes?maps=input*") as levels:
        page.goto("/?w.1.0=0,0,0,0,0.1,0,0,0,0&range=1")
        page.locator(GREEN).nth(CENTRE).hover()
    levels.value.finished()
    held = Held(page, "**/api/planes?maps=partial*")

    field = page.locator(GREEN).nth(CENTRE)
    box = field.bounding_box()
    place = [box["x"] + 20, box["y"] + 12]
    page.mouse.move(*place)
    page.mouse.down()  # while a hand moves, no page is fetched

    # An answer that has not come after two frames.
    page.mouse.move(place[0] + 24, place[1])
    page.wait_for_function("() => put['output-0']")
    assert (held.asked, field.input_value()) == (1, "0.7")
    assert apart(page.evaluate(DRAWN, MAPS), served(server, "0.7")) <= 1
    expect(page.locator("mc-map .coming")).to_have_count(0)

    # A newer state, drawn ahead too: the older answer does not take it back, and its own is exact.
    page.evaluate("() => { put = {}; }")
    page.mouse.move(place[0] - 20, place[1])
    page.wait_for_function("() => put['output-0']")
    newer = served(server, "-0.4")
    with page.expect_request(lambda asked: "-0.4" in asked.url):
        held.let_go_first()
    frames(page)
    assert apart(page.evaluate(DRAWN, MAPS), newer) <= 1
    page.evaluate(STAND_STILL)
    with page.expect_event("requestfinished", lambda asked: "-0.4" in asked.url):
        held.let_go_first()
    frames(page)
    page.wait_for_function(
        f"([maps, own]) => String(({DRAWN})(maps)) === String(own)", arg=[MAPS, newer]
    )

    # From now on answers are known to be late: the next change is drawn in the same breath.
    assert apart(page.evaluate(AT_ONCE, ["0.25", MAPS]), served(server, "0.25")) <= 1
    page.evaluate("() => { delete performance.now; }")
    held.let_go()
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('0.25')")
    at_rest(page)
