"""`FIELDS`: every value has its row, and what a row says of its parameter is so."""

from __future__ import annotations

import re
from dataclasses import fields
from operator import attrgetter
from urllib.parse import parse_qsl, urlencode

import pytest

from multiconv.engine.activations import ACTIVATIONS
from multiconv.engine.geometry import PADDING_MODES
from multiconv.experiment.fields import BY_NAME, FIELDS, MAPS
from multiconv.experiment.link import read, to_pairs, to_query
from multiconv.experiment.maps import pixels_experiment
from multiconv.experiment.model import Experiment, Focus, Layer, Source, View
from multiconv.figure.links import Links

PARTS = {"source": Source, "layer": Layer, "focus": Focus, "view": View, "experiment": Experiment}
START = {"size": "24", "outputs": "6", "k": "1", "w.0.1": "sobel-x", "bias": "0,0.25,0,0,0,0"}
# Parameters whose row offers nothing else to choose.
TYPED = {
    "image": "sample:coffee", "size": "20", "dilations": "2x2", "bias": "1,2,3,4,5,6", "off": "0,1",
    "k": "2", "i": "3", "j": "4", "range": "0.5", "outputs": "9", "filters": "luminance-edges",
    "if": "flipped", "tour": "3", "embed": "1",
}  # fmt: skip
# With one layer there is no other to open, and what a pooling has is not what START says; rows and
# gain are of many inputs (tests/figure/test_ledger.py), challenges and what is answered stand
# together (tests/figure/test_strip.py), output_padding and z are of what is transposed
# (tests/experiment/test_link_transposed.py).
OTHERS = {"network", "kind", "layer", "rows", "gain", "output_padding", "z"}
OTHERS |= {"challenge", "answer", "seed"}
# What learns: tests/experiment/test_learning.py.
OTHERS |= {"target", "rate", "steps"}
LINKED = [row for row in FIELDS if row.name not in OTHERS]
LINKED_NAMES = [row.name for row in LINKED]


def another(row):
    """A text for a parameter that says something else than `START` does."""
    options = row.kind.options(Layer(outputs=6)) if callable(row.kind.options) else row.kind.options
    usual = to_pairs(Experiment())
    found = [text for text, _ in options if text not in (row.usual, "1x1", "3x3", "same", "1")]
    return TYPED.get(row.name) or next(text for text in found if (row.name, text) not in usual)


def changed(row):
    start = START | ({"bias": "0,0.25" + ",0" * 7} if row.name == "outputs" else {})
    return start | {row.name: another(row)}


def test_every_value_of_an_experiment_has_its_row_and_no_other():
    places = {f"{part}.{each.name}" for part, kind in PARTS.items() for each in fields(kind)}
    # Kernels are written one by one, and a layer's inputs are the outputs of the one before.
    # What is chosen in a layer that is not opened has its number before it.
    apart = {"layer.kernels", "layer.inputs", "focus.others"}
    apart |= {f"experiment.{part}" for part in ("source", "layers", "focus", "view")}
    assert {row.of for row in FIELDS} == places - apart
    assert len({row.name for row in FIELDS}) == len(FIELDS)


def test_what_is_usual_is_what_the_values_start_from():
    start = Experiment()
    for row in FIELDS:
        part = row.of.partition(".")[0]
        owner = start if part == "experiment" else attrgetter(part)(start)
        assert row.otherwise(owner) == getattr(owner, row.place), row.name


@pytest.mark.parametrize("row", LINKED, ids=LINKED_NAMES)
def test_another_value_is_read_and_written(row):
    pairs = {name: text for name, text in changed(row).items() if name in {row.name, "outputs"}}
    experiment = read(pairs.items())
    value = attrgetter(row.of)(experiment)
    assert value != row.otherwise(attrgetter(row.of.partition(".")[0])(experiment))
    assert dict(to_pairs(experiment))[row.name] == row.kind.write(value)
    assert read(to_pairs(experiment)) == experiment


@pytest.mark.parametrize("row", LINKED, ids=LINKED_NAMES)
def test_the_schema_takes_what_links_say(row):
    schema, text = row.kind.schema, another(row)
    assert re.search(schema.get("pattern", ""), text)
    if "enum" in schema:
        assert text in map(str, schema["enum"])
    if "minimum" in schema:
        assert schema["minimum"] <= int(text) <= schema["maximum"]
    assert schema.keys() & {"type", "anyOf"}


def test_what_stands_in_the_form_has_its_words():
    for row in FIELDS:
        assert row.part in {"", "bar", "main", "more", "figure", "learning"}
        if row.part in {"main", "more"}:
            assert row.label
            assert row.kind.options or row.hint, row.name


@pytest.mark.parametrize("row", LINKED, ids=LINKED_NAMES)
def test_what_stands_in_the_form_is_a_field_of_the_page(client, row):
    page = client.get("/?" + urlencode(changed(row))).text
    if row.part in {"main", "more"}:
        assert re.search(rf'<(select|input)[^>]* name="{row.name}"', page)


def test_words_are_those_of_the_engine():
    assert dict(BY_NAME["padding_mode"].kind.options).keys() == set(PADDING_MODES)
    assert dict(BY_NAME["activation"].kind.options).keys() == set(ACTIVATIONS)


@pytest.mark.parametrize("row", LINKED, ids=LINKED_NAMES)
def test_a_map_is_the_same_under_its_own_shorter_address(client, row):
    query = urlencode(changed(row))
    for described in client.get(f"/api/experiment?{query}").json["maps"]:
        whole = client.get(f"/maps/{described['name']}.png?{query}")
        assert whole.status_code == 200
        assert client.get(described["png"]).data == whole.data, described["name"]
        # The page's own links say as much.
        said, _, build = described["png"].partition("?")[2].rpartition("v=")
        links = Links(read(changed(row).items()), build)
        extent = read(parse_qsl(said)).view.range or 1.0
        assert links.map(described["name"], extent) == described["png"]


@pytest.mark.parametrize("row", LINKED, ids=LINKED_NAMES)
def test_a_map_s_address_says_what_acts_on_it_and_nothing_else(row):
    assert set(row.maps) <= set(MAPS)
    before, after = read(START.items()), read(changed(row).items())
    for name in ("input-0", "partial-1", "running-2", "subtotals", "sum", "output-1"):
        kind = name.partition("-")[0]
        if row.name in {"range", "outputs"}:
            continue  # the range is asked for by the map's address; outputs beside k's are left out
        links = [to_query(pixels_experiment(each, name, 1.0)) for each in (before, after)]
        assert (links[0] != links[1]) is (kind in row.maps), name


@pytest.mark.parametrize("row", LINKED, ids=LINKED_NAMES)
def test_what_acts_on_a_map_changes_its_picture(client, row):
    if row.name == "outputs":
        return  # outputs beside k's are left out of a map's address
    names = [f"input-{q}" for q in range(3)] + [f"partial-{q}" for q in range(3)]
    names += ["running-1", "running-2", "for", "against", "sum", *(f"output-{k}" for k in range(6))]
    seen = set()
    for name in names:
        kind = name.partition("-")[0]
        one, other = (
            client.get(f"/maps/{name}.png?{urlencode({**said, 'range': r})}").data
            for said, r in ((START, 1), (changed(row), 0.5 if row.name == "range" else 1))
        )
        seen |= {kind} if one != other else set()
    # There is no rest of three inputs: tests/figure/test_rest.py has more. Three subtotals may
    # be as before where a whole map is not.
    assert set(row.maps) - {"rest", "subtotals"} == seen
