"""One pixel's tables say what the engine's probe says."""

import re

import pytest

from multiconv.experiment.link import read
from multiconv.figure.channels import channels_of
from multiconv.figure.pixel import level_kind, pixel_of


@pytest.mark.parametrize(("level", "kind"), [(0, "g0 dark"), (127, "g7 dark"), (255, "g15")])
def test_levels_have_one_of_sixteen_greys(level, kind):
    assert level_kind(level) == kind


def test_the_tables_are_the_probes(app):
    trace = app.extensions["multiconv"].trace(read([("size", "24"), ("off", "1"), ("i", "0")]))
    pixel, probe = pixel_of(trace, channels_of(trace)), trace.probe(*trace.pixel)
    assert [tables.channel.q for tables in pixel.channels] == [0, 2]
    for tables, channel in zip(pixel.channels, probe.channels, strict=True):
        levels = [[int(cell.text) for cell in row] for row in tables.window]
        assert (channel.values * 255).round().astype(int).tolist() == levels
        assert {cell.kind for cell in tables.window[0]} == {"pad"}


def test_the_last_line_is_the_value(client):
    page = client.get("/?size=24&activation=relu&bias=-9,0,0,0,0").text
    assert re.findall(r'class="final">([^<]*)<', page)[-1] == "ReLU ≈ 0.000"
