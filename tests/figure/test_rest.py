"""The rest: how many are for, how many against, what they come to."""

import json
import re
from html import unescape
from io import BytesIO

import numpy as np
import pytest

from multiconv.figure.links import Links
from multiconv.figure.stage import figure_of
from tests.figure.test_ledger import numbers, stack


@pytest.mark.parametrize("off", [(), (0, 7)])
def test_shares_are_counted_and_add_up(app, off):
    experiment = stack(2, 16, off=off)
    trace = app.extensions["multiconv"].trace(experiment)
    rest = figure_of(trace, Links(experiment, "b")).rest
    values = [trace.subtotal(q) for q in range(16) if q not in {*trace.rows, *off}]
    assert rest.title == f"the other {12 - len(off)}" == f"the other {len(values)}"
    assert numbers(rest.from_gains) == [sum(value > 0 for value in values)]
    assert numbers(rest.from_losses)[0] == sum(value < 0 for value in values)
    assert numbers(rest.gains)[0] + numbers(rest.losses)[0] == pytest.approx(sum(values), abs=0.02)
    assert numbers(rest.value)[0] == pytest.approx(sum(values), abs=6e-4)
    assert max(rest.bars) == 232
    assert "rows=" in rest.picture.address


def test_the_rest_has_a_picture_numbers_and_planes_of_its_own(client):
    query = "network=faces&layer=4&k=3&rows=1,2,30"
    page = unescape(client.get(f"/?{query}").text)
    said = re.search(r'name="at.rest" src="([^"]+)"', page)[1]
    assert "rows=1,2,30" in said
    assert client.get(said).data == client.get(f"/maps/rest.png?{query}").data
    rest, total, plus, minus, *rows = (
        np.load(BytesIO(client.get(f"/maps/{name}.npy?{query}").data)).astype(float)
        for name in ("rest", "sum", "for", "against", "partial-1", "partial-2", "partial-30")
    )
    bias = total - plus - minus
    assert np.ptp(bias) < 1e-5 * np.abs(total).max()
    assert np.allclose(sum(rows) + rest + bias.mean(), total, atol=1e-5 * np.abs(total).max())
    body = client.get(f"/api/planes?{query}&maps=rest,for,against").data
    head, _, planes = body.partition(b"\n")
    described = json.loads(head)["maps"]
    assert [each["name"] for each in described] == ["rest", "for", "against"]
    assert len(planes) == 3 * rest.size
    extent = json.loads(head)["range"]
    wanted = 127 + np.rint(127 * np.clip(rest / extent, -1, 1))
    assert (
        np.abs(np.frombuffer(planes[: rest.size], np.uint8).reshape(rest.shape) - wanted).max() <= 1
    )


def test_where_all_have_a_row_there_is_no_rest(client):
    assert client.get("/maps/rest.png").status_code == 404
    answer = client.get("/api/experiment?layers=2&layer=2&2.outputs=2&rows=0")
    assert (answer.status_code, answer.json["field"]) == (400, "rows")
    answer = client.get("/api/experiment?network=faces&rows=45")
    assert answer.status_code == 400
    assert "0 to 44" in answer.json["detail"]
