"""Principal components against singular values of the same patches; random banks' bounds."""

import numpy as np
import pytest

from multiconv.errors import InvalidValue, NotFound
from multiconv.filters.learned import principal_components, seeded


def test_components_are_the_singular_directions_of_all_patches():
    x = np.random.default_rng(3).random((14, 11, 3))
    found = principal_components(x, (3, 2), 6)
    patches = np.array(
        [x[i : i + 3, j : j + 2].ravel() for i in range(14 - 2) for j in range(11 - 1)]
    )
    _, sizes, directions = np.linalg.svd(patches - patches.mean(axis=0), full_matrices=False)
    shares = sizes**2 / (sizes**2).sum()
    np.testing.assert_allclose(found.explained, shares[:6], rtol=1e-9)
    for k in range(6):
        along = abs(found.filters[..., k].ravel() @ directions[k])
        assert along == pytest.approx(1, abs=1e-6)


def test_components_are_orthonormal_and_their_largest_weight_is_positive():
    x = np.random.default_rng(5).random((40, 40, 3))
    filters = principal_components(x, (5, 5), 12).filters.reshape(75, 12)
    np.testing.assert_allclose(filters.T @ filters, np.eye(12), atol=1e-9)
    assert (filters[np.abs(filters).argmax(axis=0), range(12)] > 0).all()


def test_a_flat_picture_explains_nothing_and_breaks_nothing():
    found = principal_components(np.full((9, 9, 3), 0.5), (3, 3), 4)
    assert found.explained == (0, 0, 0, 0)
    assert np.isfinite(found.filters).all()


def test_shares_of_all_components_sum_to_one():
    x = np.random.default_rng(6).random((20, 20, 3))
    assert sum(principal_components(x, (2, 2), 12).explained) == pytest.approx(1)


@pytest.mark.parametrize(
    ("size", "outputs", "field"),
    [((9, 3), 1, "kernel"), ((2, 2), 0, "outputs"), ((2, 2), 13, "outputs")],
)
def test_what_does_not_fit_is_told(size, outputs, field):
    with pytest.raises(InvalidValue) as error:
        principal_components(np.zeros((8, 8, 3)), size, outputs)
    assert error.value.field == field


def test_the_channel_that_alone_differs_explains_all():
    x = np.zeros((8, 8, 2))
    x[:, ::2, 0] = 1.0
    found = principal_components(x, (1, 2), 2)
    assert found.filters[0, :, 0, 0] == pytest.approx([0.5**0.5, -(0.5**0.5)])
    assert found.explained == pytest.approx((1, 0))


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
