"""A file of weights as large as the page says, through every check before the route."""

import io

import numpy as np


def test_filters_of_the_largest_size_are_taken(hand_in):
    file = io.BytesIO()
    np.save(file, np.zeros((15, 15, 3, 64)))
    answer = hand_in(file.getvalue())
    assert answer.status_code == 201, answer.text
    assert (answer.json["kernel"], answer.json["outputs"]) == ([15, 15], 64)


def test_a_file_of_more_than_10_mib_is_told_so(hand_in):
    answer = hand_in(b"\0" * (10 * 2**20 + 1))
    assert (answer.status_code, answer.json["limit"]) == (413, "10 MiB")
