"""The formula says strides, dilation, padding and bias where they matter, and only there."""

import pytest

from multiconv.engine.geometry import geometry
from multiconv.figure.formula import formula


def text(biased=False, at=(2, 3), **layer):
    lines = formula(geometry((9, 9), (3, 3), **layer), *at, 1, biased=biased)
    return "".join(term.text for line in lines for term in line)


@pytest.mark.parametrize(
    ("layer", "window"),
    [
        ({"padding": "VALID"}, "2+di,3+dj"),
        ({"padding": "SAME"}, "2+di−1,3+dj−1"),
        ({"padding": "VALID", "strides": (2, 1)}, "2·2+di,3+dj"),
        ({"padding": "VALID", "dilations": (1, 3)}, "2+di,3+3·dj"),
        ({"padding": ((0, 2), (4, 0)), "strides": (3, 2)}, "3·2+di,2·3+dj−4"),
    ],
)
def test_what_changes_nothing_is_left_out(layer, window):
    assert text(**layer) == f"output[0,2,3,1]=∑input[0,{window},q]·filter[di,dj,q,1]"


def test_the_bias_stands_at_the_end():
    assert text(biased=True).endswith("·filter[di,dj,q,1]+bias[1]")


def test_every_index_can_be_reached_once():
    lines = formula(geometry((9, 9), (3, 3)), 2, 3, 1, biased=True)
    assert [term.name for line in lines for term in line if term.first] == ["b", "i", "j", "k"]


def test_a_long_line_breaks_between_the_places():
    wide = geometry((900, 900), (3, 3), strides=(2, 2), dilations=(2, 2))
    lines = formula(wide, 120, 140, 0, biased=False)
    assert ["".join(term.text for term in line) for line in lines][1:3] == [
        "∑input[0,2·120+2·di−1,",
        "2·140+2·dj−1,q]",
    ]


def test_the_lines_of_a_stride_and_a_bias():
    lines = formula(geometry((8, 8), (3, 3), strides=(2, 1)), 3, 0, 1, biased=True)
    assert ["".join(term.text for term in line) for line in lines] == [
        "output[0,3,0,1]=",
        "∑input[0,2·3+di,0+dj−1,q]",
        "·filter[di,dj,q,1]+bias[1]",
    ]


@pytest.mark.parametrize(
    ("how", "filled"),
    [
        ({"padding": 2, "strides": 2}, "2+2−2·i′,3+2−2·j′"),
        ({"padding": 0}, "2−i′,3−j′"),
        ({"padding": (0, 1), "strides": (1, 3), "dilations": (2, 1)}, "(2−i′)/2,3+1−3·j′"),
    ],
)
def test_a_transposed_layers_sum_goes_over_its_input(how, filled):
    shape = geometry((9, 9), (5, 5), transposed=True, **how)
    lines = formula(shape, 2, 3, 1, biased=True, source="deconv4")
    found = "".join(term.text for line in lines for term in line)
    assert found == f"output[0,2,3,1]=∑deconv4[0,i′,j′,q]·filter[{filled},1,q]+bias[1]"
    assert [term.under for line in lines for term in line if term.under] == [("i′", "j′", "q")]
