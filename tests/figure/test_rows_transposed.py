"""A transposed layer in the figure: its rows, the rest and the bias are the sum, pixel by pixel."""

import re
from html import unescape
from urllib.parse import parse_qsl

import numpy as np
import pytest

from multiconv.experiment.link import read
from multiconv.figure.links import Links
from multiconv.figure.planes import map_plane
from multiconv.figure.stage import STAMPS, figure_of, stage_of
from multiconv.networks.shipped import network

PIXELS = 40


def of_link(query):
    return read(parse_qsl(query), networks=network)


@pytest.fixture
def tracer(app):
    return app.extensions["multiconv"]


def stamped_on(x, kernels, shape, i, j):
    """What each channel adds at a pixel: the definition's sum over the input, as it is written."""
    total = np.zeros(x.shape[2])
    (height, width), (kh, kw) = shape.input_size, kernels.shape[:2]
    (top, _), (left, _) = shape.pads
    for row, column in np.ndindex(height, width):
        di, dj = i - shape.strides[0] * row + top, j - shape.strides[1] * column + left
        if 0 <= di < kh and 0 <= dj < kw:
            total += x[row, column] * kernels[di, dj]
    return total


def shown(plane):
    """What a picture's colours stand for."""
    return (plane.bytes_shown().astype(float) - 127) / 127 * plane.range


def test_rows_rest_and_bias_are_the_sum_in_every_layer_of_the_generator(tracer):
    random = np.random.default_rng(7)
    for n in range(1, 6):
        trace = tracer.trace(of_link(f"network=emoji&layer={n}&k=1"))
        layer, x = trace.layer, np.asarray(trace.inputs, float)
        rows = [layer.partials[q].astype(float) for q in trace.rows]
        work = sum(np.abs(each) for each in layer.partials).astype(float)
        parts = sum(rows) + layer.rest(trace.rows)
        assert (np.abs(parts + layer.bias - layer.sum) <= 1e-5 * work).all()
        shares = layer.signed(1).astype(float) + layer.signed(-1)
        assert (np.abs(shares + layer.bias - layer.sum) <= 1e-5 * work).all()

        names = [*(f"partial-{q}" for q in trace.rows), "rest", "sum"]
        planes = [map_plane(name, trace, tracer) for name in names]
        *terms, total = map(shown, planes)
        clear = np.all([np.abs(each.plane) <= each.range for each in planes], axis=0)
        level = trace.range / 127
        assert clear.any()
        off = np.abs(sum(terms) + layer.bias - total)[clear]
        assert off.max() <= (len(planes) + 1) / 2 * level + 1e-5 * work.max()

        for i, j in random.integers(0, layer.geometry.output_size, (PIXELS, 2)).tolist():
            found = trace.probe(i, j)
            wanted = stamped_on(x, layer.filters, layer.geometry, i, j)
            subtotals = [channel.subtotal for channel in found.channels]
            assert subtotals == pytest.approx(wanted, abs=1e-9 * max(work[i, j], 1))
            assert found.total == pytest.approx(wanted.sum() + layer.bias, abs=1e-9)
            assert found.total == pytest.approx(layer.sum[i, j], abs=2e-6 * max(work[i, j], 1))


@pytest.mark.parametrize("inputs", [1, 2, 3, 4, 5])
def test_few_inputs_all_have_a_row_and_add_up(tracer, inputs):
    query = f"size=24&layers=2&layer=2&outputs={inputs}&2.kind=transposed&2.kernel=5x5&2.strides=2"
    experiment = of_link(query)
    trace = tracer.trace(experiment)
    figure = figure_of(trace, Links(experiment, "b"))
    assert [row.channel.q for row in figure.rows] == list(range(inputs))
    assert figure.rest is None
    assert (figure.ledger is not None) == (inputs > 3)
    assert figure.star == STAMPS
    total = sum(layer for layer in trace.layer.partials) + trace.layer.bias
    assert np.allclose(total, trace.layer.sum, atol=1e-5)
    window = trace.layer.geometry.window_of(*trace.pixel)
    outlined = [square for square in stage_of(figure).squares if square.outlined]
    assert len(outlined) == inputs * len(window.row_taps) * len(window.col_taps)


def test_maps_are_whole_multiples_and_z_is_told_by_its_numbers(client):
    page = unescape(client.get("/?network=emoji&layer=1&k=3&i=1&j=2&rows=17,40").text)
    assert "z[17]" in page
    assert ", z ±2.5; what one adds" in page
    assert "Followed back: all 100 numbers of z." in page
    plane, partial, output = (
        re.search(rf'name="{name}"[^>]* width="(\d+)" height="(\d+)"', page).groups()
        for name in (r"at\.input-17", r"at\.partial-17", "at")
    )
    assert (plane, partial, output) == (("96", "96"), ("96", "96"), ("320", "320"))
    assert 'class="outlines" d="M2.08 1.08h0.84v0.84h-0.84z"' in page
    figure = client.get("/stage.svg?network=emoji&layer=1&k=3&rows=17,40").text
    assert f">{STAMPS}<" in figure
    assert "z[17]" in figure


def test_a_picture_can_be_stamped_too(client):
    page = unescape(client.get("/?size=24&kind=transposed&kernel=5x5&strides=2&i=20&j=21").text)
    assert page.count(f">{STAMPS}</span>") == 3
    assert len(re.findall(r'class="weight [^"]*\breaches"', page)) == 3 * 6
    assert "24 · 2 = 48" in page
    assert "cuts 1 before and 2 after" in page
    assert "What if …" not in page
