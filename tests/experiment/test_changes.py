"""A kernel's list changes it through the form, what-ifs a filter; boxes switch channels off."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.changes import CHANGES, after_action, holds, with_switches
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Focus, Layer
from multiconv.filters.kernels import KERNELS

LAYER = Layer().with_kernel(1, 0, tuple(map(float, range(1, 10))))
START = Experiment(layers=(LAYER,))


def edited(client, **form):
    answer = client.get("/edit", query_string=form)
    assert answer.status_code == 303
    return dict(parse_qsl(urlsplit(answer.location).query))


def test_no_change_has_a_named_kernels_name():
    assert not set(CHANGES) & set(KERNELS)


@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("turn", [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ("negate", [-1, -2, -3, -4, -5, -6, -7, -8, -9]),
        ("sum-to-1", [n / 45 for n in range(1, 10)]),
        ("reset", [-0.05, -0.05, -0.05, -0.05, -0.1, -0.05, -0.05, -0.05, -0.05]),
    ],
)
def test_one_kernel_is_changed_and_no_other(name, kernel):
    layer = CHANGES[name].of(START, 1)
    assert layer.kernel(1, 0).ravel() == pytest.approx(kernel, abs=1e-11)
    for q, k in ((0, 0), (2, 0), (1, 1)):
        assert (layer.kernel(q, k) == LAYER.kernel(q, k)).all()


def test_copying_gives_all_channels_one_kernel():
    layer = CHANGES["copy"].of(START, 1)
    for q in range(3):
        assert layer.kernel(q, 0).ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert (layer.kernel(0, 1) == LAYER.kernel(0, 1)).all()


def test_weights_that_cancel_cannot_be_scaled():
    edge = Layer().with_kernel(2, 0, (1.0, 0.0, -1.0) * 3)
    with pytest.raises(InvalidValue, match="blue's kernel add up to 0") as caught:
        CHANGES["sum-to-1"].of(Experiment(layers=(edge,)), 2)
    assert caught.value.field == "preset.2"


def test_a_deeper_layer_s_channel_is_called_by_its_number():
    deeper = Layer(outputs=1, bias=(0.0,), inputs=5, bank="random")
    deeper = deeper.with_kernel(4, 0, (1.0, 0.0, -1.0) * 3)
    with pytest.raises(InvalidValue, match="input 4's kernel add up to 0"):
        CHANGES["sum-to-1"].of(Experiment(layers=(Layer(), deeper), focus=Focus(layer=2)), 4)


def test_the_form_changes_what_was_typed(client):
    found = edited(client, **{"w.0.0": "1,2,3,4,5,6,7,8,9", "preset.0": "negate", "k": "0"})
    assert found == {"w.0.0": "-1,-2,-3,-4,-5,-6,-7,-8,-9", "range": "1"}


def test_a_change_of_the_chosen_output(client):
    found = edited(client, **{"from": "k=1&w.2.1=0,0,0,0,2,0,0,0,1", "preset.2": "turn"})
    assert found == {"k": "1", "w.2.1": "1,0,0,0,2,0,0,0,0", "range": "5"}


def test_boxes_that_are_not_ticked_switch_channels_off(client):
    boxes = {"switch": ["0", "1", "2"]}
    assert edited(client, **boxes, on=["0", "2"]) == {"off": "1", "range": "1"}
    assert edited(client, **boxes, on=["0", "1", "2"], **{"from": "off=1&range=1"}) == {
        "range": "1"
    }
    assert edited(client, **{"from": "off=1", "k": "2"}) == {"off": "1", "k": "2"}


def test_only_channels_with_a_box_are_switched():
    assert with_switches(Layer(off=(2,)), ["0"], []).off == (0, 2)
    with pytest.raises(InvalidValue):
        with_switches(Layer(), ["3"], [])


@pytest.mark.parametrize("name", ["mean", "shared", "flipped", "apart"])
def test_a_what_if_is_a_state_and_one_click_leaves_it(client, name):
    query = "w.0.0=1,2,3,4,5,6,7,8,9&bias=1,2,3,4,5"
    there = edited(client, **{"from": query, "do": name})
    assert there == {**dict(parse_qsl(query)), "if": name, "range": there["range"]}
    back = edited(client, **{"from": urlencode(there), "do": "sum"})
    assert back == {**dict(parse_qsl(query)), "range": there["range"]}
    assert edited(client, **{"from": urlencode(back), "do": "rescale"}) == dict(parse_qsl(query))


def test_a_what_if_follows_another_and_keeps_what_was_typed(client):
    found = edited(client, **{"from": "if=mean&range=2", "do": "apart", "bias.0": "0.5"})
    assert found == {"bias": "0.5,0,0,0,0", "if": "apart", "range": "2"}


def test_apply_does_nothing_and_others_are_refused():
    assert after_action("apply", START) == START
    for name in ("share", "depthwise", "dance"):
        with pytest.raises(InvalidValue, match=f"do is “{name}”"):
            after_action(name, START)


HELD = {
    "w.0.0": "0,0,0,0,2,0,0,0,0", "bias": "0.5,0,0,0,0", "off": "1", "activation": "relu",
    "strides": "2x2", "padding": "valid", "padding_mode": "reflect", "dilations": "2x2",
    "kernel": "5x5", "if": "mean",
}  # fmt: skip
FREE = {
    "w.0.1": "0,0,0,0,2,0,0,0,0", "outputs": "9", "k": "2", "i": "3", "image": "sample:cat",
    "size": "48", "filters": "opponent", "range": "2", "ranges": "each", "inputs": "tinted",
}  # fmt: skip


@pytest.mark.parametrize("name", [*HELD, *FREE])
def test_the_range_is_held_where_shown_values_change_and_nowhere_else(name):
    assert holds(Experiment(), read([(name, (HELD | FREE)[name])])) is (name in HELD)


def test_a_range_that_is_fixed_or_everyones_own_is_left_alone(client):
    typed = {"w.0.0": "0,0,0,0,2,0,0,0,0"}
    assert edited(client, **typed)["range"] == "1"  # the opening page's, and not the new ±3
    assert edited(client, **typed, **{"from": "range=0.5"})["range"] == "0.5"
    assert "range" not in edited(client, **typed, **{"from": "ranges=each"})
    assert "range" not in edited(client, **typed, range="auto", **{"from": "range=0.5"})


def test_a_broken_link_s_range_is_not_asked_for(client):
    found = edited(client, **{"from": "image=" + "0" * 64, "image": "sample:cat", "bias.0": "1"})
    assert found == {"image": "sample:cat", "bias": "1,0,0,0,0"}
