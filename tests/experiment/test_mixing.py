"""The form beside a generator's numbers: what it changes, what it leaves, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.link import read, to_query
from multiconv.experiment.mixing import next_point, number_shown, pair_of, with_mix
from multiconv.networks.shipped import network

A, B = 0x1F628, 0x1F600


def emoji(**more):
    given = {"network": "emoji", "z": "mix(1F628,1F600,0.3)"} | more
    return read(given.items(), networks=network)


def z_after(form, **more):
    return with_mix(form, emoji(**more)).source.z


def test_a_share_mixes_the_two_pictures():
    z = z_after({"mix.share": "0,25"})
    assert z.text == "mix(1F628,1F600,0.25)"
    learned = z.learned
    expected = 0.75 * learned.of(A) + 0.25 * learned.of(B)
    assert np.allclose(z.numbers(), expected, atol=1e-6)
    assert z_after({"mix.share": "1"}).text == "mix(1F628,1F600,1)"


def test_what_the_page_wrote_changes_nothing():
    before = emoji(**{"z.61": "1.5"})
    form = {"mix.share": "0.3", "mix.seed": "", "mix.index": "61", "mix.number": "1.5"}
    assert with_mix(form, before) == before
    # Another index beside the number as it was: it is looked for, not changed.
    assert with_mix(form | {"mix.index": "3"}, before) == before
    assert with_mix({}, before) is before
    assert with_mix({"mix.share": "0.5"}, read([])) == read([])


def test_one_number_and_a_seed():
    z = z_after({"mix.index": "17", "mix.number": "−1.25"})
    assert z.changes == ((17, -1.25),)
    assert z_after({"mix.seed": "7"}, **{"z.3": "1"}).text == "random(7)"
    # From random numbers the slider leads back to two pictures.
    usual = network("emoji").z
    mixed = z_after({"mix.share": "0.5"}, z="random(7)")
    assert (mixed.seed, (mixed.first, mixed.second)) == (None, pair_of(usual, usual))
    assert "z=random(8)" in to_query(with_mix({"mix.seed": "8"}, emoji(z="random(7)")))


def test_pairs_go_on_in_the_generators_order_and_never_mix_one_with_itself():
    z = emoji().source.z
    points = z.learned.points
    assert pair_of(emoji(z="1F600").source.z, z) == (B, next_point(z, B))
    seen = [points[-1]]
    for _ in points:
        seen.append(next_point(z, seen[-1]))
    assert seen[1:] == list(points)
    assert next_point(z, points[0], points[1]) == points[2]


def test_the_number_offered_is_the_last_that_was_changed_or_the_largest():
    z = emoji().source.z
    assert number_shown(z) == int(np.abs(z.numbers()).argmax())
    assert number_shown(z.with_number(4, 9.0).with_number(61, 0.5)) == 61


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"mix.share": "1.5"}, "mix.share", "1"),
        ({"mix.share": "-0.5"}, "mix.share", "from 0, A alone, to 1, B alone"),
        ({"mix.seed": "x"}, "mix.seed", "999999"),
        ({"mix.index": "100", "mix.number": "1"}, "mix.index", "99"),
        ({"mix.index": "3", "mix.number": "11"}, "mix.number", "10"),
        ({"mix.number": "nan"}, "mix.number", "10"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(form, field, words):
    with pytest.raises(InvalidValue) as refused:
        with_mix(form, emoji())
    assert refused.value.field == field
    assert words in str(refused.value)
