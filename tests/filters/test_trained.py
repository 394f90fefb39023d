"""The trained filters are the file that the notice speaks of, and lie as HWIO."""

from hashlib import sha256
from importlib.resources import files

import numpy as np

from multiconv.filters.named import BANKS, bank
from multiconv.filters.trained import NOTICE, trained

DATA = files("multiconv.filters").joinpath("data")


def test_the_file_is_the_one_in_the_notice():
    body = DATA.joinpath("dlib_conv1_32x3x7x7.npy").read_bytes()
    assert sha256(body).hexdigest() in DATA.joinpath("NOTICE.md").read_text(encoding="utf-8")


def test_height_width_in_out():
    stored = np.load(DATA.joinpath("dlib_conv1_32x3x7x7.npy"), allow_pickle=False)
    filters = trained()
    assert stored.shape == (32, 3, 7, 7)
    for k, q, di, dj in [(0, 0, 0, 0), (31, 2, 6, 5), (7, 1, 3, 0)]:
        assert filters[di, dj, q, k] == stored[k, q, di, dj]


def test_the_bank_says_where_it_is_from():
    np.testing.assert_array_equal(bank("dlib"), trained())
    assert BANKS["dlib"].note == NOTICE
    assert "photographs collected for research" in NOTICE


def test_kernels_of_a_trained_filter_differ_from_channel_to_channel():
    filters = trained()
    assert all(not np.allclose(filters[:, :, 0, k], filters[:, :, 2, k]) for k in range(32))
