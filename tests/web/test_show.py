"""The page after a mistake: what was chosen beside it stays chosen."""

import io
import re

import numpy as np
import pytest


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
