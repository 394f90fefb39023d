"""A generator's numbers: their forms in links, their canonical form, and what is refused."""

from __future__ import annotations

from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.latent import NUMBERS, latent_of, random_numbers
from multiconv.experiment.link import read, to_pairs, to_query
from multiconv.experiment.words import latent_words, sentence
from multiconv.networks.shipped import network

LEARNED = network("emoji").z.learned


def of(query):
    return read(parse_qsl(query, keep_blank_values=True), networks=network)


def numbers(query):
    return of(f"network=emoji&{query}").source.z.numbers()


def test_a_picture_is_its_vector_and_a_mix_a_share_of_two():
    smile, dog = (LEARNED.vectors[LEARNED.points.index(ord(each))] for each in "😀🐶")
    assert np.array_equal(numbers("z=1F600"), smile.astype(np.float32))
    mixed = 0.7 * smile + 0.3 * dog
    assert np.abs(numbers("z=mix(1F600,1F436,0.3)") - mixed).max() < 1e-6
    assert np.array_equal(numbers("z=mix(1F600,1F436,0)"), smile.astype(np.float32))
    assert np.array_equal(numbers("z=mix(1F600,1F436,1)"), dog.astype(np.float32))
    changed = numbers("z=1F600&z.17=1.5&z.99=-10")
    assert (changed[17], changed[99]) == (1.5, -10)
    assert np.array_equal(np.delete(changed, [17, 99]), np.delete(numbers("z=1F600"), [17, 99]))


def test_random_numbers_are_the_same_everywhere_for_a_seed():
    assert random_numbers(0)[:5].tolist() == [0.32, -0.61, 1.08, 0.63, -1.11]
    assert random_numbers(999_999)[:5].tolist() == [1.1, -0.73, 0.56, 0.84, -0.47]
    every = np.concatenate([random_numbers(seed) for seed in range(200)])
    assert abs(every.mean()) < 0.02
    assert abs(every.std() - LEARNED.vectors.std()) < 0.02  # as large as those that were learned
    random_numbers(7)[:] = 0  # nobody else's
    assert random_numbers(7).any()


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("z=mix(1F33B,1F981,0.6)", ""),
        ("z=1f600", "&z=1F600"),
        ("z=0001F600", "&z=1F600"),
        ("z=mix(1f600, 1F436, .30)", "&z=mix(1F600,1F436,0.3)"),
        ("z=mix(1F600,1F436,0)", "&z=mix(1F600,1F436,0)"),
        ("z=random(007)", "&z=random(7)"),
        ("z.17=1.50&z.3=-0", "&z.3=0&z.17=1.5"),
        ("z=random(7)&z.0=0.37&layer=2", "&z=random(7)&layer=2"),  # as it is anyway
        ("layer=5&k=2&z=1F436&5.off=3", "&z=1F436&5.off=3&k=2"),
    ],
)
def test_one_experiment_has_one_link(query, canonical):
    experiment = of(f"network=emoji&{query}".rstrip("&"))
    assert to_query(experiment) == f"network=emoji{canonical}"
    assert read(to_pairs(experiment), networks=network) == experiment


def test_random_forms_come_back_as_they_were():
    rng = np.random.default_rng(3)
    points = [f"{point:X}" for point in LEARNED.points]
    for _ in range(200):
        first, second = rng.choice(points, 2)
        form = rng.choice(3)
        share = round(float(rng.random()), int(rng.integers(1, 6)))
        text = (first, f"mix({first},{second},{share})", f"random({rng.integers(10**6)})")[form]
        z = latent_of(text, "z", LEARNED)
        for index in rng.choice(NUMBERS, rng.integers(0, 4), replace=False):
            z = z.with_number(int(index), round(float(rng.uniform(-10, 10)), 3))
        query = "&".join((f"z={z.text}", *(f"z.{index}={value}" for index, value in z.changes)))
        found = of(f"network=emoji&{query}")
        assert found.source.z == z
        assert np.array_equal(found.source.z.numbers(), z.numbers())
        assert read(to_pairs(found), networks=network) == found


LIST = "1F33B to 1F353, 1F42D to 1F43C, 1F600 to 1F63F, 1F910 to 1F917, 1F920 to 1F92F"


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("network=emoji&z=1F999", "z", rf"U\+1F999, which is none of the pictures.* 153 .* {LIST}"),
        ("network=emoji&z=mix(1F600,41,0.3)", "z", rf"U\+0041, which is none .*{LIST}"),
        ("network=emoji&z=mix(1F600,1F436)", "z", "none of its forms. Write z as 1F600, mix"),
        ("network=emoji&z=", "z", "empty, which is none of its forms"),
        ("network=emoji&z=smile", "z", "none of its forms"),
        ("network=emoji&z=mix(1F600,1F436,1.2)", "z", "takes 1.2 of the second .* from 0,"),
        ("network=emoji&z=mix(1F600,1F436,-0.1)", "z", "takes -0.1 of the second"),
        ("network=emoji&z=mix(1F600,1F436,nan)", "z", "“nan”, which is no number"),
        ("network=emoji&z=mix(1F600,1F436,inf)", "z", "“inf”, which is no number"),
        ("network=emoji&z=random(-1)", "z", "out of range. Write a whole number from 0 to 999999"),
        ("network=emoji&z=random(x)", "z", "no whole number"),
        ("network=emoji&z.100=1", "z.100", "out of range. Write a whole number from 0 to 99"),
        ("network=emoji&z.17=10.5", "z.17", "too large. Write a number from −10 to 10"),
        ("network=emoji&z.17=-11", "z.17", "too large"),
        ("network=emoji&z.17=nan", "z.17", "no number"),
        ("network=emoji&z.17=1&z.17=2", "z.17", "given twice"),
        ("network=emoji&z.x=1", "z.x", r"no parameter “z.x”. .*z\.<n> for one"),
        ("z=1F600", "z", "there is no generator.*network=emoji"),
        ("network=faces&z.3=1", "z.3", "there is no generator"),
        ("network=emoji&image=sample:cat", "image", "takes none. Leave image out; z says"),
        ("network=emoji&size=64", "size", "takes none"),
        ("network=emoji&layers=5", "layers", "has 5 layers"),
        ("network=emoji&if=mean", "if", "a transposed convolution, of which no what-if"),
        ("network=emoji&outputs=3", "outputs", "Layer 2 of the emoji generator takes 128"),
    ],
)
def test_what_cannot_be_used_is_explained(query, field, words):
    with pytest.raises(InvalidValue, match=words) as caught:
        of(query)
    assert caught.value.field == field


def test_its_words():
    for query, words in (
        ("z=1F600", "z of 😀"),
        ("z=mix(1F600,1F436,0.3)&z.3=1", "z, 70 % of 😀 and 30 % of 🐶, 1 of them changed"),
        ("z=random(7)", "Random z, seed 7"),
    ):
        experiment = of(f"network=emoji&{query}")
        assert latent_words(experiment.source.z) == words
        said = sentence(experiment, (32, 32), (64, 64))
        assert said.startswith(f"{words} in the emoji generator, deconv5 at 32 × 32: 16 input")
        assert "stride 2, padding 2, output padding 1, then tanh, giving 64 × 64" in said
