"""The page after a mistake: what was chosen beside it stays chosen."""

import io
import re

import numpy as np
import pytest

from multiconv.web.pages import is_at_fault


def chosen(page, field):
    """Value and words of the option that a select of the page has chosen."""
    select = re.search(rf'<select [^>]*\bname="{field}".*?</select>', page, re.S)[0]
    return re.search(r'<option value="([^"]*)" selected[^>]*>([^<]*)', select).groups()


@pytest.mark.parametrize(
    ("field", "value"),
    [("filters", "redness"), ("filters", "dlib"), ("outputs", "3"), ("padding_mode", "reflect")],
)
def test_a_mistake_beside_it_loses_no_choice(client, field, value):
    sent = {"from": "size=40&w.1.0=zero", "strides.other": "99", "do": "apply", field: value}
    answer = client.get("/edit", query_string=sent)
    assert answer.status_code == 400
    assert 'id="mistake-strides"' in answer.text
    assert chosen(answer.text, field)[0] == value


def test_filters_left_as_they_are_stay_the_persons_own(client):
    sent = {"from": "size=40&w.1.0=zero", "strides.other": "99", "filters": "own"}
    answer = client.get("/edit", query_string=sent)
    assert answer.status_code == 400
    assert chosen(answer.text, "filters") == ("own", "own, from Redness")


def test_an_edited_stored_bank_is_named_within_its_words(client):
    file = io.BytesIO()
    np.save(file, np.ones((3, 3, 3, 2)))
    bank = client.post("/filters", data=file.getvalue()).get_json()["id"]
    page = client.get("/", query_string={"size": "40", "filters": bank, "w.0.0": "zero"}).text
    assert chosen(page, "filters") == ("own", "own, from a stored bank")
    page = client.get("/", query_string={"size": "40", "filters": bank}).text
    assert chosen(page, "filters") == (bank, "A stored bank")


FIGURE = {"Multiconv-Part": "figure"}
FOLDED = re.compile(r'<script type="text/html" data-tag=[^>]*>(.*?)</script>', re.DOTALL)


def element(text):
    """The page's one element that an edit can change, without the article's text."""
    found = text[text.index('<div id="figure"') : text.rindex("</div>") + len("</div>")]
    column = found.index('<div class="column"')
    return found[:column] + found[found.index("</article>") :]


@pytest.mark.parametrize("query", ["", "k=3&outputs=16", "strides=99", "image=sample:card&size=40"])
def test_the_figure_part_is_the_pages_own_without_the_article(client, query):
    page, part = client.get(f"/?{query}"), client.get(f"/?{query}", headers=FIGURE)
    assert page.status_code == part.status_code
    assert part.text.strip().startswith('<div id="figure"')
    assert element(FOLDED.sub(r"\1", part.text)) == element(page.text)
    assert (FOLDED.search(part.text) is None) is (part.status_code != 200)
    assert "data-tag" not in page.text
    assert '<div class="column" data-kept></div>' in part.text
    assert "<html" not in part.text
    assert len(part.data) < len(page.data) - 25_000
    title = re.search("<title>(.*)</title>", page.text)[1]
    assert f'data-title="{title}"' in part.text


def test_caches_tell_the_part_from_the_page(client):
    page, part = client.get("/"), client.get("/", headers=FIGURE)
    assert page.headers["ETag"] != part.headers["ETag"]
    for answer in (page, part):
        assert "Multiconv-Part" in answer.headers["Vary"]
        again = client.get("/", headers={**FIGURE, "If-None-Match": answer.headers["ETag"]})
        assert again.status_code == (304 if answer is part else 200)


def test_a_form_that_cannot_be_used_answers_the_part_as_well(client):
    answer = client.get("/edit?from=size%3D40&w.0.0=abc", headers=FIGURE)
    assert answer.status_code == 400
    assert answer.text.strip().startswith('<div id="figure"')
    assert 'class="mistake"' in answer.text


def test_the_part_names_the_picture_that_the_articles_links_keep(client):
    part = client.get("/?image=sample:cat&size=40&k=2", headers=FIGURE).text
    assert 'data-source="image=sample:cat&amp;size=40"' in part


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("image", "i", False),
        ("i", "i", True),
        ("abcdef", "abc…", True),
        ("abcdef", "abd…", False),
        ("i", None, False),
    ],
)
def test_an_error_names_its_parameter_or_how_it_begins(name, field, expected):
    assert is_at_fault(name, field) is expected
