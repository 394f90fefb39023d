"""The link contract: every experiment comes back from its link, every mistake is explained."""

import contextlib
from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multiconv.engine.activations import ACTIVATIONS
from multiconv.errors import InvalidValue, MultiConvError, NotFound
from multiconv.experiment.link import read, to_pairs, to_query
from multiconv.experiment.maps import pixels_experiment
from multiconv.experiment.model import LIMITS, Experiment, Focus, Layer, Source, View
from multiconv.filters.banks import BANKS, bank
from multiconv.filters.kernels import KERNELS

SIDES = st.tuples(st.integers(1, 15), st.integers(1, 15))
PADS = st.integers(0, 64)
WEIGHTS = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)
PADDINGS = st.one_of(
    st.sampled_from(["SAME", "VALID"]),
    PADS,
    st.tuples(PADS, PADS).filter(lambda pair: pair[0] != pair[1]),
    st.tuples(st.tuples(PADS, PADS), st.tuples(PADS, PADS)).filter(
        lambda pads: any(before != after for before, after in pads)
    ),
)


@st.composite
def layers(draw, inputs=3):
    size, outputs = draw(SIDES), draw(st.integers(1, 64 if inputs == 3 else 6))
    groups = [n for n in (1, 2, inputs) if inputs % n == outputs % n == 0]
    layer = Layer(
        bank=draw(st.sampled_from(sorted(BANKS))) if inputs == 3 else "random",
        kernel_size=size,
        outputs=outputs,
        bias=tuple(draw(st.lists(WEIGHTS, min_size=outputs, max_size=outputs))),
        strides=draw(SIDES),
        padding=draw(PADDINGS),
        padding_mode=draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
        dilations=draw(SIDES),
        groups=draw(st.sampled_from(groups)),
        activation=draw(st.sampled_from(sorted(ACTIVATIONS))),
        off=tuple(sorted(draw(st.sets(st.integers(0, inputs - 1))))),
        inputs=inputs,
    )
    taps = size[0] * size[1]
    kernels = st.one_of(
        st.sampled_from([*KERNELS, "gaussian(1.5)", "gabor(-45,6.5)", "random(7)", "motion(0)"]),
        st.lists(WEIGHTS, min_size=taps, max_size=taps).map(tuple),
    )
    places = st.tuples(st.integers(0, inputs - 1), st.integers(0, outputs - 1))
    for (q, k), kernel in draw(st.dictionaries(places, kernels, max_size=3)).items():
        layer = layer.with_kernel(q, k, kernel)
    return layer


@st.composite
def experiments(draw, deeper=False):
    stack = [draw(layers())]
    if deeper:
        stack[0] = replace(stack[0], outputs=4, bias=(1.0, 0.0, -2.0, 0.5), kernels=(), groups=1)
        stack += [draw(layers(inputs=4))]
        if draw(st.booleans()):
            stack += [draw(layers(inputs=stack[1].outputs))]
    opened = draw(st.integers(1, len(stack)))
    side = st.none() | st.integers(0, 999)
    image = st.from_regex(r"\A(sample:[a-z]{1,9}|[0-9a-f]{64})\Z")
    k = draw(st.integers(0, stack[opened - 1].outputs - 1))
    return Experiment(
        source=Source(draw(image), draw(st.none() | st.integers(1, 1024))),
        layers=tuple(stack),
        focus=Focus(k, draw(side), draw(side), opened),
        view=View(
            draw(st.none() | st.floats(1e-3, 1e6)),
            draw(st.sampled_from(["shared", "each"])),
            draw(st.sampled_from(["grey", "tinted"])),
        ),
    )


@settings(deadline=None, max_examples=150)
@given(experiments())
def test_the_link_says_the_whole_experiment(experiment):
    query = to_query(experiment)
    assert read(parse_qsl(query, keep_blank_values=True)) == experiment
    assert "%" not in query


def test_the_opening_experiment_has_an_empty_link():
    assert read([]) == Experiment()
    assert to_query(Experiment()) == ""


READ = [
    ("size=full", lambda e: e.source.size, None),
    ("size=1024", lambda e: e.source.size, 1024),
    ("kernel=2x3", lambda e: e.layer.kernel_size, (2, 3)),
    ("kernel=5", lambda e: e.layer.kernel_size, (5, 5)),
    ("strides=2", lambda e: e.layer.strides, (2, 2)),
    ("strides=1x3", lambda e: e.layer.strides, (1, 3)),
    ("dilations=2x1", lambda e: e.layer.dilations, (2, 1)),
    ("padding=same", lambda e: e.layer.padding, "SAME"),
    ("padding=valid", lambda e: e.layer.padding, "VALID"),
    ("padding=0", lambda e: e.layer.padding, 0),
    ("padding=2x2", lambda e: e.layer.padding, 2),
    ("padding=1x2", lambda e: e.layer.padding, (1, 2)),
    ("padding=1,2,3,4", lambda e: e.layer.padding, ((1, 2), (3, 4))),
    ("padding=1,1,2,2", lambda e: e.layer.padding, (1, 2)),
    ("filters=blue-yellow", lambda e: e.layer.outputs, 4),
    ("filters=blue-yellow", lambda e: e.layer.bias, (0.0,) * 4),
    ("outputs=16", lambda e: e.layer.filters().shape, (3, 3, 3, 16)),
    ("bias=1,−2,0,0,.5", lambda e: e.layer.bias, (1.0, -2.0, 0.0, 0.0, 0.5)),
    ("activation=relu", lambda e: e.layer.activation, "relu"),
    ("outputs=6&groups=3", lambda e: e.layer.groups, 3),
    ("k=4&i=9&j=0", lambda e: e.focus, Focus(4, 9, 0)),
    ("range=1.5", lambda e: e.view.range, 1.5),
    ("off=2,0,2", lambda e: e.layer.off, (0, 2)),
    ("ranges=each&inputs=tinted", lambda e: e.view, View(None, "each", "tinted")),
    ("w.1.0=outline", lambda e: e.layer.kernels, (((1, 0), "outline"),)),
    ("kernel=1&w.1.0=2", lambda e: e.layer.kernels, (((1, 0), (2.0,)),)),
    ("kernel=1x2&w.1.0=2,3", lambda e: e.layer.kernels, (((1, 0), (2.0, 3.0)),)),
    ("kernel=1x2&w.1.0=2&k=1&w.1.0=3", lambda e: e.layer.kernels, (((1, 0), (2.0, 3.0)),)),
    ("w.0.0=0,-1,0,-1,5,-1,0,-1,0", lambda e: type(e.layer.kernels[0][1]), tuple),
]  # fmt: skip


@pytest.mark.parametrize(("query", "part", "value"), READ)
def test_reads(query, part, value):
    assert part(read(parse_qsl(query))) == value


@pytest.mark.parametrize("text", ["soft", "0.1,0.1,0.1,0.1,0.2,0.1,0.1,0.1,.1"])
def test_a_kernel_that_the_bank_gives_is_dropped(text):
    assert read([("w.0.0", text)]) == Experiment()


def test_a_kernel_lies_over_the_bank_and_leaves_the_rest():
    filters = read([("w.1.2", "identity")]).layer.filters()
    expected = bank("redness")
    expected[:, :, 1, 2] = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert np.array_equal(filters, expected)


REFUSED = [
    ("kernl=3x3", "kernl", "There is no parameter “kernl”"),
    ("K=1", "K", "There is no parameter"),
    ("w.red.0=1", "w.red.0", "There is no parameter"),
    ("v=1", "v", "There is no parameter"),
    ("k=1&k=1", "k", "given twice"),
    ("image=portrait", "image", "neither a sample nor an upload"),
    ("image=sample:../x", "image", "neither a sample nor an upload"),
    ("image=" + "A" * 64, "image", "“AAAAAAAAAAAAAAAAAAAA…”"),
    ("image=" + "a" * 65, "image", "neither"),
    ("size=0", "size", "1 to 1024"),
    ("size=1025", "size", "1 to 1024"),
    ("size=Full", "size", "no whole number"),
    ("kernel=16x3", "kernel", "1 to 15"),
    ("kernel=3x3x3", "kernel", "joined by x"),
    ("kernel=3x", "kernel", "kernel is “3x”, which is no whole number and no two joined by x"),
    ("strides=0", "strides", "1 to 16"),
    ("strides=1x0", "strides", "1 to 16"),
    ("strides=1.5", "strides", "no whole number"),
    ("dilations=17", "dilations", "1 to 16"),
    ("padding=-1", "padding", "0 to 64"),
    ("padding=1,2", "padding", "top, bottom, left, right"),
    ("padding=1,2,3", "padding", "top, bottom, left, right"),
    ("padding=1x2,3,4,5", "padding", "top, bottom, left, right"),
    ("padding=full", "padding", "same, valid"),
    ("padding=1.5", "padding", "0 to 64"),
    ("padding_mode=mirror", "padding_mode", "zeros, reflect, replicate, circular"),
    ("groups=2", "groups", "must divide both the 3 input channels and the 5 output channels"),
    ("groups=3", "groups", "must divide both the 3 input channels and the 5 output channels"),
    ("outputs=129", "outputs", "1 to 128"),
    ("outputs=0", "outputs", "1 to 128"),
    ("bias=1", "bias", "bias has 1 number for 5 output channels."),
    ("outputs=1&bias=1,2", "bias", "has 2 numbers for 1 output channel."),
    ("bias=0,0,x,0,0", "bias", "bias 2 is “x”"),
    ("bias=0,0,,0,0", "bias", "bias 2 is empty"),
    ("activation=swish", "activation", "identity, relu"),
    ("k=5", "k", "0 to 4"),
    ("k=-1", "k", "0 to 4"),
    ("i=-1", "i", "0 to"),
    ("j=1e3", "j", "no whole number"),
    ("range=0", "range", "above zero"),
    ("range=-1", "range", "above zero"),
    ("range=nan", "range", "no number"),
    ("w.3.0=soft", "w.3.0", "0 to 2"),
    ("w.0.5=soft", "w.0.5", "0 to 4"),
    ("w.0.0=blur", "w.0.0", "neither numbers nor a kernel's name"),
    ("w.0.0=nan", "w.0.0", "neither numbers nor a kernel's name"),
    ("w.0.0=1", "w.0.0", "has 1 weight, but a kernel of 3 × 3 needs 9"),
    ("w.0.0=" + ",".join("1" * 10), "w.0.0", "has 10 weights, but a kernel of 3 × 3 needs 9"),
    ("w.0.0=1,2,3,4,NaN,6,7,8,9", "w.0.0", "Red's weight in row 2, column 2 (w.0.0) is “NaN”"),
    ("w.0.0=1,2,3,4,5,6,7,8,", "w.0.0", "row 3, column 3 (w.0.0) is empty"),
    ("w.0.0=1,2,3,4,5,1_0,7,8,9", "w.0.0", "“1_0”"),
    ("w.0.0=1,2,3,4,5,1e7,7,8,9", "w.0.0", "−1,000,000 to 1,000,000"),
    ("w.0.0=soft&w.0.0=soft", "w.0.0", "has 2 weights"),
    ("w.0.0=zero&w.00.0=zero", "w.00.0", "written in two ways"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "field", "words"), REFUSED)
def test_explains(query, field, words):
    with pytest.raises(InvalidValue) as caught:
        read(parse_qsl(query, keep_blank_values=True))
    assert caught.value.field == field
    assert words in str(caught.value)
    assert caught.value.remedy.endswith(".")


def test_an_unknown_bank_is_not_found():
    with pytest.raises(NotFound, match="redness") as caught:
        read([("filters", "reds")])
    assert caught.value.field == "filters"


def test_no_message_echoes_much():
    for name in ("image", "kernel", "padding", "filters", "activation", "bias", "w.0.0", "é" * 99):
        with pytest.raises(MultiConvError) as caught:
            read([(name, "<script>\n" * 99)])
        assert (caught.value.problem + (caught.value.field or "")).count("<script>") <= 2
        assert "\n" not in str(caught.value)
        assert len(caught.value.field or "") <= 21


WORDS = st.sampled_from(
    ["", "0", "1", "3x3", "soft", "−1", "1e309", "1,2", "same", "nan", "x", "２"]
)


NAMES = st.sampled_from(
    ["kernel", "w.0.0", "k", "bias", "groups", "padding", "size", "2.k", "w.9.0"]
)


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES | st.text(), WORDS | st.text())))
def test_anything_is_read_or_explained(pairs):
    with contextlib.suppress(MultiConvError):
        experiment = read(pairs)
        assert read(to_pairs(experiment)) == experiment


def test_limits_can_be_wider():
    wider = type(LIMITS)(kernel_side=15, outputs=64)
    layer = read([("kernel", "15"), ("outputs", "64")], wider).layer
    assert (layer.kernel_size, layer.outputs) == ((15, 15), 64)


def stack(query):
    """The experiment of a link of several layers, which the page does not show yet."""
    return read(parse_qsl(query, keep_blank_values=True))


@settings(deadline=None, max_examples=100)
@given(experiments(deeper=True))
def test_the_link_says_every_layer(experiment):
    query = to_query(experiment)
    assert read(parse_qsl(query, keep_blank_values=True)) == experiment
    assert "%" not in query


def test_a_layer_takes_the_outputs_of_the_one_before():
    query = (
        "outputs=4&2.groups=2&2.outputs=2&2.w.3.1=soft&2.bias=1,2&2.activation=relu&2.off=0,3"
        "&layer=2&k=1"
    )
    experiment = stack(query)
    first, second = experiment.layers
    assert (first.inputs, first.outputs, second.inputs, second.outputs) == (3, 4, 4, 2)
    assert second.filters().shape == (3, 3, 2, 2)
    assert second.group_of(1) == range(2, 4)
    assert (second.bias, second.off, second.groups) == ((1, 2), (0, 3), 2)
    assert experiment.layer == second
    assert experiment.before == (first,)
    assert to_query(experiment) == query


def test_the_number_of_layers_is_said_where_nothing_else_says_it():
    assert to_query(stack("layers=2")) == "layers=2"
    assert to_query(stack("layers=2&2.strides=2")) == "2.strides=2x2"
    assert to_query(stack("layers=3&2.strides=2")) == "2.strides=2x2&layers=3"
    assert to_query(stack("layers=1")) == ""


def test_every_layer_has_a_chosen_output():
    query = "outputs=4&2.outputs=2&3.outputs=6&1.k=3&3.k=5&layer=2&k=1"
    experiment = stack(query)
    assert [experiment.k_of(n) for n in (1, 2, 3)] == [3, 1, 5]
    assert to_query(experiment) == query
    assert stack(query.replace("&k=1", "&2.k=1")) == experiment
    assert stack(query + "&2.k=1") == experiment


def test_opening_a_layer_keeps_the_chosen_outputs():
    start = stack("outputs=4&2.outputs=2&3.outputs=6&1.k=3&3.k=5&layer=2&k=1&i=3&if=mean")
    there = start.opening(3, 7, 8)
    assert to_query(there) == ("outputs=4&2.outputs=2&3.outputs=6&1.k=3&2.k=1&layer=3&k=5&i=7&j=8")
    assert there.opening(2, 3).focus == replace(start.focus, what_if="")


def test_a_pooling_has_a_kernel_its_steps_and_its_padding():
    layer = stack("outputs=4&2.kind=max_pool").layers[1]
    assert (layer.kernel_size, layer.strides, layer.padding) == ((2, 2), (2, 2), "VALID")
    assert (layer.inputs, layer.outputs, layer.groups) == (4, 4, 4)
    assert layer.geometry((9, 8)).output_size == (4, 4)
    query = "outputs=4&2.kind=avg_pool&2.kernel=3x2&2.strides=1x1&2.padding=same&2.off=1"
    assert to_query(stack(query)) == query
    assert stack("2.kind=max_pool&2.kernel=3").layers[1].strides == (3, 3)
    assert stack("kind=max_pool&layers=2").layers[0].outputs == 3


def test_a_pooling_follows_the_layer_before_it():
    start = stack("2.kind=max_pool&3.outputs=2&3.w.4.0=soft&1.k=4&layer=1&3.k=1")
    fewer = start.with_layer(start.layer.with_outputs(3))
    assert to_query(fewer) == "outputs=3&2.kind=max_pool&3.outputs=2&3.k=1&k=2"


def test_a_layer_of_no_picture_has_filters_that_have_learnt_nothing():
    layer = stack("2.outputs=2").layers[1]
    assert layer.bank == "random"
    assert layer.filters().shape == (3, 3, 5, 2)
    kernels = layer.filters().transpose(2, 3, 0, 1).reshape(10, 9)
    assert len({kernel.tobytes() for kernel in kernels}) == 10


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("1.kernel=3", "1.kernel", "2 to 16"),
        ("17.kernel=3", "17.kernel", "2 to 16"),
        ("02.kernel=3", "02.kernel", "There is no parameter"),
        ("2.image=sample:cat", "2.image", "There is no parameter"),
        ("layers=17", "layers", "1 to 16"),
        ("layers=1&2.kernel=3", "layers", "a parameter speaks of layer 2"),
        ("layer=2", "layer", "out of range"),
        ("2.kernel=99", "2.kernel", "2.kernel is “99”"),
        ("2.k=4", "2.k", "0 to 3"),
        ("1.k=5&layers=2&layer=2", "1.k", "0 to 4"),
        ("17.k=0", "17.k", "1 to 16"),
        ("layers=2&layer=2&k=1&2.k=2", "2.k", "k, of the same layer, is 1"),
        ("k=0&1.k=1", "1.k", "k is of the opened layer"),
        ("layer=99&layers=2", "layer", "1 to 2"),
        ("layer=0&layers=2", "layer", "1 to 2"),
        ("2.kind=sum", "2.kind", "conv, transposed, max_pool, avg_pool"),
        ("2.kind=max_pool&2.bias=0,0,0,0,0", "2.bias", "layer 2 is a pooling (max_pool)"),
        ("2.kind=avg_pool&2.outputs=5", "2.outputs", "kernel, strides, padding, off"),
        ("2.kind=max_pool&2.w.0.0=soft", "2.w.0.0", "leave out 2.kind"),
        ("2.kind=max_pool&2.filters=random", "2.filters", "works on every channel alone"),
        ("2.kind=max_pool&2.groups=5", "2.groups", "works on every channel alone"),
        ("2.kind=max_pool&2.activation=relu", "2.activation", "works on every channel alone"),
        ("kind=max_pool&bias=0,0,0", "bias", "layer 1 is a pooling"),
        ("2.kind=max_pool&layer=2&if=mean", "if", "the opened layer is a pooling"),
        ("2.kernel=3&2.kernel=5", "2.kernel", "given twice"),
        ("2.groups=3", "2.groups", "the 5 input channels and the 4 output channels"),
        ("2.off=5", "2.off", "0 to 4"),
        ("2.bias=1", "2.bias", "has 1 number for 4 output channels"),
        ("2.w.5.0=soft", "2.w.5.0", "The input channel of 2.w.5.0"),
        ("2.w.4.0=1,2,3,4,x,6,7,8,9", "2.w.4.0", "Input 4's weight in row 2, column 2"),
        ("2.filters=redness", "2.filters", "for 3 input channels, but this layer has 5"),
        ("layers=2&layer=2&k=4", "k", "0 to 3"),
    ],
)
def test_explains_what_cannot_be_used_of_a_layer(query, field, words):
    with pytest.raises(InvalidValue) as caught:
        stack(query)
    assert caught.value.field == field
    assert words in str(caught.value)


def test_a_map_of_a_deeper_layer_depends_on_the_layers_before_it():
    start = stack("outputs=4&2.outputs=2&layer=2")
    other = stack("outputs=4&w.0.0=zero&2.outputs=2&layer=2")
    for name in ("input-3", "partial-3", "sum"):
        assert pixels_experiment(start, name, 1.0) != pixels_experiment(other, name, 1.0)
    kernel = start.with_layer(start.layer.with_kernel(2, 0, "zero"))
    for name, depends in (("input-2", False), ("partial-3", False), ("partial-2", True)):
        links = [to_query(pixels_experiment(each, name, 1.0)) for each in (start, kernel)]
        assert (links[0] != links[1]) is depends
        assert stack(links[0]) == pixels_experiment(start, name, 1.0)


def test_a_layer_that_puts_out_fewer_leaves_the_next_what_still_has_its_place():
    start = stack("outputs=4&2.outputs=2&2.w.3.0=zero&2.w.1.0=zero&2.off=0,3&2.groups=2")
    fewer = start.with_layer(replace(start.layer, outputs=3, bias=(0.0,) * 3))
    assert to_query(fewer) == "outputs=3&2.outputs=2&2.w.1.0=zero&2.off=0"
