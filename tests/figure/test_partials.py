"""The sheet of all partials: one picture, each tile a channel's part of it."""

import io
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from PIL import Image

from multiconv.experiment.link import read
from multiconv.experiment.model import ALL
from multiconv.figure.channels import channels_of
from multiconv.figure.links import Links
from multiconv.figure.partials import columns_of, partials_of, partials_picture
from multiconv.figure.planes import map_plane
from multiconv.imaging import colour
from multiconv.imaging.ranges import automatic_range
from multiconv.networks.shipped import network
from tests.figure.test_ledger import stack


def sheet(app, experiment):
    tracer = app.extensions["multiconv"]
    trace = tracer.trace(experiment)
    links = Links(experiment, "b")
    return trace, tracer, partials_of(trace, channels_of(trace), links)


def with_all(experiment):
    return replace(experiment, focus=replace(experiment.focus, rows=ALL))


@pytest.mark.parametrize(("inputs", "off"), [(4, ()), (16, (3,)), (45, ())])
def test_each_tile_is_its_partials_picture(app, inputs, off):
    trace, tracer, found = sheet(app, with_all(stack(1, inputs, off=off)))
    with Image.open(io.BytesIO(partials_picture(trace))) as picture:
        shown = np.asarray(picture)
    assert shown.shape == found.size
    high, wide = found.tile
    for tile in found.tiles:
        part = shown[tile.top : tile.top + high, tile.left : tile.left + wide]
        own = map_plane(f"partial-{tile.channel.q}", trace, tracer).bytes_shown()
        assert (part == own).all()
    assert [tile.channel.off for tile in found.tiles].count(True) == len(off)


def test_large_maps_are_shown_by_their_means(app):
    experiment = stack(2, 6)
    large = replace(experiment, source=replace(experiment.source, size=160))
    trace, _, found = sheet(app, with_all(large))
    assert found.tile == (80, 80)
    with Image.open(io.BytesIO(partials_picture(trace))) as picture:
        first = np.asarray(picture)[:80, :80].astype(int)
    means = trace.layer.partials[0].reshape(80, 2, 80, 2).mean(axis=(1, 3))
    extent = trace.range / trace.gain
    wanted = 127 + np.rint(127 * np.clip(means / extent, -1, 1))
    assert np.abs(first - wanted).max() <= 1


def test_there_is_a_sheet_only_where_it_is_asked_for(app):
    assert sheet(app, stack(1, 16))[2] is None
    found = sheet(app, with_all(stack(1, 16)))[2]
    assert "rows" not in dict(parse_qsl(urlsplit(found.back).query))


def test_the_page_has_the_sheet_in_the_rows_place(client):
    page = client.get("/?network=faces&layer=2&rows=all").text
    assert page.count('class="partial-tile"') == 16
    assert 'class="row' not in page
    address = page.partition('<image href="/maps/partials.png')[2].partition('"')[0]
    answer = client.get("/maps/partials.png" + address.replace("&amp;", "&"))
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.size == (97 * columns_of(16), 97 * 4)


@pytest.mark.parametrize("gain", [None, 10])
def test_with_ranges_of_their_own_each_tile_has_that_of_its_partial(app, client, gain):
    link = "network=faces&layer=2&rows=all&ranges=each&size=160" + (f"&gain={gain}" if gain else "")
    trace, _, found = sheet(app, read(parse_qsl(link), networks=network))
    with Image.open(io.BytesIO(client.get(found.address).data)) as picture:
        shown = np.asarray(picture)
    high, wide = found.tile
    assert (high, wide) == trace.layer.geometry.output_size
    for tile in found.tiles:
        part = shown[tile.top : tile.top + high, tile.left : tile.left + wide]
        plane = trace.layer.partials[tile.channel.q]
        extent = automatic_range((plane,)) / (gain or 1)
        assert (part == colour.indices(plane, extent)).all()
