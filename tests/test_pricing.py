"""What a layer costs, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multiconv.engine.geometry import geometry
from multiconv.errors import TooLarge
from multiconv.experiment.model import Layer, Limits
from multiconv.pricing import check_work

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
        check_work(SHAPE, Layer(kernel_size=(3, 5)), outputs, limits)
        return
    with pytest.raises(TooLarge, match=words) as caught:
        check_work(SHAPE, Layer(kernel_size=(3, 5)), outputs, limits)
    assert caught.value.field == "size"
    assert "smaller size" in caught.value.remedy


def test_a_group_costs_its_own_channels_alone():
    layer = replace(Layer(kernel_size=(3, 5)), groups=3, outputs=3, bias=(0.0,) * 3)
    check_work(SHAPE, layer, 1, Limits(multiply_adds=WORK // 3))
