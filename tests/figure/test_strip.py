"""The strip: each challenge's solution passes, wrong ones fail with their message, zeros fail."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from multiconv.experiment.challenges import CHALLENGES
from multiconv.figure.strip import challenge_link
from multiconv.imaging.samples import SAMPLES


def strip(client, link, status=200):
    """What the strip of a page says, and its markup."""
    answer = client.get(link, follow_redirects=True)
    assert answer.status_code == status, link
    markup = re.search(r'<section class="above".*?</section>', answer.text, re.DOTALL)[0]
    said = re.search(r'<p class="strip-said([^"]*)"[^>]*>(.*?)</p>', markup, re.DOTALL)
    words = unescape(re.sub(r"<[^>]+>", "", said[2])).strip()
    return "done" in said[1], words, markup


def answered(client, number, answer, more=""):
    """The verdict on a number typed into the field, as the form sends it without scripts."""
    begun = quote(challenge_link(number)[2:] + more)
    return strip(client, f"/edit?from={begun}&answer={quote(answer)}")[:2]


def made(client, number, more):
    """The verdict on a figure that was changed from where the challenge begins."""
    link = challenge_link(number)
    pairs = dict(part.split("=", 1) for part in link[2:].split("&") if part)
    pairs |= dict(part.split("=", 1) for part in more.split("&") if part)
    return strip(client, "/?" + "&".join(f"{name}={text}" for name, text in pairs.items()))[:2]


# The solutions of what is to be made, and five others or more with what is said of them.
MADE = {
    2: (
        [
            "w.1.0=-1&w.2.0=-1&activation=relu",
            "w.0.0=2&w.1.0=-2&w.2.0=-1.5&bias=-0.4&activation=relu",
        ],
        {
            "w.0.0=0": "The red disc is at 0",
            "bias=0.02": "All is right but one (the white disc, at +1.02), and without an",
            "w.1.0=-1&w.2.0=-1": "Green disc is at −1.00",
            "w.1.0=-0.5&w.2.0=-0.5": "The green disc is at −0.50",
            "w.0.0=1&activation=relu": "The white disc is at +1.00, and is to be dark",
            "bias=-0.5": "The green disc is at −0.50",
            "w.1.0=1&w.2.0=1&activation=relu": "The white disc is at +3.00",
            "w.0.0=0&bias=1": "The green disc is at +1.00",
        },
    ),
}


def test_without_green_is_what_scipy_leaves(client):
    pixels = SAMPLES["portrait"].pixels()
    assert pixels.shape
    done, words = answered(client, 1, "0.733")
    assert done
    assert words.startswith(
        "Yes. Red adds +0.874 there, green −0.210, blue −0.141; without green +0.733"
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("0.523", "you left green in"),
        ("0,313", "a minus of a minus"),
        ("0.366", "You averaged the two that are left"),
        ("0.244", "You averaged all three"),
        ("0.874", "what red adds alone"),
        ("-0.21", "what green adds"),
        ("5", "Not 5. Look at what red and blue add"),
        ("0", "Not 0."),
    ],
)
def test_a_wrong_number_without_green_is_answered_by_what_it_means(client, answer, words):
    done, said = answered(client, 1, answer)
    assert not done
    assert words in said


@pytest.mark.parametrize("answer", ["0.724", "0.742", " 0.733 ", "0,733", "+.733"])
def test_an_answer_passes_as_near_as_a_hundredth(client, answer):
    assert answered(client, 1, answer)[0]


@pytest.mark.parametrize("number", MADE)
def test_what_is_made_passes_or_is_told_what_is_wrong(client, number):
    solutions, wrong = MADE[number]
    for more in solutions:
        done, said = made(client, number, more)
        assert done, (more, said)
        assert said.startswith("Yes.")
    for more, words in wrong.items():
        done, said = made(client, number, more)
        assert not done, more
        assert words.lower() in said.lower(), (more, said)


def test_where_a_challenge_begins_nothing_is_said_yet(client):
    for number in range(1, len(CHALLENGES) + 1):
        done, said, _ = strip(client, challenge_link(number))
        assert not done
        assert said == "", number


def test_what_cannot_be_read_is_told_and_stays_in_its_field(client):
    answer = client.get("/edit?from=challenge%3D1&answer=about%20one")
    assert answer.status_code == 400
    assert 'name="answer" id="answer" value="about one"' in answer.text
    assert 'aria-invalid="true" aria-describedby="mistake-answer"' in answer.text
    assert "answer is “about one”, which is no number. Write a decimal number" in answer.text


def test_a_figure_that_has_left_its_ground_says_so_with_the_way_back(client):
    done, said, markup = strip(client, "/?challenge=1&answer=0.733&off=1")
    assert (done, said) == (False, "")
    assert "which channels are left out differs" in markup
    back = unescape(re.search(r'<a href="([^"]+)"[^>]*>Back to the challenge', markup)[1])
    assert back == "/?challenge=1"
    assert 'name="answer"' not in markup


def test_the_regions_are_outlined_on_the_figure_and_only_on_its_ground(client):
    page = client.get(challenge_link(2)).text
    # Three inputs, the output, and its companion beside the article.
    assert page.count('class="region"') == 5
    assert 'class="region"' not in client.get("/?challenge=2").text
    assert 'class="region"' not in client.get("/").text


def test_a_page_without_a_challenge_has_no_strip(client):
    assert 'class="above"' not in client.get("/").text


def test_the_challenge_survives_an_edit(client):
    answer = client.get("/edit?from=challenge%3D1%26answer%3D0.5&strides=2x2")
    assert answer.headers["Location"] == "/?strides=2x2&challenge=1&answer=0.5" or (
        "challenge=1&answer=0.5" in answer.headers["Location"]
    )
