"""The ledger's drawing: bars on one scale with their running sum, numbers that have room."""

import re
from itertools import pairwise

import numpy as np
import pytest

from multiconv.drawing.ledger import HEIGHT, PLOT, WIDTH, ledger


def made(count, bias=0.5, chosen=(0, 1)):
    return ledger(np.random.default_rng(count).normal(size=count).tolist(), bias, chosen)


@pytest.mark.parametrize("count", [4, 5, 16, 45, 64, 128])
def test_every_channel_has_its_bar_and_all_stay_inside(count):
    found = made(count)
    assert [bar.name for bar in found.bars] == [str(q) for q in range(count)]
    for bar in found.every:
        assert 0 <= bar.left <= bar.x <= bar.x + bar.width <= bar.left + bar.room <= WIDTH
        assert PLOT[0] - 0.02 <= bar.y <= bar.y + bar.height <= PLOT[1] + 0.02 < HEIGHT


def test_each_step_of_the_line_is_as_high_as_its_bar():
    values = [0.5, -0.25, 0.0, 1.0]
    found = ledger(values, -0.5)
    levels = [float(y) for y in re.findall(r"V([\d.]+)", found.line)]
    heights = [a - b for a, b in pairwise([found.zero, *levels])]
    unit = (PLOT[1] - PLOT[0]) / 1.75  # from −0.5 to +1.25
    assert np.allclose(heights, [unit * value for value in (*values, -0.5)], atol=0.02)
    signs = [bar.sign for bar in found.every]
    assert signs == ["for", "against", "nothing", "for", "against", "for"]
    assert np.allclose([bar.height for bar in found.bars], np.abs(values) * unit, atol=0.02)


@pytest.mark.parametrize("count", [4, 16, 45, 128])
def test_numbers_do_not_stand_on_each_other(count):
    bars = made(count, chosen=(0, 1, 5 % count, count - 1)).bars
    for least, some in (
        (18, [bar for bar in bars if bar.label]),
        (37, [bar for bar in bars if bar.label and bar.small]),
    ):
        assert len(some) > 1
        assert min(b.middle - a.middle for a, b in pairwise(some)) >= least


def test_nothing_at_all_has_no_scale():
    found = ledger([0.0] * 6, 0.0)
    assert [bar.height for bar in found.every] == [0.0] * 8
    assert found.words is None
