"""What is drawn over an input: the window, the padding, what no window reaches."""

import pytest

from multiconv.drawing.marks import Mark, rim_path, unused, unused_path, window_mark
from multiconv.engine.geometry import geometry


@pytest.mark.parametrize(
    ("options", "at", "mark"),
    [
        ({}, (0, 0), Mark(0, 0, 2, 2)),
        ({}, (3, 3), Mark(2, 2, 3, 3)),
        ({"strides": (2, 2), "padding": "VALID"}, (1, 2), Mark(2, 4, 3, 3)),
        ({"dilations": (2, 2), "padding": "VALID"}, (0, 1), Mark(0, 1, 5, 5)),
        ({"padding": 5}, (0, 0), Mark(0, 0, 1, 1)),
    ],
)
def test_the_window_is_the_part_on_the_input(options, at, mark):
    assert window_mark(geometry((9, 9), (3, 3), **options).window_of(*at)) == mark


def test_padding_is_a_rim_as_wide_as_it_is_up_to_a_bound():
    assert rim_path(geometry((9, 9), (3, 3), padding="VALID"), 1.0) == ""
    same = geometry((4, 9), (3, 3))
    assert rim_path(same, 1.0) == "M-1 -1H10V5H-1ZM0 0V4H9V0Z"
    wide = geometry((4, 9), (3, 3), padding=((0, 64), (3, 0)))
    assert rim_path(wide, 1.0) == "M-3 0H9V11H-3ZM0 0V4H9V0Z"
    assert rim_path(wide, 0.5) == "M-3 0H9V7.5H-3ZM0 0V4H9V0Z"


@pytest.mark.parametrize(
    ("size", "options", "left"),
    [
        ((9, 9), {}, (0, 0)),
        ((10, 9), {"strides": (2, 2), "padding": "VALID"}, (1, 0)),
        ((10, 12), {"strides": (5, 5), "padding": "VALID"}, (2, 4)),
        ((10, 10), {"strides": (2, 2)}, (0, 0)),  # SAME reaches into its own padding
        ((9, 9), {"strides": (4, 4), "padding": ((0, 1), (0, 1)), "dilations": (2, 2)}, (0, 0)),
        ((9, 9), {"strides": (8, 8), "padding": ((0, 1), (0, 1))}, (6, 6)),
    ],
)
def test_the_remainder_is_what_the_last_window_leaves(size, options, left):
    shape = geometry(size, (3, 3), **options)
    assert unused(shape) == left
    assert bool(unused_path(shape)) == any(left)


def test_the_remainder_lies_below_and_beside():
    shape = geometry((10, 12), (3, 3), strides=(5, 5), padding="VALID")
    assert unused_path(shape) == "M0 8H12V10H0ZM8 0H12V8H8Z"


def test_the_page_draws_them(client):
    page = client.get("/?size=160&padding=valid&strides=4").text
    assert page.count('<path class="unused"') == 3
    assert '<path class="rim"' not in page
    page = client.get("/?size=160&padding=2").text
    assert page.count('<path class="rim"') == 3
    assert page.count('id="hatch"') == 1
