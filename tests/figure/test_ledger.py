"""The ledger: every input's subtotal, what they add up to, and the rows that it brings."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from multiconv.engine.conv import conv2d
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.changes import with_held
from multiconv.experiment.link import read
from multiconv.experiment.model import ALL, Experiment, Focus, Layer, Limits, Source, View
from multiconv.figure.links import Links
from multiconv.figure.planes import map_plane
from multiconv.figure.stage import figure_of
from multiconv.networks.shipped import network
from multiconv.tracing.trace import Tracer

STACKS = Limits(layers=16)


def stack(seed, inputs, outputs=3, **how):
    """Two layers with random filters, the second of so many inputs opened."""
    random = np.random.default_rng(seed)
    first = random.normal(size=(3, 3, 3, inputs))
    second = random.normal(size=(3, 3, inputs, outputs))
    layers = (
        Layer(
            bank=StoredBank("1" * 64, first),
            outputs=inputs,
            bias=tuple(random.normal(size=inputs)),
            activation="relu",
        ),
        Layer(
            bank=StoredBank("2" * 64, second),
            outputs=outputs,
            bias=tuple(random.normal(size=outputs)),
            inputs=inputs,
            **how,
        ),
    )
    return Experiment(Source(size=24), layers, Focus(layer=2, k=1, i=7, j=9))


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


def numbers(text):
    return [float(each.replace("−", "-")) for each in re.findall(r"[+−]?\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize(("inputs", "off"), [(4, ()), (5, ()), (6, (2,)), (16, (0, 3)), (45, ())])
def test_the_total_is_the_outputs_value(tracer, inputs, off):
    experiment = stack(inputs, inputs, off=off)
    trace = tracer.trace(experiment)
    ledger = figure_of(trace, Links(experiment, "b")).ledger
    first = experiment.layers[0]
    levels = tracer.levels(experiment.source).astype(np.float32) / 255
    x = conv2d(levels, first.filters().astype(np.float32), bias=np.array(first.bias))
    x = np.maximum(x, 0).astype(np.float32)
    filters = experiment.layer.filters_used()[..., 1:2].astype(np.float32)
    (value,) = conv2d(x, filters, bias=np.array([experiment.layer.bias[1]]))[7, 9]
    subtotals = [numbers(account.subtotal)[0] for account in ledger.accounts]
    total = numbers(ledger.total)[0]
    assert total == pytest.approx(float(value), abs=6e-4)
    assert sum(subtotals) + experiment.layer.bias[1] == pytest.approx(total, abs=1e-3 * inputs)
    gains, losses, bias, whole = numbers(ledger.headline.words)
    assert gains + losses + bias == pytest.approx(whole, abs=0.02)
    assert [account.channel.off for account in ledger.accounts] == [q in off for q in range(inputs)]
    assert numbers(ledger.accounts[-1].running)[0] == pytest.approx(sum(subtotals), abs=2e-2)


def test_up_to_three_inputs_have_none(tracer):
    experiment = stack(1, 3)
    assert figure_of(tracer.trace(experiment), Links(experiment, "b")).ledger is None


def test_a_bar_brings_its_row_in_place_of_the_smallest(tracer):
    experiment = stack(3, 16)
    trace = tracer.trace(experiment)
    ledger = figure_of(trace, Links(experiment, "b"), turns=Links(experiment, "b")).ledger
    least = min(trace.rows, key=lambda q: abs(trace.subtotal(q)))
    wanted = next(q for q in range(16) if q not in trace.rows)
    pairs = dict(parse_qsl(urlsplit(ledger.accounts[wanted].link).query))
    rows = {int(q) for q in pairs["rows"].split(",")}
    assert rows == {*trace.rows, wanted} - {least}
    # What was seen holds still: the range, and what partials are drawn with.
    assert float(pairs["range"]) == trace.range
    assert ledger.accounts[least].link == f"#row-{least}"
    assert [account.has_row for account in ledger.accounts].count(True) == 4


def test_all_have_a_row_of_five(tracer):
    experiment = stack(4, 5)
    figure = figure_of(tracer.trace(experiment), Links(experiment, "b"))
    assert len(figure.rows) == 5
    assert figure.rest is None
    assert {account.link for account in figure.ledger.accounts} == {f"#row-{q}" for q in range(5)}


@pytest.mark.parametrize("inputs", [6, 16, 45])
def test_rows_and_rest_and_bias_are_the_sum_so_are_for_and_against(tracer, inputs):
    for seed in range(3):
        trace = tracer.trace(stack(seed, inputs))
        maps = {
            name: np.asarray(map_plane(name, trace, tracer).plane, np.float64)
            for name in ("rest", "for", "against", "sum", *(f"partial-{q}" for q in range(inputs)))
        }
        bias = trace.layer.bias
        room = 1e-5 * sum(np.abs(maps[f"partial-{q}"]) for q in range(inputs)) + 1e-9
        rows = sum(maps[f"partial-{q}"] for q in trace.rows)
        assert (np.abs(rows + maps["rest"] + bias - maps["sum"]) <= room).all()
        assert (np.abs(maps["for"] + maps["against"] + bias - maps["sum"]) <= room).all()
        assert (maps["for"] >= 0).all()
        assert (maps["against"] <= 0).all()


def test_the_pictures_add_up_too(tracer):
    trace = tracer.trace(stack(9, 16))

    def levels(name):
        shown = map_plane(name, trace, tracer)
        indices = shown.bytes_shown().astype(int) - 127
        return indices, (np.abs(indices) < 127), shown.range / trace.range

    parts = [*(f"partial-{q}" for q in trace.rows), "rest"]
    for names in (parts, ["for", "against"]):
        total, sure = 127 * trace.layer.bias / trace.range, True
        for name in names:
            found, inside, share = levels(name)
            total, sure = total + found * share, sure & inside
        whole, inside, _ = levels("sum")
        assert (sure & inside).any()
        assert (np.abs(total - whole)[sure & inside] <= (len(names) + 2) / 2).all()


def test_rows_are_read_and_written():
    query = "layers=2&outputs=16&bias=" + ",".join(["0"] * 16)
    pairs = parse_qsl(f"{query}&layer=2&rows=7,1")
    experiment = read(pairs, limits=STACKS)
    assert experiment.focus.rows == (1, 7)
    assert read(parse_qsl(f"{query}&layer=2&rows=all"), limits=STACKS).focus.rows == ALL


@pytest.mark.parametrize(
    ("outputs", "rows", "told"),
    [
        (16, "1,16", "0 to 15"),
        (16, "0,1,2,3,4", "at most 4"),
        (16, "some", "0 to 15"),
        (5, "1", "all have a row"),
        (3, "all", "all have a row"),
    ],
)
def test_other_rows_are_refused_with_the_range(outputs, rows, told):
    query = f"layers=2&outputs={outputs}&layer=2&rows={rows}"
    with pytest.raises(InvalidValue) as caught:
        read(parse_qsl(query), limits=STACKS)
    assert told in f"{caught.value.problem} {caught.value.remedy}"
    assert caught.value.field == "rows"


def test_what_one_adds_is_drawn_stronger_and_the_bar_says_so(tracer):
    experiment = stack(11, 45)
    trace = tracer.trace(experiment)
    held = with_held(experiment, trace.held)
    for gain in (1, 10, 100):
        asked = replace(held, view=replace(held.view, gain=gain))
        trace, links = tracer.trace(asked), Links(asked, "b")
        shown = map_plane(f"partial-{trace.rows[0]}", trace, tracer)
        assert shown.range == pytest.approx(trace.range / gain)
        assert map_plane("rest", trace, tracer).range == trace.range
        figure = figure_of(trace, links)
        assert (f"(× {gain})" in figure.output.bar.ends) == (gain > 1)
        said = dict(parse_qsl(urlsplit(figure.rows[0].partial.address).query))
        assert float(said["range"]) == pytest.approx(shown.range)
        assert "gain" not in said


def test_a_gain_is_as_large_as_has_room(tracer):
    few = replace(stack(12, 45), view=View(range=None))
    weak = StoredBank("3" * 64, few.layer.bank.filters * np.eye(45)[0][:, np.newaxis] * 0.01)
    trace = tracer.trace(few.with_layer(replace(few.layer, bank=weak, bias=(5.0, 5.0, 5.0))))
    assert trace.gain in (10, 100)
    assert np.abs(trace.layer.partials[0]).max() * trace.gain <= trace.range * 1.2
    assert tracer.trace(stack(12, 3)).gain == 1


def test_a_tracer_of_its_own_finds_the_same_rows(app):
    experiment = stack(5, 45)
    one, other = (
        Tracer(app.extensions["multiconv_store"]).trace(experiment).rows for _ in range(2)
    )
    assert one == other


@pytest.mark.parametrize("layer", range(2, 8))
def test_in_the_face_network_every_sum_is_exact(app, layer):
    with app.test_request_context():
        tracer = app.extensions["multiconv"]
        experiment = read([("network", "faces"), ("layer", str(layer))], networks=network)
        trace = tracer.trace(experiment)
    random = np.random.default_rng(layer)
    rows, columns = trace.layer.geometry.output_size
    rest, plus, minus = trace.layer.rest(trace.rows), trace.layer.signed(1), trace.layer.signed(-1)
    for i, j in zip(random.integers(0, rows, 200), random.integers(0, columns, 200), strict=True):
        found = trace.probe(int(i), int(j))
        subtotals = {each.q: each.subtotal for each in found.channels}
        room = 1e-5 * sum(map(abs, subtotals.values())) + 1e-9
        bias, total = trace.layer.bias, found.total
        assert sum(subtotals[q] for q in trace.rows) + rest[i, j] + bias == pytest.approx(
            total, abs=room
        )
        assert plus[i, j] + minus[i, j] + bias == pytest.approx(total, abs=room)
        gains = sum(value for value in subtotals.values() if value > 0)
        assert plus[i, j] == pytest.approx(gains, abs=room)
        assert float(trace.layer.sum[i, j]) == pytest.approx(total, abs=room)


def test_the_face_is_told_as_its_provenance_says(client):
    page = client.get("/?network=faces").text
    line = re.sub("<[^>]*>", "", page.partition('class="ledger-sum">')[2].partition("</p>")[0])
    assert line.strip() == "+2.58 for −1.26 against −0.25 bias ≈ +1.07"
    assert "the bars’ scale" not in page
    silenced = client.get("/?network=faces&7.off=0,1,5,36").text
    assert "4 left out, and the bars’ scale fits the others" in silenced
    assert [f'id="row-{q}"' in page for q in (0, 1, 5, 36, 2)] == [True] * 4 + [False]
    assert "the other 41" in page
    assert "what one adds ±0.3 (× 10)" in page
    sheet = client.get("/?network=faces&rows=all").text
    assert "Full colour: output ±3; what one adds ±0.3 (× 10)." in sheet


@pytest.mark.parametrize("how", [{}, {"off": (2, 5)}])
def test_who_says_yes_and_who_says_no_stand_in_order(tracer, how):
    experiment = stack(3, 16, **how)
    trace = tracer.trace(experiment)
    ledger = figure_of(trace, Links(experiment, "")).ledger
    i, j = trace.pixel
    added = {
        q: float(part[i, j]) for q, part in enumerate(trace.layer.partials) if part is not None
    }
    found = {word: [account.channel.q for account in loud] for word, loud in ledger.order}
    assert found == {
        "yes": sorted((q for q in added if added[q] > 0), key=lambda q: -added[q]),
        "no": sorted((q for q in added if added[q] < 0), key=lambda q: added[q]),
    }
    assert ledger.pixel == (7, 9)
