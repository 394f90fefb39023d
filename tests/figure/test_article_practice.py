"""What the article says of real networks and of learning is so, by PyTorch, loops, own lines."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.experiment.model import Experiment
from multiconv.figure.article import try_of


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def words(client):
    """The article as it reads, without its elements."""
    text = client.get("/").get_data(as_text=True).partition('<article class="article"')[2]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", "", text).split()))


def test_kernels_swapped_along_with_the_channels_leave_the_output_as_it_was(traced, words, torch):
    opening, swapped, both = (traced(name) for name in ("opening", "bgr", "bgr-both"))
    np.testing.assert_allclose(both.layer.output, opening.layer.output, atol=1e-6)
    np.testing.assert_array_equal(both.inputs, np.float32(opening.levels[..., ::-1] / 255))
    at = opening.pixel  # on the orange suit
    assert opening.layer.output[at] > 0.5 * opening.range
    assert swapped.layer.output[at] < 0
    filters = opening.experiment.layer.filters()[..., :1]
    turned = both.experiment.layer.filters()
    assert "HWIO filters, filters[:, :, ::-1]; with PyTorch’s OIHW, weight[:, [2, 1, 0]]." in words
    np.testing.assert_array_equal(filters[:, :, ::-1], turned)
    weight = torch.from_numpy(filters.transpose(3, 2, 0, 1).copy())
    np.testing.assert_array_equal(weight[:, [2, 1, 0]], turned.transpose(3, 2, 0, 1))


def run(lines, **there):
    """Run lines of the article over arrays, and return these by name."""
    exec("\n".join(lines), there)  # noqa: S102 - lines of the page, which is ours
    return there


def test_the_lines_that_turn_one_layout_into_the_other_do(client, torch):
    text = client.get("/").get_data(as_text=True)
    code = html.unescape(re.search(r'<pre class="code">(.*?)</pre>', text, re.DOTALL)[1])
    to_nchw, to_nhwc, to_oihw, to_hwio = code.splitlines()
    rng = np.random.default_rng(19)
    x, filters = rng.standard_normal((2, 6, 7, 3)), rng.standard_normal((3, 3, 3, 5))
    there = run((to_nchw, to_oihw), x=x, f=filters)
    found = torch.nn.functional.conv2d(*(torch.from_numpy(there[name].copy())
                                         for name in ("x", "f")))  # fmt: skip
    expected = np.zeros((2, 4, 5, 5))
    for i, j in np.ndindex(4, 5):
        window = x[:, i : i + 3, j : j + 3]
        expected[:, i, j] = np.tensordot(window, filters, 3)
    np.testing.assert_allclose(found.permute(0, 2, 3, 1), expected, atol=1e-12)
    there = run((to_nhwc, to_hwio), x=there["x"], f=there["f"])
    np.testing.assert_array_equal(there["x"], x)
    np.testing.assert_array_equal(there["f"], filters)
    assert not np.array_equal(x.reshape(2, 3, 6, 7), x.transpose(0, 3, 1, 2))
    # HWOI, of 5 channels in and 3 out, becomes IOHW by the third line.
    there = run((to_oihw,), f=filters)
    wide = torch.from_numpy(rng.standard_normal((1, 5, 4, 4)))
    grown = torch.nn.functional.conv_transpose2d(wide, torch.from_numpy(there["f"].copy()))
    expected = np.zeros((6, 6, 3))
    for i, j in np.ndindex(4, 4):
        expected[i : i + 3, j : j + 3] += filters @ wide[0, :, i, j].numpy()
    np.testing.assert_allclose(grown[0].permute(1, 2, 0), expected, atol=1e-12)


def test_two_groups_of_four_channels_never_meet(traced, words, torch):
    first = traced("groups-first")
    layer = first.experiment.layer
    assert (layer.inputs, layer.groups, layer.outputs) == (4, 2, 4)
    for k in range(4):
        partials = traced("groups-first", k=k).layer.partials
        assert [q for q in range(4) if partials[q] is not None] == [[0, 1], [2, 3]][k // 2]
    assert traced("groups-second").experiment.focus.k == 2
    filters = torch.from_numpy(layer.filters().transpose(3, 2, 0, 1).copy())
    x = torch.from_numpy(np.float64(first.inputs.transpose(2, 0, 1)[None]))
    found = torch.nn.functional.conv2d(x, filters.double(), padding=1, groups=2)[0]
    for k in range(4):
        output = traced("groups-first", k=k).layer.output
        np.testing.assert_allclose(output, found[k], atol=1e-5)
    module = torch.nn.Conv2d(4, 4, 3, groups=2)
    assert sum(each.numel() for each in module.parameters()) == layer.parameters == 76
    assert sum(each.numel() for each in torch.nn.Conv2d(4, 4, 3).parameters()) == 148
    assert "3 · 3 · 2 · 4 + 4 = 76 parameters instead of 148" in words


def test_a_3_d_convolution_as_deep_as_the_picture_has_nowhere_to_slide(traced, torch):
    trace = traced("opening")
    volume = torch.from_numpy(trace.levels.transpose(2, 0, 1)[None, None] / 255)
    weight = torch.from_numpy(np.float64(trace.layer.filters.transpose(2, 0, 1)[None, None]))
    found = torch.nn.functional.conv3d(volume, weight, padding=(0, 1, 1))[0, 0]
    assert found.shape == (1, 160, 160)
    np.testing.assert_allclose(trace.layer.output, found[0], atol=1e-6)
    slid = torch.nn.functional.conv3d(volume, weight[:, :, :2], padding=(0, 1, 1))
    assert slid.shape[2] == 2  # with a shorter kernel that axis is there still


def test_thirty_steps_bring_the_loss_below_a_hundredth(app, traced):
    wanted = read([("filters", "luminance-edges")])
    target = app.extensions["multiconv"].trace(wanted).layer.output
    first, last = (((traced(name).layer.output - target) ** 2).mean()
                   for name in ("learn-start", "learn-thirty"))  # fmt: skip
    assert np.ptp(traced("learn-start").layer.output) == 0  # zeros see nothing of it yet
    assert 0 < last < first / 100


def test_the_gradient_of_a_weight_is_twice_the_mean_of_error_times_moved_channel(traced, torch):
    trace = traced("opening")
    side, rng = 160, np.random.default_rng(19)
    x = np.pad(trace.levels / 255, ((1, 1), (1, 1), (0, 0)))
    target = rng.standard_normal((side, side))
    error = trace.layer.output - target
    gradient, count = np.zeros((3, 3, 3)), error.size
    for di, dj, q in np.ndindex(3, 3, 3):
        moved = x[di : di + side, dj : dj + side, q]
        gradient[di, dj, q] = 2 / count * (error * moved).sum()
    weight = torch.from_numpy(np.float64(trace.layer.filters.transpose(2, 0, 1)[None]))
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    weight.requires_grad_()
    found = torch.nn.functional.conv2d(torch.from_numpy(x.transpose(2, 0, 1)[None]), weight, bias)
    ((found[0, 0] - torch.from_numpy(target)) ** 2).mean().backward()
    np.testing.assert_allclose(weight.grad[0].permute(1, 2, 0), gradient, atol=1e-7)
    assert bias.grad.item() == pytest.approx(2 / count * error.sum(), abs=1e-7)
    one = traced("one-tap").layer.output  # what a single weight multiplies: its channel, moved
    np.testing.assert_allclose(one, x[1 : 1 + side, 2 : 2 + side, 0], atol=1e-6)


def test_errors_stamp_the_kernel_as_it_is_which_is_the_turned_one_sliding(traced, torch):
    stamped, turned, straight = (
        traced(name).layer.output for name in ("stamped-once", "flipped", "signed")
    )
    np.testing.assert_allclose(stamped, turned, atol=1e-5)
    assert np.abs(stamped - straight).max() > 0.5
    rng = np.random.default_rng(19)
    x = torch.from_numpy(rng.standard_normal((1, 2, 8, 9))).requires_grad_()
    weight, error = (rng.standard_normal(shape) for shape in ((3, 2, 3, 3), (1, 3, 8, 9)))
    torch.nn.functional.conv2d(x, torch.from_numpy(weight), padding=1).backward(
        torch.from_numpy(error)
    )
    grad = x.grad[0].numpy()
    expected = np.zeros((2, 10, 11))
    for k, i, j in np.ndindex(3, 8, 9):  # over the output channels, each error stamps its kernel
        expected[:, i : i + 3, j : j + 3] += error[0, k, i, j] * weight[k]
    np.testing.assert_allclose(grad, expected[:, 1:-1, 1:-1], atol=1e-12)
    around = np.pad(error[0], ((0, 0), (1, 1), (1, 1)))
    slid = sum(
        weight[k, :, 2 - di, 2 - dj, None, None] * around[k, di : di + 8, dj : dj + 9]
        for k, di, dj in np.ndindex(3, 3, 3)
    )
    np.testing.assert_allclose(grad, slid, atol=1e-12)


def test_one_number_of_z_changes_much_of_the_picture_and_halfway_lies_a_mixture(traced):
    whole, one = traced("emoji", layer=1), traced("z-one", layer=1)
    assert (whole.inputs != one.inputs).sum() == 1
    pictures = (np.stack([traced(name, k=k).layer.output for k in range(3)])
                for name in ("emoji", "z-one"))  # fmt: skip
    apart = np.abs(np.subtract(*pictures)).max(axis=0)
    assert (apart > 2 / 255).mean() > 0.5  # by a level at least
    learned = try_of("z-mix", Experiment()).source.z.learned
    half = (learned.of(0x1F600) + learned.of(0x1F436)) / 2
    np.testing.assert_allclose(traced("z-mix", layer=1).inputs.ravel(), half, atol=1e-5)
    assert len(learned.points) == 153
