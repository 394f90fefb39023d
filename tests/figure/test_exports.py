"""What there is to take away: the groups, for any number of channels."""

import pytest

from multiconv.experiment.model import Experiment
from multiconv.figure.channels import Channel
from multiconv.figure.exports import exports
from multiconv.figure.links import Links


@pytest.mark.parametrize("count", [1, 3, 45])
def test_every_channel_has_its_picture_and_its_numbers(count):
    channels = [Channel(q, "input", f"input {q}") for q in range(count)]
    groups = exports(Links(Experiment(), "b"), 0, channels)
    assert [group.heading for group in groups] == [
        "Drawings",
        "Films",
        "Pictures",
        "Numbers",
        "Programs",
    ]
    words = [item.words for group in groups for item in (*group.items, *group.more)]
    assert sum(text.startswith("What input") for text in words) == 2 * count
    assert sum(len(group.more) for group in groups) == (2 * count if count > 4 else 0)
    assert sum(len(group.items) for group in groups) <= 30
