"""The table of challenges: what each row has to have, and what is read of an answer."""

from __future__ import annotations

import pytest

from multiconv.errors import InvalidValue
from multiconv.experiment.challenges import CHALLENGES, answer_text, sizes_of
from multiconv.experiment.link import read, to_query
from multiconv.tracing.verdict import MEASURES, PREDICTIONS, SLIPS


def test_each_is_predicted_or_made_and_says_what_it_teaches():
    for each in CHALLENGES:
        assert bool(each.prediction) != bool(each.criteria)
        assert all((each.title, each.teaches, each.after))
        assert each.task.endswith((".", "?"))
        assert bool(each.prediction) == bool(each.wrong) == bool(each.hint)
        assert not each.prediction or each.prediction in PREDICTIONS
        assert {one.measure for one in each.criteria} <= MEASURES.keys()
        assert {slip.measure for slip in each.slips} <= SLIPS.keys()
        # A predicted one leaves the figure alone, a made one changes something of it.
        assert bool(each.free) == bool(each.criteria)
    assert len({each.title for each in CHALLENGES}) == len(CHALLENGES)


def test_a_link_keeps_challenge_answer_and_seed_and_one_without_is_as_it_was():
    said = [("challenge", "1"), ("answer", "0.25")]
    assert to_query(read(said)) == "challenge=1&answer=0.25"
    assert to_query(read([("challenge", "1"), ("answer", "−.250")])) == "challenge=1&answer=-0.25"
    assert to_query(read([])) == ""


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"challenge": "0"}, "challenge", f"Write a whole number from 1 to {len(CHALLENGES)}."),
        ({"challenge": "two"}, "challenge", "is “two”, which is no whole number"),
        ({"challenge": "1", "answer": "much"}, "answer", "is “much”, which is no number"),
        ({"challenge": "6", "answer": "36.5"}, "answer", "is “36.5”, and a whole number is asked"),
        ({"challenge": "1", "answer": ""}, "answer", "is empty"),
        ({"challenge": "1", "answer": "2e6"}, "answer", "from −1,000,000 to 1,000,000"),
        ({"challenge": "1", "answer": "nan"}, "answer", "is “nan”"),
        ({"answer": "1"}, "answer", "Leave answer out, or say which challenge it is for"),
        ({"challenge": "2", "answer": "1"}, "answer", "challenge 2 takes no number. Leave answer"),
        ({"challenge": "1", "seed": "7"}, "seed", "challenge 1 takes no seed. Leave seed out."),
        ({"seed": "7"}, "seed", "but no challenge"),
    ],
)
def test_what_cannot_be_read_names_its_field_and_the_remedy(said, field, words):
    with pytest.raises(InvalidValue) as caught:
        read(said.items())
    assert caught.value.field == field
    assert words in str(caught.value)


def test_a_decimal_comma_is_read_in_an_answer():
    assert answer_text("0,733", 1) == "0.733"
    assert answer_text("−0.5", 1) == "−0.5"


def test_sizes_follow_from_the_seed_and_vary():
    assert sizes_of(0) == (5, 32, 45)
    found = [sizes_of(seed) for seed in range(1, 200)]
    assert len(set(found)) > 150
    assert {kernel for kernel, _, _ in found} == {3, 5, 7}
    assert all(8 <= inputs <= 64 and 10 <= outputs <= 64 for _, inputs, outputs in found)
