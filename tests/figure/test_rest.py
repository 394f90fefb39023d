"""The rest: how many are for, how many against, what they come to."""

import pytest

from multiconv.figure.links import Links
from multiconv.figure.stage import figure_of
from tests.figure.test_ledger import numbers, stack


@pytest.mark.parametrize("off", [(), (0, 7)])
def test_shares_are_counted_and_add_up(app, off):
    experiment = stack(2, 16, off=off)
    trace = app.extensions["multiconv"].trace(experiment)
    rest = figure_of(trace, Links(experiment, "b")).rest
    values = [trace.subtotal(q) for q in range(16) if q not in trace.rows]
    assert rest.title == "the other 12"
    assert numbers(rest.from_gains) == [sum(value > 0 for value in values)]
    assert numbers(rest.from_losses)[0] == sum(value < 0 for value in values)
    assert numbers(rest.gains)[0] + numbers(rest.losses)[0] == pytest.approx(sum(values), abs=0.02)
    assert numbers(rest.value)[0] == pytest.approx(sum(values), abs=6e-4)
    assert max(rest.bars) == 232
    assert "rows=" in rest.picture.address
