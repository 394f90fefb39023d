"""One pixel's tables say what the engine's probe says."""

import re
from urllib.parse import parse_qsl

import pytest

from multiconv.experiment.link import read
from multiconv.figure.channels import channels_of
from multiconv.figure.links import Links
from multiconv.figure.pixel import level_kind, pixel_of


@pytest.mark.parametrize(("level", "kind"), [(0, "g0 dark"), (127, "g7 dark"), (255, "g15")])
def test_levels_have_one_of_sixteen_greys(level, kind):
    assert level_kind(level) == kind


def test_the_tables_are_the_probes(app):
    trace = app.extensions["multiconv"].trace(read([("size", "24"), ("off", "1"), ("i", "0")]))
    links = Links(trace.experiment, "0")
    pixel, probe = pixel_of(trace, channels_of(trace), links), trace.probe(*trace.pixel)
    assert [tables.channel.q for tables in pixel.channels] == [0, 2]
    for tables, channel in zip(pixel.channels, probe.channels, strict=True):
        levels = [[int(cell.text) for cell in row] for row in tables.window]
        assert (channel.values * 255).round().astype(int).tolist() == levels
        assert {cell.kind for cell in tables.window[0]} == {"pad"}


def test_the_last_line_is_the_value(client):
    page = client.get("/?size=24&activation=relu&bias=-9,0,0,0,0").text
    assert re.findall(r'class="final">([^<]*)<', page)[-1] == "ReLU = 0.000"


def test_a_captions_number_is_found_in_the_table_in_both_units(client):
    page = client.get("/?size=24&bias=0.5,0,0,0,0").text
    captions = re.findall(r'data-value="partial-\d">([^<]*)<', page)
    levels = re.findall(r'data-value="subtotal-\d">([^<]*)<', page)
    ones = re.findall(r'data-value="added-\d">÷ 255 [=≈] ([^<]*)<', page)
    assert ones == captions
    for subtotal, value in zip(levels, ones, strict=True):
        exact = float(subtotal.replace("−", "-")) / 255
        assert float(value.replace("−", "-")) == pytest.approx(exact, abs=6e-4)


def number(text):
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("query", ["", "bias=0.5,0,0,0,0", "if=mean", "w.0.0=random(7)&i=0"])
def test_in_the_maps_unit_every_number_is_the_probes(app, query):
    asked = parse_qsl(f"size=24&unit=one&{query}")
    trace = app.extensions["multiconv"].trace(read(asked))
    links = Links(trace.experiment, "0")
    pixel, probe = pixel_of(trace, channels_of(trace), links), trace.probe(*trace.pixel)
    for tables, channel in zip(pixel.channels, probe.channels, strict=True):
        for shown, values in ((tables.window, channel.values), (tables.products, channel.products)):
            texts = [[number(cell.text) for cell in row] for row in shown]
            assert texts == pytest.approx(values.round(9), abs=5.1e-4)
        assert number(tables.subtotal) == pytest.approx(channel.subtotal, abs=5.1e-4)
        assert tables.added == ""
    total = float(trace.layer.sum[trace.pixel])
    assert number(pixel.lines[-1].text.split()[-1]) == pytest.approx(total, abs=5.1e-4)
    assert not any("255" in line.text for line in pixel.lines)


def test_one_click_leads_to_the_other_unit_and_back(client):
    page = client.get("/?size=24").text
    (link,) = re.findall(r'class="unit" data-live-link href="([^"]*)">in 0 … 1<', page)
    assert "unit=one" in link
    page = client.get(link.replace("&amp;", "&")).text
    assert "the input&#39;s window, in 0 … 1" in page
    (back,) = re.findall(r'class="unit" data-live-link href="([^"]*)">in levels', page)
    assert back == "/?size=24"


def test_what_is_exact_in_both_units_says_so(client):
    page = client.get("/?size=24&kernel=1x1&w.0.0=0&w.1.0=1&image=sample:discs").text
    signs = re.findall(r'data-value="added-\d">÷ 255 ([=≈]) ([^<]*)<', page)
    assert signs[0] == ("=", "0.000")


@pytest.mark.parametrize("query", ["", "bias=0.5,0,0,0,0", "activation=gelu", "strides=2x2"])
def test_beside_the_figure_stands_what_the_value_is_made_of(app, query):
    trace = app.extensions["multiconv"].trace(read(parse_qsl(f"size=24&{query}")))
    page = app.test_client().get(f"/?size=24&{query}").text
    (line,) = re.findall(r'data-value="sum">([^<]*)<', page)
    numbers = [float(text.replace("−", "-")) for text in re.findall(r"[+−]?[0-9]+\.[0-9]+", line)]
    terms = [partial[trace.pixel] for partial in trace.layer.partials]
    terms += [trace.layer.bias] if trace.layer.bias else []
    terms.append(trace.layer.sum[trace.pixel])
    terms += [trace.layer.output[trace.pixel]] if "activation" in query else []
    assert numbers == pytest.approx(terms, abs=6e-4)
    assert ("GELU" in line) is ("activation" in query)


@pytest.mark.parametrize(("name", "words"), [("relu", "ReLU"), ("sigmoid", "sigmoid")])
def test_the_activation_stands_around_the_formula(client, name, words):
    page = client.get(f"/?size=24&bias=1,0,0,0,0&activation={name}").text
    formula = re.search(r"<math.*?</math>", page, re.S)
    said = re.sub(r"\s|<[^>]*>", "", formula[0])
    assert f"={words}(" in said
    assert said.endswith("+bias[0])")
    assert said.count("(") == said.count(")")


def test_a_pixel_that_no_stamp_reaches_has_tables_without_numbers(client):
    query = "/?size=24&kind=transposed&kernel=1x1&strides=2x2&outputs=1&i=1&j=1"
    answer = client.get(query)
    assert answer.status_code == 200
    assert client.get(f"/api/probe{query[1:]}").json["total"] == 0


@pytest.mark.parametrize(
    "query",
    ["network=faces", "network=faces&7.off=0,8", "network=faces&7.off=0&rows=0,1", "network=emoji"],
)
def test_of_many_inputs_what_stands_above_and_the_others_are_all_subtotals(client, query):
    text = client.get(f"/?{query}").text
    said = dict(re.findall(r'<p class="(?:muted )?(these|others|terms)">(?:[^<]*≈ )([^<]+)<', text))
    shown, others, every = (number(said[name]) for name in ("these", "others", "terms"))
    assert shown + others == pytest.approx(every, abs=0.0021)
    table = re.findall(r'data-value="ledger-(\d+)">([^<]+)<', text)
    rows = re.findall(r'<div class="row [^"]*" id="row-(\d+)"', text)
    by_hand = sum(number(value) for q, value in table if q in rows)
    assert shown == pytest.approx(by_hand, abs=0.0021)
    out = re.findall(r"7\.off=([\d,]+)", query)
    off = set(out[0].split(",")) if out else set()
    assert f"these {len(set(rows) - off)} ≈ " in text
    assert f"the other {len(table) - len(off | set(rows))} ≈ " in text
    assert f"{len(table) - len(off)} subtotals ≈ " in text
