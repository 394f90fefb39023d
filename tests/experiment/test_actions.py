"""What-ifs by the form and by their links: mean, sum, one kernel for all, turned, no sum."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.actions import ACTIONS, acted
from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment, Layer
from multiconv.figure.links import Links
from multiconv.figure.whatif import buttons


def kernels(layer, k=0):
    return [layer.kernel(q, k) for q in range(3)]


def test_mean_and_back():
    mean = acted("mean", Layer(), 0)
    for before, after in zip(kernels(Layer()), kernels(mean), strict=True):
        np.testing.assert_allclose(after, before / 3, rtol=1e-15)
    back = acted("sum", mean, 0)
    np.testing.assert_allclose(kernels(back), kernels(Layer()), rtol=1e-12)
    np.testing.assert_array_equal(kernels(mean, 1), kernels(Layer(), 1))


def test_one_kernel_for_all_is_red_s():
    red, green, blue = kernels(acted("share", Layer(), 0))
    np.testing.assert_array_equal(red, Layer().kernel(0, 0))
    np.testing.assert_array_equal(green, red)
    np.testing.assert_array_equal(blue, red)


def test_flip_turns_by_half_a_turn_and_twice_is_nothing():
    layer = read([("w.0.0", "1,2,3,4,5,6,7,8,9")]).layer
    turned = acted("flip", layer, 0)
    assert turned.kernel(0, 0).ravel().tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert acted("flip", turned, 0) == layer


def test_no_sum_makes_three_groups_and_keeps_what_fits():
    layer = read([("bias", "1,2,3,4,5"), ("w.0.4", "zero")]).layer
    apart = acted("depthwise", layer, 0)
    assert (apart.groups, apart.outputs, apart.bias) == (3, 6, (1, 2, 3, 4, 5, 0))
    assert apart.kernels == layer.kernels
    full = acted("depthwise", read([("outputs", "64")]).layer, 0)
    assert full.outputs == 63
    assert acted("together", apart, 0).groups == 1


def test_apply_does_nothing_and_others_are_refused():
    assert acted("apply", Layer(), 0) == Layer()
    assert acted(None, Layer(), 0) == Layer()
    with pytest.raises(InvalidValue, match="median") as error:
        acted("median", Layer(), 0)
    assert error.value.field == "do"


@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "together"])
def test_the_forms_button_and_its_link_agree(name, client):
    link = next(button.link for button in buttons(Links(Experiment(), "b")) if button.value == name)
    answer = client.get("/edit", query_string={"from": "", "do": name})
    assert answer.status_code == 303
    sent = urlsplit(answer.headers["Location"])
    asked = read(parse_qsl(urlsplit(link).query))
    assert read(parse_qsl(sent.query)) == asked
    assert client.get(link).status_code == 200


def test_a_typed_weight_is_kept_when_a_what_if_is_pressed(client):
    weights = [("w.0.0", text) for text in ["1", "2", "3", "4", "5", "6", "7", "8", "9"]]
    answer = client.get("/edit", query_string=[("from", ""), ("do", "flip"), *weights])
    assert "w.0.0=9,8,7,6,5,4,3,2,1" in answer.headers["Location"]


def test_an_unknown_what_if_is_told(client):
    assert client.get("/edit", query_string={"from": "", "do": "explode"}).status_code == 400
