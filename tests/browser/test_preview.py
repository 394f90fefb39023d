"""Late answers: what the page draws until they come, and that theirs is the last word."""

import json
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
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


def answered(link):
    """The indices of the maps that a link asks for, which are all of one size."""
    with urllib.request.urlopen(link) as answer:
        head, _, body = answer.read().partition(b"\n")
    sizes = [plane["height"] * plane["width"] for plane in json.loads(head)["maps"]]
    return [list(body[at * size : (at + 1) * size]) for at, size in enumerate(sizes)]


def served(server, weight):
    """The server's indices of both maps, green's kernel being this one weight."""
    kernel = f"0,0,0,0,{weight},0,0,0,0"
    link = f"{server}/api/planes?maps={','.join(MAPS)}&range=1&w.1.0={kernel}"
    return answered(link)


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


# Which answers' bytes the page has.
READ = """
window.read = new Set();
const arrayBuffer = Response.prototype.arrayBuffer;
Response.prototype.arrayBuffer = async function () {
  const bytes = await arrayBuffer.call(this);
  read.add(new URL(this.url).pathname);
  return bytes;
};
"""
WEIGHT = """
([q, at, value]) => {
  const field = document.querySelectorAll(`mc-kernel[data-q="${q}"] .weight`)[at];
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
"""
BIAS = """
value => {
  const field = document.querySelector(".bias input");
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
"""
FACTS = "() => JSON.parse(document.getElementById('facts').textContent)"
STACK = (
    "size=120&strides=2x1&dilations=1x2&activation=relu&2.filters=he(1)&2.strides=1x2"
    "&2.dilations=2x1&2.activation=tanh"
)


def told(server, query, maps, facts, edits):
    """The server's indices of some maps after edits, under the page's colours."""
    gain = f"&gain={facts['gain']}" if "gain" in facts else ""
    edited = "".join(f"&{name}={value}" for name, value in edits.items())
    link = f"{server}/api/planes?maps={','.join(maps)}&{query}{edited}&range={facts['range']}{gain}"
    return answered(link)


def prepared(page, facts, channels):
    """Let the page have what it draws some channels' kernels from."""
    for q in channels:
        page.locator(f'mc-kernel[data-q="{q}"] .weight').nth(1).focus()
        numbers = f"/maps/input-{q}.npy" if facts.get("values") else "/api/planes"
        names = [numbers, "/maps/sum.npy"]
        page.wait_for_function("(names) => names.every((name) => read.has(name))", arg=names)
    frames(page)


@pytest.mark.parametrize(
    "query",
    [
        *(f"network=faces&layer={n}" for n in (1, 2, 4, 7)),
        "network=faces&layer=5&k=7&5.off=3,9",
        STACK,
        f"{STACK}&layer=2",
    ],
)
def test_a_layer_of_several_is_drawn_before_any_answer(page, server, query):
    """Its weights and its bias, from its own numbers: of two channels, there and back."""
    page.add_init_script(KEEP + READ)
    page.goto(f"{server}/?{query}")
    facts = page.evaluate(FACTS)
    page.locator(".bench").evaluate("(bench) => { bench.open = true; }")
    one, other = page.locator("mc-kernel[data-q]:has(.weight)").evaluate_all(
        "kernels => kernels.slice(0, 2).map((kernel) => Number(kernel.dataset.q))"
    )
    k, prefix = facts["k"], facts["prefix"]
    prepared(page, facts, (one, other))
    Held(page, "**/api/planes*", "**/?*")
    whole = f"output-{k}"
    columns = facts["geometry"]["kernel"][1]
    edits = {}

    def drawn_at_once(maps):
        found = page.evaluate(DRAWN, maps)
        assert apart(found, told(server, query, maps, facts, edits)) <= 1

    for q, at, value in ((one, 0, "0.3"), (other, 3, "-0.2"), (one, 4, "0.11"), (one, 0, "-1")):
        page.evaluate("() => { put = {}; }")
        page.evaluate(WEIGHT, [q, at, value])
        edits[f"{prefix}w.{q}.{k}.{at // columns}.{at % columns}"] = value
        drawn_at_once([f"partial-{q}", whole])
    page.evaluate("() => { put = {}; }")
    page.evaluate(BIAS, "0.4")
    biases = facts.get("biases") or [0] * facts["outputs"]
    biases[k] = 0.4
    edits[f"{prefix}bias"] = ",".join(map(str, biases))
    drawn_at_once([whole])


def test_kernels_without_a_row_that_changed_are_in_the_sum(page, server):
    """What is drawn ahead begins anew where a channel changed whose numbers the page has not."""
    page.add_init_script(KEEP + READ)
    page.goto(f"{server}/?size=64&filters=gabors&2.filters=he(1)&layer=2")
    facts = page.evaluate(FACTS)
    page.locator(".bench").evaluate("(bench) => { bench.open = true; }")
    rows = facts["rows"]
    assert rows == [0, 1, 2, 4]
    prepared(page, facts, rows)
    page.evaluate("() => { read.clear(); window.same = true; }")
    link = page.locator('.layer-row.wide a[data-layer="1"]')  # it leads there as undo may
    there = "&2.w.11.0.1.1=5&rows=0,1,2,4"
    link.evaluate("(link, more) => link.setAttribute('href', `/${location.search}${more}`)", there)
    link.dispatch_event("click")
    page.wait_for_function("() => location.search.includes('2.w.11.0')")
    page.wait_for_function(
        "() => !document.querySelector(':root:is([data-following], [data-pending])')"
    )
    assert page.evaluate("() => window.same"), "another page was loaded"
    facts = page.evaluate(FACTS)
    prepared(page, facts, rows)
    query = page.url.partition("?")[2]
    Held(page, "**/api/planes*", "**/?*")
    page.evaluate("() => { put = {}; }")
    page.evaluate(WEIGHT, [rows[1], 4, "0.9"])
    maps = [f"partial-{rows[1]}", "output-0"]
    edits = {f"2.w.{rows[1]}.0.1.1": "0.9"}
    assert apart(page.evaluate(DRAWN, maps), told(server, query, maps, facts, edits)) <= 1


def test_the_row_is_asked_for_as_a_hand_begins_and_where_it_pauses(page, server):
    """With what it moves, since that is drawn ahead; what it moves next is not held up by it."""
    page.add_init_script(KEEP + READ)
    query = "network=faces&layer=6&rows=0,1,2,3"
    page.goto(f"{server}/?{query}")
    facts = page.evaluate(FACTS)
    page.locator(".bench").evaluate("(bench) => { bench.open = true; }")
    prepared(page, facts, [1])
    page.evaluate("() => scrollTo(0, 0)")  # what is in sight is asked for alone
    page.wait_for_function("() => performance.now() > 600")  # a young page asks twice at once
    held = Held(page, "**/api/planes*", "**/?*")
    own, row = ["partial-1", "output-0"], ["layer-6-0", "layer-7-0"]

    def asked(link):
        found = parse_qs(urlsplit(link).query)
        return sorted(found["maps"][0].split(",")), found["6.w.1.0.0.4"]

    with page.expect_request("**/api/planes*") as first:
        page.evaluate(WEIGHT, [1, 4, "0.3"])
        page.evaluate(WEIGHT, [1, 4, "0.5"])
    assert asked(first.value.url) == (sorted(own + row), ["0.3"])
    edits = {"6.w.1.0.0.4": "0.5"}
    assert apart(page.evaluate(DRAWN, own), told(server, query, own, facts, edits)) <= 1
    with page.expect_request("**/api/planes*") as second:
        held.let_go_first()
    assert asked(second.value.url) == (sorted(own + row), ["0.5"])
