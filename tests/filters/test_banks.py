"""Named banks: what each answers; the trained ones are the file that the notice speaks of."""

from hashlib import sha256
from importlib.resources import files

import numpy as np
import pytest

from multiconv.errors import InvalidValue, NotFound
from multiconv.filters.banks import (
    BANKS,
    NOTICE,
    bank,
    bank_shares,
    bank_titles,
    random_filter,
    trained,
)
from multiconv.filters.kernels import kernel

LUMINANCE = np.array([0.299, 0.587, 0.114])


def answer(filters, row_of_colours):
    """What filters answer at the middle of a picture whose rows all are these colours."""
    window = np.broadcast_to(row_of_colours, (3, 3, 3))
    return np.einsum("ijq,ijqk->k", window, filters)


def test_there_are_the_named_banks():
    assert list(BANKS)[:4] == ["redness", "blue-yellow", "luminance-edges", "red-green-edges"]
    assert set(BANKS) - set(list(BANKS)[:4]) == {
        *("one-channel", "mixes", "opponent", "gabors", "depthwise", "dlib"),
    }


def test_what_is_returned_may_be_changed():
    bank("redness")[:] = 9
    assert bank("redness")[1, 1, 0, 0] == 0.2


def test_redness_is_the_opening_experiment():
    first = bank("redness")[..., 0]
    assert np.array_equal(first[..., 0], kernel("soft"))
    assert np.array_equal(first[..., 1], -0.5 * kernel("soft"))
    assert first[..., 2].tolist() == [[0, -0.1, 0], [-0.1, -0.1, -0.1], [0, -0.1, 0]]
    assert answer(first[..., np.newaxis], [0.7, 0.7, 0.7]) == pytest.approx(0)


def test_luminance_edges_are_blind_to_an_edge_of_colour_alone():
    left = np.array([0.6, 0.3, 0.2])
    right = left + np.array([0.587, -0.299, 0])
    assert LUMINANCE @ left == pytest.approx(LUMINANCE @ right)
    row = np.stack([left, left, right])
    assert answer(bank("luminance-edges"), row) == pytest.approx(0, abs=1e-12)
    assert abs(answer(bank("red-green-edges"), row)[0]) > 3
    first = bank("red-green-edges")[..., 0]
    assert np.array_equal(first[..., 0], -first[..., 1])
    assert not first[..., 2].any()


@pytest.mark.parametrize("name", list(BANKS))
@pytest.mark.parametrize("outputs", [16, 64])
def test_many_outputs_are_all_different_and_none_blank(name, outputs):
    filters = bank(name, outputs=outputs)
    assert len({filters[..., k].tobytes() for k in range(outputs)}) == outputs
    assert all(filters[..., k].any() for k in range(outputs))
    assert len(set(bank_titles(name, outputs))) == outputs
    assert bank(name).shape == (*BANKS[name].kernel_size, 3, BANKS[name].outputs)
    assert bank_titles(name) == BANKS[name].titles


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(NotFound, match="redness, blue-yellow") as caught:
        bank("green")
    assert caught.value.field == "filters"
    with pytest.raises(InvalidValue) as outputs:
        bank("redness", outputs=0)
    assert outputs.value.field == "outputs"


# Links of the first release name these banks: their filters, and what follows them, stay.
FIRST = {
    "redness": ["redness", "blue-yellow", "luminance-edges", "red-green-edges"],
    "red-green-edges": ["red-green-edges", "redness", "blue-yellow", "luminance-edges"],
}


@pytest.mark.parametrize("name", list(FIRST))
def test_sixteen_outputs_of_the_first_banks_follow_each_other(name):
    expected = np.concatenate([bank(each) for each in FIRST[name]], axis=-1)
    assert expected.shape[-1] == 16
    assert np.array_equal(bank(name, outputs=16), expected)


@pytest.mark.parametrize("name", ["redness", "opponent", "gabors", "luminance-edges"])
def test_banks_hold_short_decimals(name):
    for value in bank(name).ravel().tolist():
        assert len(repr(value)) <= 8


def test_what_the_teaching_banks_answer_to_flat_colours():
    grey, orange = np.full((15, 15, 3), 0.5), np.full((15, 15, 3), [1.0, 0.5, 0.0])

    def flat(name, colour):
        filters = bank(name)
        return np.einsum("ijq,ijqk->k", colour[: filters.shape[0], : filters.shape[1]], filters)

    assert flat("opponent", grey) == pytest.approx(0, abs=1e-9)
    assert flat("gabors", orange) == pytest.approx(0, abs=1e-9)
    assert flat("depthwise", orange) == pytest.approx(0, abs=1e-9)
    assert flat("one-channel", orange) == pytest.approx([1.0, 0.5, 0.0])
    mixed = dict(zip(BANKS["mixes"].titles, flat("mixes", orange), strict=True))
    assert mixed["grey"] == pytest.approx(0.299 + 0.587 / 2)
    assert mixed["sepia, red"] == pytest.approx(0.393 + 0.769 / 2)
    assert mixed["blue difference"] == pytest.approx(-0.168736 - 0.331264 / 2)


def test_every_output_of_the_depthwise_bank_sees_its_own_group_alone():
    filters = bank("depthwise")
    assert BANKS["depthwise"].groups == 3
    for k in range(6):
        assert [bool(filters[:, :, q, k].any()) for q in range(3)] == [
            q == k // 2 for q in range(3)
        ]


def test_what_stands_beyond_a_bank_may_be_changed():
    bank("redness", outputs=64)[:] = 9
    assert bank("redness", outputs=64)[1, 1, 0, 0] == 0.2


def test_beyond_the_first_banks_come_random_filters():
    assert bank_titles("red-green-edges", 4)[2:] == ("red–green, Laplacian", "redness")
    assert random_filter(2, (1, 1)).tolist() == [[[0.08, 0.25, -0.35]]]


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


@pytest.mark.parametrize("name", list(BANKS))
@pytest.mark.parametrize("outputs", [1, 2, 5, 7, 16, 17, 40, 64])
def test_shares_say_whose_each_filter_is(name, outputs):
    """Each output that a share gives to a bank is that bank's own, number for number."""
    size, seen = (7, 7), []
    filters = bank(name, size, outputs)
    for share in bank_shares(name, outputs):
        for k in range(share.first, share.last + 1):
            seen.append(k)
            if share.bank:
                own = bank(share.bank, size)[..., k - share.first]
                assert np.array_equal(filters[..., k], own)
            else:
                assert np.array_equal(filters[..., k], random_filter(k, size))
    assert seen == list(range(outputs))
