"""What is measured of a challenge's figure, against SciPy, PyTorch and plain loops."""

from __future__ import annotations

from urllib.parse import parse_qsl

import numpy as np
import pytest
from scipy.signal import correlate2d

from multiconv.experiment.challenges import CHALLENGES
from multiconv.experiment.link import read
from multiconv.networks.shipped import network
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.pictures import levels_of
from multiconv.tracing.trace import Tracer
from multiconv.tracing.verdict import inside, predictions, verdict_of


@pytest.fixture(scope="module")
def tracer(tmp_path_factory):
    return Tracer(Store(FolderBlobs(tmp_path_factory.mktemp("store")), 2**20))


def trace(tracer, number, more=""):
    pairs = dict(parse_qsl(CHALLENGES[number - 1].link)) | dict(parse_qsl(more))
    return tracer.trace(read(pairs.items(), networks=network))


def measured(tracer, number, more=""):
    """The values of a challenge's meters, in their order."""
    found = verdict_of(trace(tracer, number, more), CHALLENGES[number - 1])
    return [each.value for each in found.measured]


def summed(traced, kernels, bias=0.0):
    """The output that SciPy makes of the picture's three planes."""
    planes = levels_of(traced.experiment.source, None).transpose(2, 0, 1) / 255
    return bias + sum(
        correlate2d(plane, np.array(kernel, float), mode="same")
        for plane, kernel in zip(planes, kernels, strict=True)
    )


def disc(row, column, outer, inner=0.0):
    """The pixels between two circles, looked for one by one."""
    mask = np.zeros((160, 160), bool)
    for i in range(160):
        for j in range(160):
            far = ((i + 0.5 - row) ** 2 + (j + 0.5 - column) ** 2) ** 0.5
            mask[i, j] = inner <= far <= outer
    return mask


def test_a_region_is_the_pixels_whose_middles_lie_in_it():
    for region in {each for one in CHALLENGES for crit in one.criteria for each in crit.regions}:
        found = inside(region, (160, 160))
        expected = disc(region.row, region.column, region.outer, region.inner)
        assert np.array_equal(found, expected)
        assert np.count_nonzero(found) > 1000


def test_the_sum_without_green_is_scipy_s(tracer):
    traced = trace(tracer, 1)
    kernels = [traced.experiment.layer.kernel(q, 0) for q in range(3)]
    red, green, blue = (
        summed(traced, [kernels[q] if q == only else np.zeros((3, 3)) for q in range(3)])[118, 26]
        for only in range(3)
    )
    found = predictions(traced, CHALLENGES[0])
    assert found["right"] == pytest.approx(red + blue, abs=1e-6)
    assert found["right"] == pytest.approx(0.733, abs=5e-4)
    told = {"all": red + green + blue, "minus": red + green + blue + green}
    told |= {"mean of two": (red + blue) / 2, "mean of three": (red + blue) / 3}
    for (name, value), text in zip(told.items(), (0.523, 0.313, 0.366, 0.244), strict=True):
        assert found[name] == pytest.approx(value, abs=1e-6)
        assert found[name] == pytest.approx(text, abs=6e-4), name


def test_the_means_in_the_discs_are_scipy_s(tracer):
    weights = (0.9, -0.7, -0.4)
    more = "&".join(f"w.{q}.0={each}" for q, each in enumerate(weights)) + "&bias=0.05"
    output = summed(trace(tracer, 2, more), [[[each]] for each in weights], 0.05)
    places = [(40, 120, 27), (120, 40, 27), (120, 120, 27), (80, 80, 20)]
    rest = [output[disc(*place)].mean() for place in places]
    red, furthest = measured(tracer, 2, more)
    assert red == pytest.approx(output[disc(40, 40, 27)].mean(), abs=1e-6)
    assert furthest == pytest.approx(max(rest, key=abs), abs=1e-6)


def test_contrast_and_weights_are_those_of_plain_sums(tracer):
    weights = (0.4, 0.5, -0.1)
    more = "&".join(f"w.{q}.0={each}" for q, each in enumerate(weights))
    sizes, contrast = measured(tracer, 3, more)
    red, green = np.array([248, 56, 60]) / 255 @ weights, np.array([5, 179, 64]) / 255 @ weights
    assert sizes == pytest.approx(1.0)
    assert contrast == pytest.approx(abs(red - green), abs=1e-6)


def test_edges_on_the_rims_are_scipy_s(tracer):
    across = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    kernels = [across, (-0.9 * np.array(across)).tolist(), np.zeros((3, 3)).tolist()]
    more = "&".join(
        f"w.{q}.0={','.join(f'{each:g}' for row in kernel for each in row)}"
        for q, kernel in enumerate(kernels)
    )
    output = np.abs(summed(trace(tracer, 4, more), kernels))
    rest = [(120, 120, 35, 28), (120, 120, 28), (40, 40, 28)]
    rim, furthest = measured(tracer, 4, more)
    assert rim == pytest.approx(output[disc(40, 40, 35, 28)].mean(), abs=1e-6)
    assert furthest == pytest.approx(max(output[disc(*each)].mean() for each in rest), abs=1e-6)


def test_the_distance_from_moved_green_is_a_loop_s(tracer):
    traced = trace(tracer, 5)
    levels, output = levels_of(traced.experiment.source, None), traced.layer.output
    apart = [
        abs(float(output[i, j]) - int(levels[i, j - 1, 1]) / 255)
        for i in range(160)
        for j in range(1, 160)
    ]
    assert measured(tracer, 5) == [pytest.approx(sum(apart) / len(apart), abs=1e-6)]


def test_the_chequerboard_is_pytorch_s(tracer):
    torch = pytest.importorskip("torch")
    kernel = np.random.default_rng(3).uniform(0, 0.4, (5, 5)).round(3)
    more = "w.0.0=" + ",".join(map(str, kernel.ravel()))
    grey = torch.full((1, 1, 64, 64), 153 / 255, dtype=torch.float64)
    made = torch.nn.functional.conv_transpose2d(grey, torch.tensor(kernel)[None, None], stride=2)
    middle = made[0, 0, 12:-12, 12:-12].numpy()  # an even number of pixels: whole boards
    mean, variation = measured(tracer, 7, more)
    assert mean == pytest.approx(middle[:-1, :-1][:104, :104].mean(), rel=1e-5)
    assert variation == pytest.approx((middle[:104, :104].std() / middle[:104, :104].mean()), 1e-5)


def test_four_channels_blind_the_network_as_pytorch_runs_it(tracer):
    torch = pytest.importorskip("torch")
    traced = trace(tracer, 8, "7.off=0,1,5,36")
    own = network("faces")
    levels = levels_of(own_source := traced.experiment.source, None)
    assert own_source.size == 400
    x = torch.tensor(levels.transpose(2, 0, 1)[None] / 255)
    for n, layer in enumerate(own.layers, 1):
        filters = layer.filters().transpose(3, 2, 0, 1).copy()
        if n == 7:
            filters[:, [0, 1, 5, 36]] = 0
        assert layer.padding in ("SAME", "VALID") or isinstance(layer.padding, int | tuple)
        (top, bottom), (left, right) = layer.geometry(tuple(x.shape[2:])).pads
        x = torch.nn.functional.pad(x, (left, right, top, bottom))
        bias = torch.tensor(layer.bias, dtype=torch.float64)
        x = torch.nn.functional.conv2d(x, torch.tensor(filters), bias, layer.strides)
        x = torch.relu(x) if layer.activation == "relu" else x
    left_out, highest = measured(tracer, 8, "7.off=0,1,5,36")
    assert left_out == 4
    assert highest == pytest.approx(float(x.max()), abs=1e-4)
    assert highest == pytest.approx(-0.22, abs=0.005)


def test_what_a_number_sees_is_what_changes_it(tracer):
    torch = pytest.importorskip("torch")
    more = "2.dilations=2x2&3.dilations=4x4"
    layers = trace(tracer, 9, more).experiment.layers

    def run(x):
        for layer in layers:
            filters = torch.ones(layer.outputs, layer.inputs, 3, 3, dtype=torch.float64)
            x = torch.nn.functional.conv2d(x, filters, padding="same", dilation=layer.dilations)
        return x

    x = torch.zeros(1, 3, 41, 41, dtype=torch.float64, requires_grad=True)
    run(x)[0, 0, 20, 20].backward()
    rows = x.grad.abs().sum((0, 1, 3)).nonzero().ravel()
    assert measured(tracer, 9, more) == [float(rows.max() - rows.min() + 1), 160]


def test_the_corner_is_a_loop_s(tracer):
    total = sum(0.6 / 9 for i in (-1, 0, 1) for j in (-1, 0, 1) if i >= 0 and j >= 0)
    assert predictions(trace(tracer, 10), CHALLENGES[9])["right"] == pytest.approx(total, abs=1e-6)
