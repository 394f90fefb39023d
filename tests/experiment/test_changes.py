"""A kernel's list changes it through the form, what-ifs a filter; boxes switch channels off."""

from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.changes import ACTIONS, CHANGES, after_action, with_switches
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Layer
from multiconv.figure.controls import buttons
from multiconv.figure.links import Links
from multiconv.filters.kernels import KERNELS

START = Layer().with_kernel(1, 0, tuple(map(float, range(1, 10))))


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
    layer = CHANGES[name].of(START, 1, 0)
    assert layer.kernel(1, 0).ravel() == pytest.approx(kernel, abs=1e-11)
    for q, k in ((0, 0), (2, 0), (1, 1)):
        assert (layer.kernel(q, k) == START.kernel(q, k)).all()


def test_copying_gives_all_channels_one_kernel():
    layer = CHANGES["copy"].of(START, 1, 0)
    for q in range(3):
        assert layer.kernel(q, 0).ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert (layer.kernel(0, 1) == START.kernel(0, 1)).all()


def test_weights_that_cancel_cannot_be_scaled():
    edge = Layer().with_kernel(2, 0, (1.0, 0.0, -1.0) * 3)
    with pytest.raises(InvalidValue, match="blue's kernel add up to 0") as caught:
        CHANGES["sum-to-1"].of(edge, 2, 0)
    assert caught.value.field == "preset.2"


def test_the_form_changes_what_was_typed(client):
    found = edited(client, **{"w.0.0": "1,2,3,4,5,6,7,8,9", "preset.0": "negate", "k": "0"})
    assert found == {"w.0.0": "-1,-2,-3,-4,-5,-6,-7,-8,-9"}


def test_a_change_of_the_chosen_output(client):
    found = edited(client, **{"from": "k=1&w.2.1=0,0,0,0,2,0,0,0,1", "preset.2": "turn"})
    assert found == {"k": "1", "w.2.1": "1,0,0,0,2,0,0,0,0"}


def test_boxes_that_are_not_ticked_switch_channels_off(client):
    boxes = {"switch": ["0", "1", "2"]}
    assert edited(client, **boxes, on=["0", "2"]) == {"off": "1"}
    assert edited(client, **boxes, on=["0", "1", "2"], **{"from": "off=1"}) == {}
    assert edited(client, **{"from": "off=1", "k": "2"}) == {"off": "1", "k": "2"}


def test_only_channels_with_a_box_are_switched():
    assert with_switches(Layer(off=(2,)), ["0"], []).off == (0, 2)
    with pytest.raises(InvalidValue):
        with_switches(Layer(), ["3"], [])


def kernels(layer, k=0):
    return [layer.kernel(q, k) for q in range(3)]


def test_mean_and_back():
    mean = after_action("mean", Layer(), 0)
    for before, after in zip(kernels(Layer()), kernels(mean), strict=True):
        np.testing.assert_allclose(after, before / 3, rtol=1e-15)
    back = after_action("sum", mean, 0)
    np.testing.assert_allclose(kernels(back), kernels(Layer()), rtol=1e-12)
    np.testing.assert_array_equal(kernels(mean, 1), kernels(Layer(), 1))


def test_one_kernel_for_all_is_red_s():
    red, green, blue = kernels(after_action("share", Layer(), 0))
    np.testing.assert_array_equal(red, Layer().kernel(0, 0))
    np.testing.assert_array_equal(green, red)
    np.testing.assert_array_equal(blue, red)


def test_flip_turns_by_half_a_turn_and_twice_is_nothing():
    layer = read([("w.0.0", "1,2,3,4,5,6,7,8,9")]).layer
    turned = after_action("flip", layer, 0)
    assert turned.kernel(0, 0).ravel().tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert after_action("flip", turned, 0) == layer


def test_no_sum_makes_three_groups_and_keeps_what_fits():
    layer = read([("bias", "1,2,3,4,5"), ("w.0.4", "zero")]).layer
    apart = after_action("depthwise", layer, 0)
    assert (apart.groups, apart.outputs, apart.bias) == (3, 6, (1, 2, 3, 4, 5, 0))
    assert apart.kernels == layer.kernels
    full = after_action("depthwise", read([("outputs", "64")]).layer, 0)
    assert full.outputs == 63
    assert after_action("together", apart, 0).groups == 1


def test_apply_does_nothing_and_others_are_refused():
    assert after_action("apply", Layer(), 0) == Layer()
    assert after_action(None, Layer(), 0) == Layer()
    with pytest.raises(InvalidValue, match="median") as error:
        after_action("median", Layer(), 0)
    assert error.value.field == "do"


@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "together"])
def test_the_forms_button_and_its_link_agree(name, client):
    link = next(button.link for button in buttons(Links(Experiment(), "b")) if button.value == name)
    answer = client.get("/edit", query_string={"from": "", "do": name})
    assert answer.status_code == 303
    assert answer.headers["Location"] == link
    assert client.get(link).status_code == 200


def test_a_typed_weight_is_kept_when_a_what_if_is_pressed(client):
    weights = [("w.0.0", text) for text in ["1", "2", "3", "4", "5", "6", "7", "8", "9"]]
    answer = client.get("/edit", query_string=[("from", ""), ("do", "flip"), *weights])
    assert "w.0.0=9,8,7,6,5,4,3,2,1" in answer.headers["Location"]


def test_an_unknown_what_if_is_told(client):
    assert client.get("/edit", query_string={"from": "", "do": "explode"}).status_code == 400
