"""Random banks: their bounds, their spread, and that they never change."""

import numpy as np
import pytest

from multiconv.errors import NotFound
from multiconv.filters.seeded import seeded


@pytest.mark.parametrize(
    ("kind", "bound"), [("glorot", (6 / (147 + 490)) ** 0.5), ("he", (6 / 147) ** 0.5)]
)
def test_uniform_up_to_the_bound_of_the_paper(kind, bound):
    filters = seeded(kind, 11, (7, 7), 10)
    assert np.abs(filters).max() <= bound
    assert np.abs(filters).max() > 0.99 * bound
    assert filters.var() == pytest.approx(bound**2 / 3, rel=0.1)
    assert filters.mean() == pytest.approx(0, abs=0.05 * bound)


def test_the_same_seed_gives_the_same_filters_for_ever():
    first = seeded("he", 1, (1, 1), 2)
    # PCG64(1)'s first raw numbers, their upper 53 bits, over the interval of ±√2.
    raw = (9441442522235856127, 17532960557476522086)
    shares = [(each >> 11) / 2**53 for each in raw]
    expected = [(2 * share - 1) * 2**0.5 for share in shares]
    assert first.ravel()[:2].tolist() == pytest.approx(expected, abs=1e-15)


def test_another_seed_gives_others_and_another_kind_is_refused():
    assert not np.array_equal(seeded("he", 1, (3, 3), 4), seeded("he", 2, (3, 3), 4))
    with pytest.raises(NotFound, match="orthogonal"):
        seeded("orthogonal", 1, (3, 3), 4)
