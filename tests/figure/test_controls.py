"""The choices of the form: what they offer, that the present value is always among them."""

import re

import pytest

from multiconv.experiment.link import read
from multiconv.figure.controls import (
    bank_choice,
    main_choices,
    more_choices,
    more_entries,
    presets,
)
from multiconv.filters.banks import BANKS
from multiconv.filters.kernels import kernel


def chosen(query, field):
    experiment = read(query.items())
    every = [*main_choices(experiment), *more_choices(experiment), bank_choice(experiment)]
    (choice,) = [each for each in every if each.field == field]
    assert choice.chosen in {value for value, _ in choice.options}
    return choice


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kernel", "15x15", "15 × 15"),
        ("kernel", "3x8", "3 × 8"),
        ("strides", "1x3", "1 × 3"),
        ("padding", "0,1,2,3", "0,1,2,3"),
        ("outputs", "64", "64"),
        ("activation", "gelu", "GELU"),
        ("activation", "leaky", "leaky ReLU"),
        ("padding_mode", "reflect", "the picture reflected"),
        ("filters", "mixes", "Mixes, 1 × 1"),
    ],
)
def test_the_present_value_is_among_the_options(field, value, words):
    choice = chosen({field: value}, field)
    assert dict(choice.options)[value] == words
    assert choice.chosen == value


def test_groups_say_what_they_need():
    assert "needs 3, 6, 9" in dict(chosen({}, "groups").options)["3"]
    assert "needs" not in dict(chosen({"outputs": "6"}, "groups").options)["3"]


def test_every_bank_is_offered_and_can_be_shown(client):
    for name in BANKS:
        assert chosen({}, "filters").options
        assert client.get(f"/?filters={name}&size=40").status_code == 200


def test_free_entries_say_the_present_value():
    experiment = read([("kernel", "2x3"), ("padding", "1x2"), ("dilations", "2")])
    texts = {entry.field: entry.text for entry in more_entries(experiment)}
    assert texts["kernel.other"] == "2x3"
    assert texts["padding.other"] == "1x2"
    assert texts["dilations"] == "2x2"
    assert {entry.parameter for entry in more_entries(experiment)} >= {"kernel", "strides", "size"}


def test_one_line_of_choices_at_rest(client):
    page = client.get("/?size=40").text
    at_rest = page[page.index('class="controls"') : page.index('class="more"')]
    assert at_rest.count("<select") == 6
    assert "<input" not in at_rest


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"w.1.0": "zero"}, "own, from Redness"),
        ({"w.1.2": "zero", "filters": "dlib"}, "own, from Trained on faces, 7 × 7"),
        ({"filters": "dlib", "w.0.0": "soft"}, "own, from Trained on faces, 7 × 7"),
    ],
)
def test_edited_filters_are_the_persons_own_and_the_bank_can_be_chosen_anew(query, words):
    choice = chosen(query, "filters")
    assert dict(choice.options)[choice.chosen] == words
    assert query.get("filters", "redness") in dict(choice.options)


def test_kernels_that_are_the_banks_own_are_no_edit():
    assert chosen({"w.0.0": "soft", "bias": "1,0,0,0,0"}, "filters").chosen == "redness"


def test_every_offered_kernel_is_one():
    for name, title in presets():
        assert kernel(name, (5, 5)).shape == (5, 5)
        assert title
    assert len({title for _, title in presets()}) == len(presets())


def test_beside_the_field_stands_how_large_a_name_makes_all_kernels(client):
    hint = re.search(r'id="hint-names">([^<]*)<', client.get("/?size=24").text)
    assert "gabor(45,6) makes them 11 × 11" in hint[1]
    form = {"from": "size=24", "name.0": "gabor(45,6)", "do": "apply"}
    page = client.get(client.post("/edit", data=form).headers["Location"]).text
    assert "kernel=11x11" in page
    bench = page[page.index('id="bench"') : page.index('id="hint-names"')]
    assert "The kernels were resized about their centres to 11 × 11" in bench
