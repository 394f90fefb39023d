"""What reaches an output pixel: the counts are the taps that PyTorch's Jacobian has there."""

from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.engine.geometry import geometry
from multiconv.experiment.link import read
from multiconv.figure.reach import (
    count_at,
    dots_around,
    kind_at,
    neighbour,
    path_words,
    reach_of,
    why_words,
)
from multiconv.networks.shipped import network


def emoji(side):
    """The sizes of a layer of the DCGAN paper's shape: kernel 5, stride 2."""
    how = {"strides": 2, "padding": 2, "output_padding": 1}
    return geometry((side, side), (5, 5), transposed=True, **how)


@pytest.mark.parametrize(
    ("size", "kernel", "how"),
    [
        ((6, 7), (5, 5), {"strides": (2, 2), "padding": (2, 2), "output_padding": (1, 1)}),
        ((1, 1), (4, 4), {"strides": (1, 1), "padding": (0, 0)}),
        ((5, 4), (4, 3), {"strides": (2, 3), "padding": (1, 0)}),
        ((4, 6), (2, 3), {"strides": (3, 2), "padding": (0, 1), "dilations": (1, 2)}),
    ],
)
def test_the_counts_are_the_non_zeros_of_pytorchs_jacobian(size, kernel, how):
    torch = pytest.importorskip("torch")
    shape = geometry(size, kernel, transposed=True, **how)
    weight = torch.rand(1, 1, *kernel) + 0.5
    names = {"strides": "stride", "dilations": "dilation"}
    torch_how = {names.get(name, name): value for name, value in how.items()}

    def layer(x):
        return torch.nn.functional.conv_transpose2d(x, weight, **torch_how)[0, 0]

    jacobian = torch.autograd.functional.jacobian(layer, torch.rand(1, 1, *size))
    counts = (jacobian != 0).sum(dim=(2, 3, 4, 5)).numpy()
    assert counts.shape == shape.output_size
    for i, j in np.ndindex(counts.shape):
        assert count_at(shape, i, j) == counts[i, j]


def test_strides_of_two_make_a_chequerboard():
    shape = emoji(16)
    assert [[count_at(shape, i, j) for j in (10, 11)] for i in (10, 11)] == [[9, 6], [6, 4]]
    assert [[kind_at(shape, i, j) for j in (10, 11)] for i in (10, 11)] == [
        ["most", "some"],
        ["some", "fewest"],
    ]
    assert why_words(shape) == (
        "Stride 2 puts an input pixel on every second row and column: 16 × 16 become 32 × 32. "
        "So in turn 9, 6 or 4 reach an output pixel, at the edges fewer."
    )


@pytest.mark.parametrize(
    ("kernel", "how", "words"),
    [
        (
            (4, 4),
            {"strides": 2, "padding": 1},
            "So 4 reach each output pixel, at the edges fewer: ",
        ),
        (
            (3, 3),
            {"strides": (2, 1), "padding": 1},
            "Strides 2 × 1 put an input pixel on every second row",
        ),
        ((2, 2), {"strides": 2, "padding": 0}, "So 1 reach each output pixel: no chequerboard."),
        ((1, 1), {"strides": 2, "padding": 0}, "; one that none reaches is the bias alone."),
    ],
)
def test_the_reason_comes_from_the_layers_numbers(kernel, how, words):
    assert words in why_words(geometry((8, 8), kernel, transposed=True, **how))


def test_the_neighbour_has_another_number_if_there_is_one():
    shape = emoji(8)
    assert neighbour(shape, 4, 4) == (4, 5, "right")
    assert neighbour(shape, 4, 15) == (4, 14, "left")
    flat = geometry((8, 8), (4, 4), strides=2, padding=1, transposed=True)
    assert neighbour(flat, 4, 4) == (4, 5, "right")
    assert neighbour(geometry((1, 1), (1, 1), transposed=True), 0, 0) is None


def test_an_inset_has_as_many_dots_wherever_it_is():
    shape = emoji(8)
    dots = [dots_around(shape, i, j) for i in range(16) for j in range(16)]
    assert len({len(each) for each in dots}) == 1
    reaching = [sum(dot.kind == "reaches" for dot in each) for each in dots]
    assert reaching == [count_at(shape, i, j) for i in range(16) for j in range(16)]


def test_a_number_is_followed_back_to_the_hundred_it_is_made_of():
    first = geometry((1, 1), (4, 4), padding=0, transposed=True)
    stack = [first, emoji(4), emoji(8)]
    names = ["all 100 numbers of z", "deconv1", "deconv2"]
    assert path_words(stack, names, 8, 9) == (
        "Followed back: 3 × 2 of deconv2, 3 × 3 of deconv1, all 100 numbers of z."
    )


def test_where_nothing_of_a_layer_reaches_it_that_is_said_and_nothing_of_those_before():
    holes = geometry((4, 4), (1, 1), strides=(2, 2), padding=0, transposed=True)
    names = ["the photograph", "layer 1"]
    assert path_words([holes, holes], names, 1, 2) == (
        "Followed back: nothing of layer 1 reaches it."
    )
    assert path_words(
        [holes, geometry((7, 7), (1, 1), strides=(2, 2), padding=0, transposed=True)], names, 2, 2
    ) == ("Followed back: 1 × 1 of layer 1, nothing of the photograph reaches it.")


def test_where_none_reaches_it_no_dot_has_a_value(app):
    alone = "kind=transposed&kernel=3x3&strides=4&padding=0&size=24&i={}&j=3"
    said = [
        reach_of(app.extensions["multiconv"].trace(read(parse_qsl(alone.format(i))))).filled
        for i in (3, 4)
    ]
    assert said == ["", ""]
    one = app.extensions["multiconv"].trace(read(parse_qsl(alone.format(4).replace("j=3", "j=4"))))
    assert reach_of(one).filled


def test_the_dots_that_reach_it_have_their_values_colours(app):
    experiment = read(parse_qsl("network=emoji&z=1F600&layer=5&k=2&i=40&j=35"), networks=network)
    trace = app.extensions["multiconv"].trace(experiment)
    own, beside = reach_of(trace).insets
    generator = network("emoji")
    maps = generator.run(generator.z.learned.of(0x1F600).astype(np.float32))[3]
    q = max(range(16), key=lambda each: abs(trace.subtotal(each)))
    assert f"its value in input {q}, which" in reach_of(trace).filled
    for inset, rows, columns in (
        (own, (19, 20, 21), (17, 18)),  # an even row by taps 4, 2 and 0, an odd column by 3 and 1
        (beside, (19, 20, 21), (17, 18, 19)),
    ):
        dots = [dot for dot in inset.dots if dot.kind == "reaches"]
        values = [float(maps[row, column, q]) for row in rows for column in columns]
        steps = [round(min(8 * value / trace.range, 8)) for value in values]
        assert [int(dot.tint[1:] or 0) for dot in dots] == pytest.approx(steps, abs=1)
        assert any(steps)
        assert not any(dot.tint for dot in inset.dots if dot.kind != "reaches")
