"""Map names, and that a map's reduced experiment keeps exactly what its pixels depend on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multiconv.errors import NotFound
from multiconv.experiment.link import read, to_query
from multiconv.experiment.maps import map_place, pixels_experiment
from multiconv.experiment.model import Layer
from multiconv.filters.banks import BANKS, bank

START = read([("k", "1"), ("bias", "0,.5,0,0,1"), ("w.1.1", "box"), ("activation", "relu")])


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("input-0", ("input", 0)),
        ("partial-2", ("partial", 2)),
        ("output-4", ("output", 4)),
        ("running-3", ("running", 3)),
    ],
)
def test_places(name, place):
    assert map_place(name, Layer()) == place


@pytest.mark.parametrize(
    "name",
    [
        "",
        "input",
        "input-3",
        "partial--1",
        "output-5",
        "output-01",
        "sum-0",
        "sum.png",
        "running-4",
        "running",
    ],
)
def test_no_such_map(name):
    with pytest.raises(NotFound) as caught:
        map_place(name, Layer())
    assert caught.value.field == "map"


# (map, changed parameters): whether the map's link changes too
DEPENDS = [
    ("input-0", {"size": "64"}, True),
    (
        "input-0",
        {"k": "2", "i": "1", "w.0.1": "zero", "filters": "blue-yellow", "outputs": "5"},
        False,
    ),
    ("partial-0", {"w.0.1": "zero"}, True),
    ("partial-0", {"w.1.1": "zero", "w.0.0": "zero"}, False),
    ("partial-0", {"bias": "1,1,1,1,1", "activation": "identity", "outputs": "5"}, False),
    ("partial-0", {"outputs": "4", "bias": "0,0,0,0"}, False),
    ("partial-0", {"outputs": "9", "bias": "0,0,0,0,0,0,0,0,0"}, False),
    ("partial-0", {"k": "0"}, True),
    ("partial-0", {"strides": "2"}, True),
    ("partial-0", {"filters": "luminance-edges", "bias": "0,0,0,0"}, True),
    ("sum", {"w.2.1": "zero"}, True),
    ("sum", {"bias": "0,1,0,0,0"}, True),
    ("sum", {"bias": "1,.5,0,0,2", "activation": "identity", "i": "3", "w.1.0": "zero"}, False),
    ("input-0", {"inputs": "tinted"}, True),
    ("input-0", {"ranges": "each", "off": "0"}, False),
    ("partial-0", {"off": "1,2", "inputs": "tinted"}, False),
    ("partial-0", {"off": "0"}, True),
    ("sum", {"off": "1"}, True),
    ("running-2", {"w.1.1": "zero"}, True),
    ("running-2", {"off": "0"}, True),
    ("running-2", {"w.2.1": "zero", "off": "2", "bias": "1,1,1,1,1"}, False),
    ("running-2", {"activation": "identity"}, False),
    ("output-4", {"k": "0", "i": "5", "bias": "0,0,0,0,1", "w.1.1": "zero"}, False),
    ("output-4", {"activation": "identity"}, True),
    ("output-4", {"w.2.4": "zero"}, True),
    ("output-4", {"bias": "0,.5,0,0,2"}, True),
]


@pytest.mark.parametrize(("name", "changes", "depends"), DEPENDS)
def test_a_map_link_says_what_its_pixels_depend_on(name, changes, depends):
    given_pairs = {"k": "1", "bias": "0,.5,0,0,1", "w.1.1": "box", "activation": "relu"}
    changed = read((given_pairs | changes).items())
    before, after = (pixels_experiment(e, name, 1.0) for e in (START, changed))
    assert (to_query(before) != to_query(after)) is depends


def test_the_range_belongs_to_signed_maps():
    assert pixels_experiment(START, "sum", 1.5).view.range == 1.5
    assert pixels_experiment(START, "input-0", 1.5).view.range is None


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(sorted(BANKS)),
    st.integers(1, 64),
    st.sampled_from(["partial-0", "partial-1", "partial-2", "sum", "output"]),
    st.data(),
)
def test_the_reduced_experiment_has_the_same_kernels_and_bias(name, outputs, map_name, data):
    k = data.draw(st.integers(0, outputs - 1))
    q = data.draw(st.integers(0, 2))
    bias = ",".join(str(at + 1) for at in range(outputs))
    pairs = [
        ("filters", name),
        ("kernel", "3x3"),
        ("outputs", str(outputs)),
        ("k", str(k)),
        ("bias", bias),
    ]
    groups = data.draw(st.sampled_from([1, 3])) if outputs % 3 == 0 else 1
    whole = read([*pairs, (f"w.{q}.{k}", "emboss"), ("groups", str(groups))])
    full_name = f"output-{k}" if map_name == "output" else map_name
    reduced = pixels_experiment(whole, full_name, None)
    expected = bank(name, (3, 3), outputs)[..., k]
    expected[:, :, q] = [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
    for channel in [int(map_name[-1])] if map_name.startswith("partial") else [0, 1, 2]:
        assert np.array_equal(reduced.layer.kernel(channel, k), expected[:, :, channel])
    if not map_name.startswith("partial"):
        assert reduced.layer.bias[k] == k + 1
    per_group = outputs // groups
    assert k // (reduced.layer.outputs // reduced.layer.groups) == k // per_group or groups == 1
