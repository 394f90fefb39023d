"""The tour: its steps open, what is said of each is so, and its links lead on, back and away."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from multiconv.experiment.kinds import TOUR_STEPS
from multiconv.experiment.link import to_query
from multiconv.figure.tour import START, STOPS, stop_link, stop_of
from multiconv.tracing.trace import Trace


@pytest.fixture
def opened(app: Flask) -> Any:
    """The trace of a step, perhaps with a layer that is changed: ``opened(4, off=())``."""

    def found(number: int, **changes: Any) -> Trace:
        experiment = stop_of(number)
        layer = replace(experiment.layer, **changes)
        traced: Trace = app.extensions["multiconv"].trace(experiment.with_layer(layer))
        return traced

    return found


def links(text: str) -> dict[str, str]:
    """The links of the strip, by their words."""
    nav = re.search(r'<nav aria-label="Tour">.*?</nav>', text, re.DOTALL)
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', nav[0] if nav else "")
    return {words: unescape(link) for link, words in found}


def test_one_walks_through_all_steps_by_links_alone_and_leaves_to_the_opening(
    client: FlaskClient,
) -> None:
    assert len(STOPS) == TOUR_STEPS
    address, back = START, ""
    for number, stop in enumerate(STOPS, 1):
        answer = client.get(address)
        assert answer.status_code == 200
        assert 'class="mistake"' not in answer.text
        said = links(answer.text)
        assert f"Tour, {number} of {TOUR_STEPS}</span> {stop.title}" in unescape(answer.text)
        assert re.search(rf'class="stage[^"]* lit-{stop.part}"', answer.text)
        assert f'<a href="#{stop.there}">Go there</a>' in answer.text
        assert answer.text.count(f'id="{stop.there}"') == 1
        assert said.get("Back", "") == back
        assert said["Leave"] == "/"
        assert "As it was" not in said
        back, address = address, said.get("Next", "")
    assert address == ""
    assert 'id="tour"' not in client.get("/").text


def test_go_there_leads_to_the_step_s_own_page_where_this_one_has_no_such_part(
    client: FlaskClient,
) -> None:
    for query, missing in (("tour=8", "ledger"), ("tour=2&network=faces&rows=5,9", "row-0")):
        for frame in ("", "&embed=1"):
            text = client.get(f"/?{query}{frame}").text
            assert f'id="{missing}"' not in text
            (there,) = re.findall(r'<a href="([^"]*)">Go there</a>', text)
            link, _, part = unescape(there).partition("#")
            assert part == missing
            opened_there = client.get(link).text
            assert f'id="{missing}"' in opened_there
            assert ("<header" in opened_there) == (not frame)
    assert 'href="#ledger">Go there' in client.get("/?tour=8&network=faces&layer=5").text


def test_what_is_tried_keeps_the_step_and_can_be_set_up_again(client: FlaskClient) -> None:
    changed = client.get(f"{stop_link(6)}&range=3")
    assert links(changed.text)["As it was"] == stop_link(6)
    form = {"from": to_query(stop_of(6)), "do": "apply", "bias.0": "0"}
    led = client.get("/edit", query_string=form)
    assert led.status_code == 303
    assert "tour=6" in led.location
    assert "bias" not in led.location


@pytest.mark.parametrize("text", ["0", "9", "two", ""])
def test_there_is_no_other_step(client: FlaskClient, text: str) -> None:
    answer = client.get(f"/?tour={text}&k=2")
    assert answer.status_code == 400
    assert "tour" in answer.text
    assert "1 to 8" in answer.text or "number" in answer.text
    assert 'id="tour"' not in answer.text


def test_kernels_differ_and_a_change_of_one_leaves_the_other_partials(opened: Any) -> None:
    kernel = opened(2).layer.filters
    assert not kernel[..., 1:].any()
    assert (kernel[..., 0].sum(axis=0) == [-4, 0, 4]).all()
    before = opened(3).layer
    after = opened(3, kernels=(((1, 0), "sobel-y"),)).layer
    for q in (0, 2):
        np.testing.assert_array_equal(before.partials[q], after.partials[q])
    assert np.abs(before.partials[1] - after.partials[1]).max() > 0.1


def test_without_green_the_white_rim_is_orange_and_with_it_blank(opened: Any) -> None:
    without, whole = opened(4), opened(4, off=())
    at = without.pixel
    assert without.levels[at].min() > 225  # white
    assert without.layer.output[at] > 0.4
    assert abs(whole.layer.output[at]) < 0.01
    assert whole.layer.output[118, 26] > 0.5  # the orange suit
    numbers = opened(5).probe(*at)
    assert sum(each.products.size for each in numbers.channels) == 3 * 9
    assert sum(each.subtotal for each in numbers.channels) / 255 == pytest.approx(0, abs=0.01)


def test_a_bias_of_a_half_lifts_every_pixel_and_no_partial(opened: Any) -> None:
    lifted, level = opened(6).layer, opened(3).layer
    np.testing.assert_allclose(lifted.output - level.output, 0.5, atol=1e-6)
    for q in range(3):
        np.testing.assert_array_equal(lifted.partials[q], level.partials[q])


def test_output_1_has_its_own_kernels_and_answers_to_green(opened: Any) -> None:
    first, second = opened(3).layer, opened(7).layer
    assert not np.array_equal(first.filters, second.filters)
    assert second.filters[..., 1].sum() > 0 > second.filters[..., 0].sum()
    red, green, blue, white, ground = (
        second.output[place] for place in ((40, 40), (40, 120), (120, 40), (120, 120), (80, 80))
    )
    assert green > 0.9
    assert max(red, blue, abs(white), abs(ground)) < 1e-6  # no other disc is orange


def test_the_last_layer_adds_45_subtotals_and_is_above_zero_at_the_face(opened: Any) -> None:
    trace = opened(8)
    assert trace.experiment.layer.filters().shape[2:] == (45, 1)
    assert trace.layer.output[trace.pixel] > 1 > 0 > np.median(trace.layer.output)


def test_a_challenge_in_the_same_link_waits_and_is_told(client: FlaskClient) -> None:
    page = client.get("/?challenge=1&tour=2").text
    assert 'id="strip"' not in page
    told = page.partition('class="tour-waiting">')[2].partition("</p>")[0]
    assert "This link has challenge 1 as well" in told
    link = unescape(told.partition('href="')[2].partition('"')[0])
    there = client.get(link).text
    assert 'id="strip"' in there
    assert 'id="tour"' not in there
    assert "tour-waiting" not in client.get("/?tour=2").text
