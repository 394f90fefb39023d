"""The curves into Σ: where they begin, where they end, and what they are made of."""

import math
import re

import pytest

from multiconv.drawing.junction import junction as drawn

ROWS = [80, 260, 440]


def junction(rows, height, width, roles=("red", "green", "blue")):
    return drawn(rows, height, width, roles)


def numbers(path):
    return [float(n) for n in re.findall(r"-?[0-9.]+", path)]


def test_curves_run_from_the_rows_to_the_rim():
    drawing = junction(ROWS, 520, 130)
    for at, curve in zip(ROWS, drawing.curves, strict=True):
        x0, y0, _, y1, *_, x3, y3 = numbers(curve.path)
        assert (x0, y0) == (0, at)
        assert y1 == at  # leaves the picture level
        assert math.dist((x3, y3), drawing.centre) == pytest.approx(drawing.radius, abs=0.02)
        assert x3 < drawing.centre[0]
        assert all(0 <= n <= 520 for n in numbers(curve.path))


def test_curves_do_not_cross():
    ends = [numbers(curve.path)[-1] for curve in junction(ROWS, 520, 130).curves]
    assert ends == sorted(ends)
    assert len(set(ends)) == 3


def test_roles_follow_the_rows():
    assert [c.role for c in junction(ROWS, 520, 130).curves] == ["red", "green", "blue"]
    assert [c.role for c in junction([9, 90], 99, 130, ["red", "rest"]).curves] == ["red", "rest"]
    with pytest.raises(ValueError, match="zip"):
        junction([9, 90], 99, 130)


def test_one_row_alone_goes_straight():
    drawing = junction([100], 200, 130, ["input"])
    assert set(numbers(drawing.curves[0].path)[1::2]) == {100}


def test_bias_comes_from_above_and_the_arrow_leaves_at_the_right_edge():
    drawing = junction(ROWS, 520, 130)
    (x0, y0), (x1, y1) = drawing.bias
    assert x0 == x1 == drawing.centre[0]
    assert y0 < y1 == drawing.centre[1] - drawing.radius
    assert drawing.arrow.startswith(f"M{drawing.centre[0] + drawing.radius:g} 260H130")


@pytest.mark.parametrize("count", [1, 2, 7, 64])
def test_any_number_of_rows_arrives_in_order_on_the_left(count):
    rows = [80 + 184 * at for at in range(count)]
    drawing = junction(rows, 184 * count, 134, ["input"] * count)
    ends = [numbers(curve.path)[-2:] for curve in drawing.curves]
    assert [y for _, y in ends] == sorted(y for _, y in ends)
    assert all(x < drawing.centre[0] for x, _ in ends)
    assert drawing.centre[1] == (rows[0] + rows[-1]) / 2


def test_an_arrow_leads_down_to_the_foot():
    drawing = junction(ROWS, 520, 130)
    across, down = drawing.centre
    assert drawing.down.startswith(f"M{across:g} {down + drawing.radius:g}V520")
    assert drawing.down.endswith("m-7 -7l7 7 7 -7")
