"""HWIO or OIHW, RGB or BGR, and which outputs: told apart, or asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from multiconv import conv2d
from multiconv.errors import InvalidValue
from multiconv.networks.layout import bank_from, bias_from, bias_name, chosen, readings, taken_as
from multiconv.networks.tensors import Tensor


def tensor(array):
    return Tensor(array.shape, lambda: array)


def layouts(shape):
    return [each.layout for each in readings(shape)]


def taken(array, layout="auto", order="rgb", first=0):
    given = tensor(array)
    return bank_from(given, "w", taken_as(given, "w", layout), order, first)


@pytest.mark.parametrize(
    ("shape", "fits"),
    [
        ((7, 7, 3, 64), ["hwio"]),
        ((64, 3, 7, 7), ["oihw"]),
        ((3, 3, 3, 16), ["hwio"]),
        ((16, 3, 3, 3), ["oihw"]),
        ((3, 3, 3, 5), ["hwio"]),
        ((5, 3, 3, 3), ["oihw"]),
        ((3, 3, 3, 3), ["hwio", "oihw"]),
        ((1, 3, 3, 5), ["hwio", "oihw"]),
        ((96, 3, 11, 11), ["oihw"]),
        ((11, 11, 3, 96), ["hwio"]),
        ((64, 3, 3, 3), ["oihw"]),
        ((64, 3, 1, 7), ["oihw"]),
        ((3, 3, 3), []),
        ((0, 3, 3, 3), []),
        ((3, 3, 0, 3), []),
    ],
)
def test_readings(shape, fits):
    assert layouts(shape) == fits


@pytest.mark.parametrize(
    ("shape", "layout", "inputs", "outputs"),
    [
        # Most of these also read as a bank over three channels in the other layout.
        ((8, 1, 3, 3), "oihw", 1, 8),  # PyTorch on grey
        ((3, 3, 1, 8), "hwio", 1, 8),  # Keras on grey
        ((6, 1, 3, 3), "oihw", 1, 6),
        ((3, 3, 1, 6), "hwio", 1, 6),
        ((3, 3, 4, 8), "hwio", 4, 8),  # red, green, blue, alpha
        ((8, 4, 3, 3), "oihw", 4, 8),
        ((3, 3, 12, 2), "hwio", 12, 2),
        ((10, 12, 3, 3), "oihw", 12, 10),
        ((3, 3, 2, 4), "hwio", 2, 4),
        ((32, 1, 5, 5), "oihw", 1, 32),
        ((5, 5, 1, 32), "hwio", 1, 32),
        ((3, 3, 64, 64), "hwio", 64, 64),
        ((64, 64, 3, 3), "oihw", 64, 64),
        ((64, 7, 7, 4), "ohwi", 4, 64),
    ],
)
def test_another_number_of_channels_is_recognised_and_told(shape, layout, inputs, outputs):
    given = tensor(np.zeros(shape))
    with pytest.raises(InvalidValue, match="a picture has 3") as error:
        taken_as(given, "conv1.weight", "auto")
    told = error.value.problem
    assert f"over {inputs} input channel" in told
    assert f"{outputs} filters" in told
    assert layout in told
    assert [(each.layout, each.inputs, each.outputs) for each in readings(shape)] == [
        (layout, inputs, outputs)
    ]


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((8, 1, 3, 3), "numpy.repeat(w, 3, axis=1) / 3"),
        ((3, 3, 1, 8), "numpy.repeat(w, 3, axis=2) / 3"),
        ((8, 4, 5, 5), "w[:, :3]"),
        ((5, 5, 4, 8), "w[:, :, :3]"),
        ((64, 64, 3, 3), "first layer"),
    ],
)
def test_the_remedy_makes_a_bank_of_it(shape, remedy):
    w = np.random.default_rng(0).random(shape)
    with pytest.raises(InvalidValue) as error:
        taken_as(tensor(w), "w", "auto")
    assert remedy in error.value.remedy
    if "w" in remedy.split("(")[-1] and "layer" not in remedy:
        made = eval(remedy, {"w": w, "numpy": np})  # noqa: S307 - it is what the page says
        assert taken(made).shape[2:] == (3, 8)


@pytest.mark.parametrize(
    ("shape", "either"),
    [
        ((3, 3, 3, 3), ("3 input channels (hwio)", "3 input channels (oihw)")),
        ((4, 4, 3, 3), ("3 input channels (hwio)", "4 input channels (oihw)")),
        ((3, 3, 4, 4), ("4 input channels (hwio)", "3 input channels (oihw)")),
        ((5, 5, 3, 3), ("3 input channels (hwio)", "5 input channels (oihw)")),
        ((1, 1, 3, 3), ("3 input channels (hwio)", "1 input channel (oihw)")),
        ((3, 3, 1, 1), ("1 input channel (hwio)", "3 input channels (oihw)")),
        ((3, 1, 3, 3), ("3 input channels (hwio)", "1 input channel (oihw)")),
        ((1, 3, 3, 3), ("3 input channels (hwio)", "3 input channels (oihw)")),
        ((3, 3, 1, 3), ("1 input channel (hwio)", "3 input channels (oihw)")),
        ((3, 3, 5, 5), ("5 input channels (hwio)", "3 input channels (oihw)")),
        ((3, 3, 6, 6), ("6 input channels (hwio)", "3 input channels (oihw)")),
        ((3, 3, 3, 1), ("3 input channels (hwio)", "3 input channels (oihw)")),
        ((7, 1, 3, 3), ("3 input channels (hwio)", "1 input channel (oihw)")),
        ((8, 3, 1, 7), ("1 input channel (hwio)", "3 input channels (oihw)")),
        ((16, 3, 3, 1), ("3 input channels (oihw)", "1 input channel (ohwi)")),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(shape, either):
    array = np.random.default_rng(0).normal(size=shape)
    with pytest.raises(InvalidValue, match="both layouts") as error:
        taken(array)
    assert error.value.field == "layout"
    for words in either:
        assert words in error.value.problem


def test_an_ambiguous_shape_is_read_as_asked():
    array = np.random.default_rng(0).normal(size=(3, 3, 3, 3))
    assert taken(array, "hwio")[0, 1, 2, 0] == array[0, 1, 2, 0]
    assert taken(array, "oihw")[0, 1, 2, 0] == array[0, 2, 0, 1]
    assert taken(array, "ohwi")[0, 1, 2, 0] == array[0, 0, 1, 2]


def test_only_the_shape_decides_and_the_name_is_told():
    given = tensor(np.zeros((3, 3, 3, 3)))
    for name, whose in (("conv1.weight", "PyTorch gives"), ("conv1/kernel:0", "TensorFlow")):
        with pytest.raises(InvalidValue, match="both layouts") as error:
            taken_as(given, name, "auto")
        assert whose in error.value.remedy.rpartition(name)[2]


def test_a_layer_that_can_only_be_the_first_goes_before_one_that_may_be_later():
    file = {
        "conv1.weight": tensor(np.zeros((4, 3, 3, 3))),
        "conv2.weight": tensor(np.zeros((4, 4, 3, 3))),  # or 4 × 4 over 3 channels
    }
    assert chosen(file, "") == "conv1.weight"


def test_a_network_that_begins_with_grey_is_told_by_its_first_layer():
    file = {
        "conv1.weight": tensor(np.zeros((8, 1, 3, 3))),
        "conv2.weight": tensor(np.zeros((16, 8, 3, 3))),
    }
    with pytest.raises(InvalidValue, match=r"conv1\.weight.*1 input channel"):
        chosen(file, "")


def test_bgr_is_turned_round():
    array = np.zeros((5, 5, 3, 1))
    array[..., 0, 0] = 7  # blue
    assert taken(array, order="bgr")[0, 0].ravel().tolist() == [0, 0, 7]


def test_more_outputs_than_a_layer_has_are_taken_from_the_first_asked():
    array = np.arange(140.0).reshape(140, 1, 1, 1) * np.ones((1, 3, 5, 5))
    assert taken(array).shape == (5, 5, 3, 128)
    assert taken(array, first=134)[0, 0, 0].tolist() == list(range(134, 140))
    with pytest.raises(InvalidValue, match="there are 140"):
        taken(array, first=140)


@pytest.mark.parametrize(
    ("layout", "order", "field"), [("nchw", "rgb", "layout"), ("auto", "gbr", "order")]
)
def test_unknown_choices_are_refused(layout, order, field):
    with pytest.raises(InvalidValue) as error:
        taken(np.zeros((5, 5, 3, 1)), layout, order)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("name", "bias"),
    [
        ("a.weight", "a.bias"),  # PyTorch, ONNX
        ("W", "b"),
        ("w", "b"),
        ("weights", "biases"),
        ("conv1/weights", "conv1/biases"),  # TF-slim
        ("conv1/kernel:0", "conv1/bias:0"),  # Keras 2
        ("params.Conv_0.kernel", "params.Conv_0.bias"),  # Flax
        ("conv2_d/~/w", "conv2_d/~/b"),  # Haiku
        ("convolution2d_1_W", "convolution2d_1_b"),  # Keras 1
        ("conv1_w_0", "conv1_b_0"),  # Caffe2
        ("a/kernel/.ATTRIBUTES/VARIABLE_VALUE", "a/bias/.ATTRIBUTES/VARIABLE_VALUE"),  # Keras
        ("filters", "bias"),
        ("Weight", "Bias"),
        ("conv1", "conv1_bias"),
        ("arr_0", "b"),
    ],
)  # fmt: skip
def test_a_bias_by_any_usual_name(name, bias):
    file = {name: tensor(np.zeros((2, 3, 1, 1))), bias: tensor(np.ones(2))}
    file |= {"other.bias": tensor(np.zeros(2)), "beta": tensor(np.zeros(2))}
    assert bias_name(file, name, 2) == bias
    assert bias_name(file, name, 3) == ""
    assert bias_name({name: file[name]}, name, 2) == ""


def test_the_biases_of_the_outputs_that_are_taken():
    assert bias_from(tensor(np.array([0.5, 1])), "a.bias", 1, 1) == (1.0,)


@pytest.mark.parametrize(
    ("name", "shape", "kind"),
    [
        ("sepconv/depthwise_kernel:0", (3, 3, 3, 2), "a depthwise layer"),
        ("DepthwiseConv2D/kernel", (3, 3, 3, 8), "a depthwise layer"),
        ("deconv5.weight", (64, 3, 4, 4), "a transposed convolution"),
        ("ConvTranspose_0.weight", (128, 3, 5, 5), "a transposed convolution"),
        ("conv2d_transpose/kernel:0", (5, 5, 3, 64), "a transposed convolution"),
        ("upconv1.weight", (16, 3, 2, 2), "a transposed convolution"),
    ],
)
def test_a_layer_of_another_kind_is_not_read_because_its_shape_fits(name, shape, kind):
    given = tensor(np.zeros(shape))
    with pytest.raises(InvalidValue, match=kind) as error:
        taken_as(given, name, "auto")
    assert error.value.field == "layout"
    layout = layouts(shape)[0]
    assert taken_as(given, name, layout).layout == layout
    usual = {name: given, "conv1.weight": tensor(np.zeros((9, 3, 5, 5)))}
    assert chosen(usual, "") == "conv1.weight"


def test_depthwise_kernels_become_the_layer_that_the_remedy_says():
    """Keras's order: output c · m + j is channel c's kernel j."""
    w = np.random.default_rng(0).normal(size=(3, 3, 3, 2))
    made = np.repeat(w.reshape(*w.shape[:2], 1, -1), 3, axis=2)
    x = np.random.default_rng(1).random((6, 7, 3))
    members = np.stack([made[:, :, k // 2 : k // 2 + 1, k] for k in range(6)], axis=-1)
    found = conv2d(x, members, groups=3, padding="VALID")
    for c, j in np.ndindex(3, 2):
        expected = correlate2d(x[..., c], w[:, :, c, j], mode="valid")
        np.testing.assert_allclose(found[..., 2 * c + j], expected)
