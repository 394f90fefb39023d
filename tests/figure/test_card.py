"""The card: what the page's own pictures show, side by side, and in words."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image


def pixels(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "image/png"), path
    return np.asarray(Image.open(io.BytesIO(answer.data)).convert("RGB"))


def stands_at(card, picture):
    """Left edge of a picture that stands in the card's middle, by looking at every column."""
    height, width = picture.shape[:2]
    top = (630 - height) // 2
    band = card[top : top + height]
    return [at for at in range(1201 - width) if np.array_equal(band[:, at : at + width], picture)]


def enlarged(picture, times):
    return np.kron(picture, np.ones((times, times, 1), np.uint8))


@pytest.mark.parametrize("query", ["", "k=1&activation=relu", "image=sample:coffee&size=100"])
def test_the_photograph_and_the_output_are_the_pages(client, query):
    card = pixels(client, f"/maps/card.png?{query}")
    assert card.shape == (630, 1200, 3)
    photo = pixels(client, f"/maps/input.png?{query}")
    k = 1 if "k=1" in query else 0
    output = pixels(client, f"/maps/output-{k}.png?{query}&paper=1")
    longest = max(photo.shape)
    (left,) = stands_at(card, enlarged(photo, 320 // longest))
    (right,) = stands_at(card, enlarged(output, 480 // longest))
    assert left < right
    # The two margins are one, but for what does not halve, and nothing stands in them.
    margin = 1200 - right - output.shape[1] * (480 // longest)
    assert abs(left - margin) <= 1
    assert len(np.unique(card[:, : left - 1].reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "The photograph, what 3 input channels add and the output"),
        ("if=apart", "The photograph and what 3 input channels add"),
        ("off=0,1", "The photograph, what an input channel adds and the output"),
        (
            "network=faces&layer=5&size=200",
            "The photograph, what 4 input channels add and the output",
        ),
        ("network=emoji&layer=2", "What 4 input channels add and the output"),
        ("kind=max_pool", "The photograph, what an input channel adds and the output"),
    ],
)
def test_words_say_what_is_there(client, query, words):
    page = client.get(f"/?{query}").text
    assert f'<meta property="og:image:alt" content="{words}">' in page
    there = re.search(r'og:image" content="http://localhost(/maps/card.png[^"]*)"', page)
    assert there
    assert pixels(client, there[1].replace("&amp;", "&")).shape == (630, 1200, 3)


def test_a_generators_card_has_the_picture_in_colour(client):
    card = pixels(client, "/maps/card.png?network=emoji")
    made = pixels(client, "/maps/generated.png?network=emoji")
    assert len(stands_at(card, enlarged(made, 480 // max(made.shape)))) == 1
