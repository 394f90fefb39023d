"""A kernel's list changes it through the form; channels are switched off by boxes."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.changes import CHANGES, changed, changes, switched
from multiconv.experiment.form import Form
from multiconv.experiment.model import Layer
from multiconv.filters.kernels import KERNELS

START = Layer().with_kernel(1, 0, tuple(map(float, range(1, 10))))


def edited(client, **form):
    answer = client.get("/edit", query_string=form)
    assert answer.status_code == 303
    return dict(parse_qsl(urlsplit(answer.location).query))


def test_no_change_has_a_named_kernels_name():
    assert not set(CHANGES) & set(KERNELS)
    assert [name for name, _ in changes()] == list(CHANGES)


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
    layer = changed(START, 0, {1: name})
    assert layer.kernel(1, 0).ravel() == pytest.approx(kernel, abs=1e-11)
    for q, k in ((0, 0), (2, 0), (1, 1)):
        assert (layer.kernel(q, k) == START.kernel(q, k)).all()


def test_copying_gives_all_channels_one_kernel():
    layer = changed(START, 0, {1: "copy"})
    for q in range(3):
        assert layer.kernel(q, 0).ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert (layer.kernel(0, 1) == START.kernel(0, 1)).all()


def test_weights_that_cancel_cannot_be_scaled():
    edge = Layer().with_kernel(2, 0, (1.0, 0.0, -1.0) * 3)
    with pytest.raises(InvalidValue, match="blue's kernel add up to 0") as caught:
        changed(edge, 0, {2: "sum-to-1"})
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
    assert switched(Layer(off=(2,)), Form([("switch", "0")])).off == (0, 2)
    with pytest.raises(InvalidValue):
        switched(Layer(), Form([("switch", "3")]))
