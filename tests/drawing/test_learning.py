import math

import pytest

from multiconv.drawing.learning import HEIGHT, WIDTH, loss_curve, rate_place


def test_the_curve_is_the_losses_on_a_scale_of_powers():
    losses = [math.exp(-at / 20) for at in range(401)]
    curve = loss_curve(losses, 100, 400)
    powers = dict(reversed(line) for line in curve.lines)
    decade = (powers["1 %"] - powers["100 %"]) / 2
    for at in (0, 1, 50, 100):
        share = (curve.heights[at] - powers["100 %"]) / decade
        assert share == pytest.approx(at / 20 / math.log(10), abs=0.01)
    assert curve.at == (100 * WIDTH / 400, curve.heights[100])
    assert [text for _, text in curve.marks] == ["0", "100", "200", "300", "400"]
    assert curve.path.startswith("M0 ")
    assert curve.path.count("L") == 400


def test_what_grows_and_what_ends_stay_within():
    for losses in ([4.0**at for at in range(200)], [1.0, 0.0, 0.0], [0.0, 0.0], [1.0] * 401):
        curve = loss_curve(losses, 0, 400)
        assert all(0 <= y <= HEIGHT for y in curve.heights)
        assert all(0 <= y <= HEIGHT for y, _ in curve.lines)
        assert len(curve.lines) >= 2
        assert [text for _, text in curve.marks][-1] == "400"


def test_the_lines_of_a_scale_are_all_shares_or_all_multiples():
    small = [text for _, text in loss_curve([1.0, 1e-6], 0, 400).lines]
    large = [text for _, text in loss_curve([1.0, 1e13], 0, 400).lines]
    assert small[-1] == "0.0001 %"
    assert all(text.endswith(" %") for text in small)
    assert large[-1] in {"×1", "×10", "×10²"}
    assert all(text.startswith("×1") for text in large)


def test_the_largest_stable_rate_stands_in_the_middle():
    assert rate_place(1) == 0.5
    assert rate_place(0.9) < 0.5 < rate_place(1.1)
    assert (rate_place(1e-9), rate_place(1e9)) == (0, 1)
