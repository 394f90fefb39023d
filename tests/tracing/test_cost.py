"""What a layer costs, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multiconv.engine.geometry import geometry
from multiconv.errors import TooLarge
from multiconv.experiment.model import MAX_POOL, Layer, Limits
from multiconv.tracing.cost import (
    SCRATCH_BYTES,
    backward_cost,
    banded_bytes,
    check_work,
    is_banded,
    whole_bytes,
)

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
    # The second's inputs are held as planes too; while partials are made, some are there twice.
    planes = 50 * 100 * 4 * 4
    copied = planes + 2 * (planes + 50 * 100 * 4 * 4)
    room = 100 * 200 * 3 * (1 + 4) + planes + copied + 50 * 100 * 4 * (4 + 1 + 1)
    check_work(stack, 1, Limits(multiply_adds=work, request_bytes=room))
    with pytest.raises(TooLarge, match=f"{work:,} multiply-adds"):
        check_work(stack, 1, Limits(multiply_adds=work - 1))
    with pytest.raises(TooLarge, match=f"{room:,} bytes"):
        check_work(stack, 1, Limits(request_bytes=room - 1))
    with pytest.raises(TooLarge, match=f"{work + 50 * 100 * 3 * 3 * 4:,} multiply-adds"):
        check_work(stack, 2, Limits(multiply_adds=work))
    assert not is_banded(stack, 0)


def test_a_value_that_is_followed_back_is_counted():
    first = Layer(kernel_size=(3, 5), outputs=4, bias=(0.0,) * 4, activation="relu")
    pooling = Layer(kind=MAX_POOL, kernel_size=(6, 7), inputs=4, outputs=4, groups=4)
    stack = [(SHAPE, first), (geometry((50, 100), (6, 7)), pooling)]
    # Of the pooling 1 value of 4 channels, then 6 × 7; the ReLU's sums are made again.
    work = 4 * (6 * 7 * 4) + 2 * (6 * 7) * (3 * 5 * 3 * 4)
    under = (2 * 5 + 3) * (2 * 6 + 5)
    room = 4 * 3 * (6 * 7 * 4 + under * 3) + 2**21 + 100 * 200 * 3 * 4
    assert backward_cost(stack) == (work, room)
    whole, forward = whole_bytes(stack), 4 * WORK + 50 * 100 * 6 * 7
    limits = Limits(multiply_adds=forward + work, request_bytes=whole + room)
    check_work(stack, 1, limits, backward=True)
    for less in ({"multiply_adds": forward + work - 1}, {"request_bytes": whole + room - 1}):
        check_work(stack, 1, replace(limits, **less))
        with pytest.raises(TooLarge):
            check_work(stack, 1, replace(limits, **less), backward=True)


@pytest.mark.parametrize(("mode", "rows"), [("zeros", 10), ("circular", 20)])
def test_what_a_value_is_followed_back_to_is_no_larger_than_the_map(mode, rows):
    near = geometry((20, 3), (10, 9), padding=4, padding_mode=mode)
    layer = Layer(kernel_size=(10, 9), outputs=1, bias=(0.0,), inputs=1)
    point = geometry((20, 3), (1, 1)), replace(layer, kernel_size=(1, 1))
    assert backward_cost([point, (near, layer)])[0] == 10 * 9 + rows * 3
