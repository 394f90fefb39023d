"""One pixel's working: the stage's numbers, the fixture that the page's script shares, and laws.

``tests/fixtures/arithmetic.json`` holds cases with their texts.  Here they are
checked twice: as what `arithmetic` gives, and number by number against fractions.
"""

import json
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multiconv.experiment.arithmetic import arithmetic

CASES = json.loads(
    (Path(__file__).parent.parent / "fixtures" / "arithmetic.json").read_text(encoding="utf-8")
)
IDS = [case["name"] for case in CASES]

RED = [[236, 232, 234], [232, 234, 234], [229, 235, 237]]
GREEN = [[144, 137, 137], [134, 133, 138], [123, 140, 143]]
BLUE = [[101, 95, 93], [92, 88, 91], [80, 93, 98]]
SOFT = [[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]]
HALF = [[-0.05, -0.05, -0.05], [-0.05, -0.1, -0.05], [-0.05, -0.05, -0.05]]
PLUS = [[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]]


def listed(value):
    return json.loads(json.dumps(value))


def said(text):
    return Fraction(text.replace("−", "-"))


def test_in_the_maps_unit_all_is_divided_by_255_and_exact_between_the_ends_alone():
    (one,) = arithmetic([[[255, 51]]], [[[0.5, -1]]], ones=True).channels
    assert (one.levels, one.products) == ((("1", "0.200"),), (("0.500", "−0.200"),))
    assert (one.subtotal, one.sign) == ("+0.300", "≈")
    (ends,) = arithmetic([[[255, 0]]], [[[0.5, -1]]], ones=True).channels
    assert (ends.levels, ends.subtotal, ends.sign) == ((("1", "0"),), "+0.500", "=")


def test_the_opening_pixel():
    working = arithmetic([RED, GREEN, BLUE], [SOFT, HALF, PLUS])
    red, green, blue = working.channels
    assert red.products[1] == ("23.20", "46.80", "23.40")
    assert green.products[0] == ("−7.20", "−6.85", "−6.85")
    assert green.kernel[1] == ("−0.05", "−0.1", "−0.05")
    assert blue.products == (
        ("0", "−9.50", "0"),
        ("−9.20", "−8.80", "−9.10"),
        ("0", "−9.30", "0"),
    )
    assert [c.subtotal for c in working.channels] == ["+233.70", "−68.10", "−45.90"]
    assert all(c.sign == "=" for c in working.channels)
    assert (working.total_sign, working.total) == ("=", "+119.70")
    assert (working.value_sign, working.value) == ("≈", "+0.469")
    assert (working.bias, working.output, working.output_sign) == (None, None, None)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_fixture_is_what_arithmetic_gives(case):
    assert listed(asdict(arithmetic(**case["given"]))) == case["texts"]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_fixture_is_true(case):
    windows, kernels = case["given"]["windows"], case["given"]["kernels"]
    total, all_exact = Fraction(0), True
    for window, kernel, texts in zip(windows, kernels, case["texts"]["channels"], strict=True):
        exact = texts["sign"] == "="
        subtotal = Fraction(0)
        for levels, weights, products in zip(window, kernel, texts["products"], strict=True):
            for level, weight, product in zip(levels, weights, products, strict=True):
                true = (level or 0) * Fraction(repr(weight))
                assert_says(product, true, exact)
                subtotal += true
        assert_says(texts["subtotal"], subtotal, exact)
        assert texts["subtotal"][0] in "+−"
        total += subtotal
        all_exact &= exact
    assert_says(case["texts"]["total"], total, all_exact)
    assert (case["texts"]["total_sign"] == "=") is all_exact
    value = total / 255 + Fraction(repr(case["given"].get("bias", 0)))
    assert_says(case["texts"]["value"], value, case["texts"]["value_sign"] == "=")
    assert len(case["texts"]["value"].partition(".")[2]) == 3
    if case["given"].get("activation") == "relu":
        output = max(value, Fraction(0))
        assert_says(case["texts"]["output"], output, case["texts"]["output_sign"] == "=")


def assert_says(text, true, exact):
    if exact:
        assert said(text) == true
    else:
        places = len(text.partition(".")[2])
        assert abs(said(text) - true) <= Fraction(1, 2 * 10**places) + Fraction(1, 10**9)


WEIGHTS = st.one_of(
    st.integers(-(10**9), 10**9).map(lambda n: n / 10**4),
    st.integers(-300, 300).map(lambda n: n / 100),
    st.sampled_from([1 / 9, 1 / 3, 1e-7, -2 / 3]),
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 255), WEIGHTS), min_size=1, max_size=9),
    st.integers(-2000, 2000).map(lambda n: n / 1000),
)
def test_equals_is_said_only_of_what_is_equal(taps, bias):
    levels, weights = [level for level, _ in taps], [weight for _, weight in taps]
    working = arithmetic([[levels]], [[weights]], bias=bias)
    true = sum((level * Fraction(repr(weight)) for level, weight in taps), Fraction(0))
    channel = working.channels[0]
    for text, level, weight in zip(channel.products[0], levels, weights, strict=True):
        assert_says(text, level * Fraction(repr(weight)), channel.sign == "=")
    assert_says(channel.subtotal, true, channel.sign == "=")
    assert_says(working.total, true, working.total_sign == "=")
    assert_says(working.value, true / 255 + Fraction(repr(bias)), working.value_sign == "=")


def test_weights_of_four_decimals_are_exact():
    assert arithmetic([[[255]]], [[[0.0625]]]).channels[0].products == (("15.9375",),)
    assert arithmetic([[[255]]], [[[0.0625]]]).channels[0].sign == "="
    assert arithmetic([[[255]]], [[[0.03125]]]).channels[0].sign == "≈"


def test_one_number_of_places_for_the_whole_pixel():
    working = arithmetic([[[1]], [[1]], [[2]]], [[[0.5]], [[0.25]], [[0]]])
    assert [c.products[0][0] for c in working.channels] == ["0.50", "0.25", "0"]
    assert [c.subtotal for c in working.channels] == ["+0.50", "+0.25", "+0.00"]


def test_levels_may_be_the_bytes_of_a_picture():
    levels = np.full((1, 1, 2), 255, np.uint8)
    working = arithmetic(list(levels), np.full((1, 1, 2), 12.5))
    assert working.channels[0].products == (("3187.5", "3187.5"),)
