"""Inputs are called by colour where they are a picture's planes, by number elsewhere."""

import numpy as np
import pytest

from multiconv.engine.trace import trace_layer
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.model import Experiment, Focus, Layer
from multiconv.figure.channels import channels_of
from multiconv.tracing.trace import Trace


def trace(channels, outputs=1, k=0, groups=1, off=(), deep=False):
    """A trace of so many input channels, 6 × 8 pixels each; three are a picture's planes."""
    levels = np.arange(48 * channels).reshape(6, 8, channels).astype(np.uint8)
    filters = np.ones((3, 3, channels, outputs))
    layer = Layer(
        bank=StoredBank("", filters),
        outputs=outputs,
        bias=(0.0,) * outputs,
        groups=groups,
        off=off,
        inputs=channels,
    )
    made = trace_layer(
        levels / np.float32(255), filters[:, :, : channels // groups], k, groups=groups, off=off
    )
    before = (Layer(outputs=channels),) if deep or channels != 3 else ()
    focus = Focus(k=k, layer=1 + len(before))
    experiment = Experiment(layers=(*before, layer), focus=focus)
    return Trace(experiment, levels, made, 1.0, (3, 4))


def test_a_pictures_planes_are_colours():
    found = channels_of(trace(3))
    assert [channel.role for channel in found] == ["red", "green", "blue"]
    assert [channel.label for channel in found] == ["Red", "Green", "Blue"]


@pytest.mark.parametrize("channels", [1, 2, 4, 45])
def test_others_have_numbers(channels):
    found = channels_of(trace(channels))
    assert {channel.role for channel in found} == {"input"}
    assert [channel.name for channel in found] == [f"input {q}" for q in range(channels)]


def test_those_of_another_group_or_left_out_add_nothing():
    depthwise = channels_of(trace(3, outputs=6, k=3, groups=3))
    assert [channel.apart for channel in depthwise] == [True, False, True]
    off = channels_of(trace(4, off=(1,)))
    assert [channel.adds for channel in off] == [True, False, True, True]


def test_three_inputs_of_a_deeper_layer_are_no_colours():
    found = channels_of(trace(3, deep=True))
    assert [channel.name for channel in found] == ["input 0", "input 1", "input 2"]
