"""Single numbers of kernels, in any layer: read, refused, and written where that is shorter."""

from __future__ import annotations

from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.link import read, to_query
from multiconv.networks.shipped import network


def of(query):
    return read(parse_qsl(query), networks=network)


def test_one_parameter_changes_one_number():
    own, changed = (
        of(query).layer.all_kernels()
        for query in ("network=faces", "network=faces&7.w.12.0.4.5=0.02")
    )
    assert changed[4, 5, 12, 0] == 0.02
    own[4, 5, 12, 0] = 0.02
    assert np.array_equal(own, changed)


@pytest.mark.parametrize(
    "query",
    [
        "network=faces&7.w.12.0.4.4=0.02",
        "network=faces&w.0.3.1.1=-0.5&w.2.15.0.4=7&4.w.31.44.4.0=0.00001",
        "2.w.4.0.1.1=3&layers=3",
        "network=faces&7.w.12.0=soft",
        "2.w.0.0=0,0,0,0,1,0,0,0,0&layer=2",
        "w.0.0=0,0,0,0,7,0,0,0,0",
    ],
)
def test_the_link_says_the_shorter(query):
    assert to_query(of(query)) == query


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        # Of one layer a kernel is written whole, as from the first version on.
        ("filters=one-channel&w.1.0.1.1=2", "filters=one-channel&w.1.0=0,0,0,0,2,0,0,0,0"),
        # A number of a kernel that is given too is laid over it.
        ("layers=2&2.w.0.0=zero&2.w.0.0.1.1=1", "2.w.0.0=0,0,0,0,1,0,0,0,0"),
        ("layers=2&2.w.0.0.1.1=1&2.w.0.0=zero", "2.w.0.0=0,0,0,0,1,0,0,0,0"),
        # What is so anyway says nothing.
        ("filters=one-channel&w.1.0.1.1=0", "filters=one-channel"),
    ],
)
def test_one_experiment_has_one_link(query, canonical):
    assert to_query(of(query)) == canonical
    assert of(canonical) == of(query)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("w.0.0.3.0=1", "w.0.0.3.0", "0 to 2"),
        ("w.0.0.0.3=1", "w.0.0.0.3", "The column of w.0.0.0.3"),
        ("w.3.0.0.0=1", "w.3.0.0.0", "0 to 2"),
        ("network=faces&7.w.45.0.0.0=1", "7.w.45.0.0.0", "0 to 44"),
        ("network=faces&7.w.0.1.0.0=1", "7.w.0.1.0.0", "Only 0"),
        ("network=faces&7.w.0.0.9.0=1", "7.w.0.0.9.0", "The row of 7.w.0.0.9.0"),
        ("w.0.0.1.1=x", "w.0.0.1.1", "Red's weight in row 2, column 2"),
        ("w.0.0.1.1=1e7", "w.0.0.1.1", "1,000,000"),
        ("w.0.0.1.1=1&w.0.0.1.1=2", "w.0.0.1.1", "given twice"),
        ("2.kind=max_pool&2.w.0.0.1.1=1", "2.w.0.0.1.1", "pooling"),
    ],
)
def test_what_is_no_number_of_a_kernel_is_explained(query, field, words):
    with pytest.raises(InvalidValue) as caught:
        of(query)
    assert caught.value.field == field
    assert words in str(caught.value)
