"""What-ifs and a held range as the page says them, without a script; and where they are taken."""

from __future__ import annotations

import io
import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image

WORDS = {
    "mean": "divided by their number, 3, before the bias. Frameworks do not divide: they sum.",
    "shared": "Green and blue use red’s, and their own are kept aside. In frameworks every input "
    "channel has a kernel of its own.",
    "flipped": "turned by 180°? That is convolution as mathematics defines it. Frameworks do not "
    "turn kernels. These kernels are symmetric, so nothing changes.",
    "apart": "there is no sum and no output. Frameworks sum, unless a layer is depthwise.",
}
EVERY = pytest.mark.parametrize("what_if", WORDS)


def page(client, query):
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


def bar(client, query):
    return re.search(r'class="clipped held">([^<]*)', page(client, query))


def button(text, value):
    """Where a button of the form leads with scripts."""
    return re.search(rf'name="do" value="{value}"[^>]* data-link="([^"]*)"', text)[1]


@EVERY
def test_a_sentence_says_what_it_is_and_that_frameworks_do_otherwise(client, what_if):
    text = page(client, f"size=24&if={what_if}")
    said = re.search(r'id="what-if-words">([^<]*)<button([^>]*)>([^<]*)', text)
    assert WORDS[what_if] in said[1]
    assert 'name="do" value="sum"' in said[2]
    assert said[3] == "Back to what frameworks do"
    assert "; what if: " in re.search(r"<h1[^>]*>([^<]*)", text)[1]
    assert 'id="what-if-words"' not in page(client, "size=24")


@EVERY
def test_its_button_leads_where_its_form_does(client, what_if):
    for query in ("size=24", "size=24&w.0.0=sobel-x", "size=24&if=apart", "size=24&range=0.5"):
        if what_if in query:
            continue
        linked = button(page(client, query), what_if)
        sent = client.get("/edit", query_string={"from": query, "do": what_if})
        assert sent.location == linked
        leaving = button(page(client, urlsplit(linked).query), "sum")
        back = dict(parse_qsl(query)) | {"range": dict(parse_qsl(linked))["range"]}
        back.pop("if", None)
        assert dict(parse_qsl(urlsplit(leaving).query)) == back


def test_words_count_the_channels_that_take_part(client):
    assert "÷ 2" in page(client, "size=24&if=mean&off=1")
    assert "by their number, 2," in page(client, "size=24&if=mean&off=1")
    assert "Blue uses green’s" in page(client, "size=24&if=shared&off=0")
    assert "No other takes part" in page(client, "size=24&if=shared&off=0,2")
    turned = page(client, "size=24&if=flipped&w.0.0=sobel-x")
    assert "so nothing changes" not in turned


def test_a_mean_is_drawn_at_the_sum_and_worked_at_the_pixel(client):
    text = page(client, "size=24&if=mean&bias=0.5,0,0,0,0")
    assert re.search(r'<text[^>]*class="divided">÷ 3</text>', text)
    assert "÷ 255 ÷ 3, then +0.5 of bias" in text
    assert re.search(r">÷ 3 \+ bias</button>", text)
    drawing = client.get("/stage.svg?size=24&if=mean").text
    assert ">÷ 3</text>" in drawing
    assert "What if it were a mean?" in drawing
    assert "÷ 3" not in client.get("/stage.svg?size=24").text


def test_one_kernel_stands_in_every_row_and_is_edited_in_the_first(client):
    text = page(client, "size=24&if=shared&w.1.0=9,9,9,9,9,9,9,9,9")
    kernels = re.findall(r"<mc-kernel.*?</mc-kernel>", text, re.DOTALL)
    numbers = [re.findall(r'data-exact="([^"]*)"', kernel) for kernel in kernels]
    assert (
        numbers[0]
        == numbers[1]
        == numbers[2]
        == ["0.1", "0.1", "0.1", "0.1", "0.2", "0.1", "0.1", "0.1", "0.1"]
    )
    assert ["readonly" in kernel for kernel in kernels] == [False, True, True]
    assert ['name="w.' in kernel for kernel in kernels] == [True, False, False]
    typed = {"from": "if=shared&range=1&w.1.0=9,9,9,9,9,9,9,9,9", "w.0.0": "1,0,0,0,0,0,0,0,0"}
    kept = dict(parse_qsl(urlsplit(client.get("/edit", query_string=typed).location).query))
    assert kept["w.1.0"] == "9,9,9,9,9,9,9,9,9"


def test_a_turned_kernel_keeps_its_numbers_and_says_how_it_is_laid(client):
    text = page(client, "size=24&if=flipped&w.0.0=1,2,3,4,5,6,7,8,9")
    assert re.findall(r'data-exact="([^"]*)"', text)[:9] == list("123456789")
    taps = re.search(r'<table class="numbers taps".*?</table>', text, re.DOTALL)[0]
    assert re.findall(r"<td[^>]*>([^<]*)", taps) == list("987654321")
    assert ">∗</span>" in text
    assert ">∗</span>" not in page(client, "size=24")


def test_apart_there_is_no_output_anywhere(client):
    for query in ("size=24&if=apart", "size=24&if=apart&outputs=12&k=10"):
        text = page(client, query)
        assert "output-" not in "".join(re.findall(r'(?:src|href)="(/maps/[^"]*)"', text))
        assert "no output" in text
        assert "not summed: each stays by itself" in text
        facts = client.get(f"/api/experiment?{query}").json
        assert {each["name"].partition("-")[0] for each in facts["maps"]} == {"input", "partial"}
        assert facts["if"] == {"name": "apart", "words": facts["if"]["words"]}
        assert client.get(f"/api/probe?{query}").json["total"] is None
        for path in ("/maps/sum.png", "/maps/output-1.npy", "/maps/running-1.png",
                     "/maps/outputs.png", "/film/sum.gif", "/film/window.webp"):  # fmt: skip
            answer = client.get(f"{path}?{query}")
            assert answer.status_code == 404
            assert "With if=apart nothing is summed" in answer.text
        for path in ("/stage.svg", "/diagram.svg"):
            assert client.get(f"{path}?{query}").status_code == 200
        saved = np.load(io.BytesIO(client.get(f"/multiconv.npz?{query}").data))
        assert set(saved.files) == {"input", "filters", "bias", "k", "partials", "if"}
        assert str(saved["if"]) == "apart"


def array(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.data))


@pytest.mark.parametrize("what_if", ["mean", "shared", "flipped"])
def test_a_sheet_has_every_output_s_means(client, what_if):
    query = f"size=160&outputs=9&w.0.3=sobel-x&if={what_if}&range=1"
    shown = np.array(Image.open(io.BytesIO(client.get(f"/maps/outputs.png?{query}").data)))
    for k in (0, 3, 8):
        plane = array(client, f"/maps/output-{k}.npy?{query}")
        means = plane.reshape(80, 2, 80, 2).mean(axis=(1, 3))
        expected = 127 + np.rint(127 * np.clip(means, -1, 1))
        assert np.abs(shown[:, 80 * k : 80 * k + 80].astype(float) - expected).max() <= 1


def test_a_film_of_a_mean_ends_in_it(client):
    query = "size=40&if=mean&bias=0.25,0,0,0,0&range=1"
    film = Image.open(io.BytesIO(client.get(f"/film/sum.gif?{query}").data))
    assert film.n_frames == 6  # nothing, three channels, divided, the bias
    film.seek(5)
    shown = np.array(film.convert("RGB")).astype(int)
    film = Image.open(io.BytesIO(client.get("/film/sum.gif?size=40&range=1").data))
    assert film.n_frames == 4
    colours = np.array(
        Image.open(io.BytesIO(client.get(f"/maps/output-0.png?{query}&paper=1").data)).convert(
            "RGB"
        )
    )
    times = 240 // 40
    right = shown[:, -40 * times :][times // 2 :: times, times // 2 :: times]
    assert np.abs(right - colours).max() <= 6


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("range=1", "scale held at ±1 · nothing beyond it · "),
        (
            "range=0.001&w.0.0=zero&w.1.0=zero",
            "scale held at ±0.001 · 47 % of all maps’ pixels beyond it · ",
        ),
        ("range=0.5&w.0.0=outline", "scale held at ±0.5 · 4 % of all maps’ pixels beyond it · "),
    ],
)
def test_the_bar_says_that_the_range_is_held_and_how_much_is_beyond(client, query, words):
    found = bar(client, f"size=48&{query}")[1]
    facts = client.get(f"/api/experiment?size=48&{query}").json
    beyond = count = 0
    for q in range(3):
        plane = array(client, f"/maps/partial-{q}.npy?size=48&{query}")
        beyond, count = (
            beyond + (np.abs(plane) > facts["range"] * 1.00001).sum(),
            count + plane.size,
        )
    plane = array(client, f"/maps/output-0.npy?size=48&{query}")
    share = 100 * (beyond + (np.abs(plane) > facts["range"] * 1.00001).sum()) / (count + plane.size)
    much = "nothing" if share == 0 else "under 1 %" if share < 1 else f"{share:.0f} %"
    of = "" if share == 0 else " of all maps’ pixels"
    assert found == f"scale held at ±{facts['range']:g} · {much}{of} beyond it · "
    if "outline" not in query:
        assert found == words


def test_rescale_lets_go(client):
    text = page(client, "size=48&range=1&bias=3,0,0,0,0")
    assert button(text, "rescale") == "/?size=48&bias=3,0,0,0,0"
    sent = client.get(
        "/edit", query_string={"from": "size=48&range=1", "bias.0": "3", "do": "rescale"}
    )
    assert sent.location == "/?size=48&bias=3,0,0,0,0"
    assert bar(client, "size=48") is None
    assert bar(client, "size=48&ranges=each") is None


def tints(client, query):
    """The classes of every weight's tint, kernel by kernel."""
    text = page(client, query)
    kernels = re.findall(r"<mc-kernel.*?</mc-kernel>", text, re.DOTALL)
    return [re.findall(r'class="weight (\w+)', kernel) for kernel in kernels]


def test_after_one_weight_no_other_map_s_address_and_no_other_tint_changes(client):
    before = "size=48"
    typed = {"from": before, "w.0.0": "0.1,0.1,0.1,0.1,1,0.1,0.1,0.1,0.1"}
    after = urlsplit(client.get("/edit", query_string=typed).location).query
    pictures = [
        set(re.findall(r'"(/maps/[^"]*png[^"]*v=[^"]*)"', page(client, query)))
        for query in (before, after)
    ]
    changed = {re.search(r"/maps/([^.]*)", each)[1] for each in pictures[0] ^ pictures[1]}
    # Inputs have no range, so theirs stays as it was too.
    assert changed == {"partial-0", "output-0"}
    was, now = tints(client, before), tints(client, after)
    assert was[1:] == now[1:]
    assert [at for at in range(9) if was[0][at] != now[0][at]] in ([], [4])
    assert urlencode(parse_qsl(after)).endswith("range=1")
