"""Stored banks: found by their id, laid under a link's kernels, equal where their ids are."""

import numpy as np
import pytest

from multiconv.errors import NotFound
from multiconv.experiment.banks import StoredBank, filters_of, own_groups
from multiconv.experiment.link import read, to_query
from multiconv.filters.banks import random_filter

ID = "ab" * 32
OWN = np.arange(3 * 2 * 3 * 2, dtype=np.float64).reshape(3, 2, 3, 2)


BANKS = {ID: OWN}.__getitem__


def test_a_link_names_a_stored_bank():
    layer = read([("filters", ID)], BANKS).layer
    assert (layer.kernel_size, layer.outputs) == ((3, 2), 2)
    assert np.array_equal(layer.filters(), OWN)
    assert to_query(read([("filters", ID), ("k", "1")], BANKS)) == f"filters={ID}&k=1"


def test_kernels_lie_over_a_stored_bank():
    query = f"filters={ID}&w.1.0=1,2,3,4,5,6"
    given = [("filters", ID), ("w.1.0", "1,2,3,4,5,6"), ("w.0.1", "1,7,13,19,25,31")]
    experiment = read(given, BANKS)
    assert to_query(experiment) == query  # w.0.1 is the bank's own
    assert experiment.layer.kernel(1, 0).tolist() == [[1, 2], [3, 4], [5, 6]]


def test_beyond_a_stored_bank_come_random_filters():
    filters = filters_of(StoredBank(ID, OWN), (3, 3), 4)
    assert filters.shape == (3, 3, 3, 4)
    assert np.array_equal(filters[:, 1:, :, :2], OWN)
    assert np.array_equal(filters[..., 3], random_filter(3, (3, 3)))


def test_banks_are_equal_by_their_ids():
    assert StoredBank(ID, OWN) == StoredBank(ID, OWN.copy())
    assert StoredBank(ID, OWN) != StoredBank("cd" * 32, OWN)


def test_without_a_store_there_are_no_stored_banks():
    with pytest.raises(NotFound) as caught:
        read([("filters", ID)])
    assert caught.value.field == "filters"


def test_a_bank_for_groups_brings_them():
    assert read([("filters", "depthwise")]).layer.groups == 3
    assert to_query(read([("filters", "depthwise")])) == "filters=depthwise"
    one_group = read([("filters", "depthwise"), ("groups", "1")])
    assert to_query(one_group) == "groups=1&filters=depthwise"
    assert own_groups("depthwise", 64) == 1
