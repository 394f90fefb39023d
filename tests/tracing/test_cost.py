"""What a layer costs, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multiconv.engine.geometry import geometry
from multiconv.errors import TooLarge
from multiconv.experiment.model import Layer, Limits
from multiconv.tracing.cost import SCRATCH_BYTES, banded_bytes, check_work, is_banded

SHAPE = geometry((100, 200), (3, 5), strides=(2, 2))  # 50 × 100 places
WORK = 50 * 100 * 3 * 5 * 3
ROOM = 100 * 200 * 3 * (1 + 4) + 50 * 100 * 4 * (3 + 1 + 1)


@pytest.mark.parametrize(
    ("limits", "outputs", "words"),
    [
        (Limits(multiply_adds=WORK), 1, None),
        (Limits(multiply_adds=WORK - 1), 1, f"{WORK:,} multiply-adds; {WORK - 1:,} is the most"),
        (Limits(multiply_adds=WORK), 2, f"{2 * WORK:,} multiply-adds"),
        (Limits(request_bytes=ROOM), 1, None),
        (Limits(request_bytes=ROOM - 1), 1, f"{ROOM:,} bytes; {ROOM - 1:,} is the most"),
        (Limits(request_bytes=ROOM), 2, f"{ROOM + 50 * 100 * 4:,} bytes"),
    ],
)
def test_work_and_memory(limits, outputs, words):
    if words is None:
        check_work([(SHAPE, Layer(kernel_size=(3, 5)))], outputs, limits)
        return
    with pytest.raises(TooLarge, match=words) as caught:
        check_work([(SHAPE, Layer(kernel_size=(3, 5)))], outputs, limits)
    assert caught.value.field == "size"
    assert "smaller size" in caught.value.remedy


def test_a_group_costs_its_own_channels_alone():
    layer = replace(Layer(kernel_size=(3, 5)), groups=3, outputs=3, bias=(0.0,) * 3)
    check_work([(SHAPE, layer)], 1, Limits(multiply_adds=WORK // 3))


LARGEST = geometry((4000, 6000), (3, 3))  # 24 megapixels


def test_of_a_large_layer_only_what_is_held_at_once_is_counted():
    check_work([(LARGEST, Layer())], 1, Limits())
    pixels = 4000 * 6000
    # The levels, and five bytes a pixel of a picture on its way out; 9 while a file is read.
    room = max(9 * pixels, 3 * pixels + 5 * pixels) + SCRATCH_BYTES
    check_work([(LARGEST, Layer())], 1, Limits(request_bytes=room))
    with pytest.raises(TooLarge, match=f"{room:,} bytes"):
        check_work([(LARGEST, Layer())], 1, Limits(request_bytes=room - 1))


def test_many_planes_in_one_answer_are_counted():
    check_work([(LARGEST, Layer())], 1, Limits(), held=14)
    room = (3 + 30) * 4000 * 6000 + SCRATCH_BYTES
    with pytest.raises(TooLarge, match=f"{room:,} bytes") as caught:
        check_work([(LARGEST, Layer())], 1, Limits(), held=30)
    assert "fewer outputs or maps" in caught.value.remedy


def test_the_work_of_a_large_layer_stays_limited():
    check_work([(LARGEST, Layer())], 3, Limits())
    with pytest.raises(TooLarge, match="2,592,000,000 multiply-adds"):
        check_work([(LARGEST, Layer())], 4, Limits())


def test_a_wide_picture_under_a_far_reaching_kernel_counts_its_bands():
    near = banded_bytes(geometry((2400, 10_000), (15, 1)), 3)
    far = banded_bytes(geometry((2400, 10_000), (15, 1), dilations=(16, 1)), 3)
    # 225 rows that are written and as many that they look back on, of three channels' floats.
    assert far - near == 2 * 225 * 10_000 * 12 - 2**24


def test_layers_before_are_counted_whole():
    first = Layer(kernel_size=(3, 5), outputs=4, bias=(0.0,) * 4)
    second = Layer(bank="random", outputs=2, bias=(0.0,) * 2, inputs=4)
    stack = [(SHAPE, first), (geometry((50, 100), (3, 3)), second)]
    work = 4 * WORK + 50 * 100 * 3 * 3 * 4
    room = 100 * 200 * 3 * (1 + 4) + 50 * 100 * 4 * 4 + 50 * 100 * 4 * (4 + 1 + 1)
    check_work(stack, 1, Limits(multiply_adds=work, request_bytes=room))
    with pytest.raises(TooLarge, match=f"{work:,} multiply-adds"):
        check_work(stack, 1, Limits(multiply_adds=work - 1))
    with pytest.raises(TooLarge, match=f"{room:,} bytes"):
        check_work(stack, 1, Limits(request_bytes=room - 1))
    with pytest.raises(TooLarge, match=f"{work + 50 * 100 * 3 * 3 * 4:,} multiply-adds"):
        check_work(stack, 2, Limits(multiply_adds=work))
    assert not is_banded(stack, 0)
