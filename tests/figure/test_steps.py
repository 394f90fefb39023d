"""The steps of the sum: what each shows and says."""

import re

import pytest

from multiconv.experiment.link import read
from multiconv.experiment.model import LIMITS
from multiconv.figure.channels import channels_of
from multiconv.figure.steps import paces_of, steps_of
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer


def steps(tmp_path, *pairs):
    trace = Tracer(Store(FolderBlobs(tmp_path), LIMITS.store_bytes)).trace(
        read([("size", "24"), *pairs])
    )
    return steps_of(trace, channels_of(trace))


def test_the_channels_enter_in_their_order(tmp_path):
    found = steps(tmp_path, ("bias", "0.5,0,0,0,0"), ("strides", "2"))
    assert [(one.label, one.shows, one.entered) for one in found] == [
        ("0", "running-0", 0),
        ("red", "running-1", 1),
        ("+ green", "running-2", 2),
        ("+ blue", "running-3", 3),
        ("+ bias", "sum", 3),
    ]
    assert [one.words for one in found] == [
        "Nothing yet: every pixel is 0.",
        "Red, pixel by pixel; green, blue and the bias are still missing.",
        "Red + green, pixel by pixel; blue and the bias are still missing.",
        "Red + green + blue, pixel by pixel; the bias is still missing.",
        "Red + green + blue + bias: the bias is 0.5.",
    ]


def test_the_slider_goes_to_the_last_pixel(client):
    assert 'min="0" max="143"' in client.get("/?size=24&strides=2").text


def test_a_channel_that_is_off_never_enters_and_the_activation_comes_last(tmp_path):
    found = steps(tmp_path, ("off", "0"), ("activation", "relu"), ("k", "2"))
    labels = [one.label for one in found]
    assert labels == ["0", "green", "+ blue", "+ bias", "ReLU"]
    assert found[-1].shows == "output-2"


@pytest.mark.parametrize("pixels", [1, 19, 20, 21, 576, 160 * 160, 161 * 159, 4000 * 6000])
def test_the_window_has_gone_over_everything_in_twenty_seconds(pixels):
    ticks_a_second = paces_of(pixels)[-1].value
    assert pixels / ticks_a_second < 20
    assert paces_of(pixels)[-1].words == "the whole in 20 s"


def test_the_window_begins_at_the_pace_for_its_picture(client):
    for query, pixels in (("size=24", 576), ("size=24&strides=2", 144), ("size=160", 25600)):
        (value,) = re.findall(
            r'<option value="(\d+)" selected>the whole', client.get(f"/?{query}").text
        )
        assert pixels / int(value) < 20


def test_which_buttons_move_what_is_said(client):
    steps = (
        client.get("/?size=24&activation=relu").text.split('id="steps"')[1].split("</details>")[0]
    )
    assert ">The sum, one term after another:</p>" in steps
    assert ">The window, one output pixel after another:</p>" in steps
    names = re.findall(r'<button[^>]* aria-label="([^"]*)"', steps)
    assert len(names) == steps.count("<button") == 6 + 3
    assert all(name.startswith("Sum: ") for name in names[:6])
    assert all("indow" in name for name in names[6:])
