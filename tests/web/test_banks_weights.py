"""A file of weights as large as the page says, through every check before the route."""

import io
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest


def test_filters_of_the_largest_size_are_taken(hand_in):
    file = io.BytesIO()
    np.save(file, np.zeros((15, 15, 3, 64)))
    answer = hand_in(file.getvalue())
    assert answer.status_code == 201, answer.text
    assert (answer.json["kernel"], answer.json["outputs"]) == ([15, 15], 64)


def test_a_file_of_more_than_10_mib_is_told_so(hand_in):
    answer = hand_in(b"\0" * (10 * 2**20 + 1))
    assert (answer.status_code, answer.json["limit"]) == (413, "10 MiB")


def saved(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize(
    ("weight", "bias"),
    [("conv1.weight", "conv1.bias"), ("conv/kernel:0", "conv/bias:0"), ("weights", "bias")],
)
def test_a_bias_beside_the_filters_is_taken_along(hand_in, weight, bias):
    filters = np.random.default_rng(0).normal(size=(70, 3, 5, 5)).astype(np.float32)
    numbers = np.arange(70, dtype=np.float32) / 8
    body = saved(**{weight: filters, bias: numbers, "other.bias": numbers + 1})
    answer = hand_in(body, tensor=weight, first="10")
    assert answer.status_code == 201, answer.text
    query = parse_qs(urlsplit(answer.json["url"]).query)
    assert [float(value) for value in query["bias"][0].split(",")] == numbers[10:].tolist()


@pytest.mark.parametrize("bias", [np.ones(4), np.ones((5, 1)), np.float32(1)])
def test_what_is_no_bias_of_these_filters_is_left(hand_in, bias):
    answer = hand_in(saved(**{"a.weight": np.ones((5, 3, 2, 2)), "a.bias": bias}))
    assert answer.status_code == 201, answer.text
    assert "bias" not in parse_qs(urlsplit(answer.json["url"]).query)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -2e6])
def test_a_bias_that_is_no_number_is_refused_by_its_name(hand_in, wrong):
    numbers = np.array([0, wrong, 0, 0, 0])
    answer = hand_in(saved(**{"a.weight": np.ones((5, 3, 2, 2)), "a.bias": numbers}))
    assert answer.status_code == 400
    assert "a.bias" in answer.json["detail"]
