"""A challenge's ground: what has left it is named, and the way back keeps what may differ."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from multiconv.experiment.challenges import CHALLENGES
from multiconv.experiment.grounds import ground_of, left_ground, returned
from multiconv.experiment.link import read, to_query
from multiconv.networks.shipped import network

RED = "image=sample:discs&filters=mixes&outputs=1&w.0.0=1&w.1.0=0&w.2.0=0"


def at(query):
    return read(parse_qsl(query), networks=network)


def left(number, query):
    challenge, now = CHALLENGES[number - 1], at(query)
    home = returned(challenge, now, ground_of(challenge, network))
    return left_ground(home, now), to_query(home)


def test_every_ground_is_at_home():
    for number, challenge in enumerate(CHALLENGES, 1):
        assert left(number, challenge.link)[0] == ()


@pytest.mark.parametrize(
    ("number", "query", "told"),
    [
        (1, "off=1", "which channels are left out"),
        (1, "image=sample:cat", "the picture"),
        (1, "w.0.0=box", "the weights"),
        (1, "bias=1,0,0,0,0", "the bias"),
        (1, "if=mean", "what is computed"),
        (1, "k=2", "the chosen output"),
        (1, "size=80", "the working size"),
        (1, "padding=valid", "the padding"),
        (1, "layers=2", "the number of layers"),
        (5, "target=luminance-edges:0&steps=9", "what is learned"),
        (2, RED + "&padding=1", "the padding"),
        (2, RED + "&off=1", "which channels are left out"),
        (2, "image=sample:discs&filters=mixes&outputs=1&kernel=3", "the kernels’ size"),
        (2, "image=sample:edge&filters=mixes&outputs=1&w.0.0=1", "the picture"),
    ],
)
def test_what_has_left_it_is_named(number, query, told):
    assert told in left(number, query)[0]


@pytest.mark.parametrize(
    "said", ["i=3&j=4", "unit=one", "range=0.5", "ranges=each", "inputs=tinted"]
)
def test_how_one_looks_at_it_does_not_count(said):
    assert left(1, said)[0] == ()


def test_the_way_back_keeps_what_may_differ_and_nothing_else():
    made = "&w.1.0=-1&w.2.0=-1&bias=0.5&activation=relu"
    begun = "image=sample:discs&filters=mixes&outputs=1&w.0.0=1"
    told, home = left(2, f"{begun}{made}&off=2&strides=2")
    assert told == ("the stride", "which channels are left out")
    assert dict(parse_qsl(home)) == dict(parse_qsl(begun + made))
