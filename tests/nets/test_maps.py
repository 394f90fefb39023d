"""Numbers are within 1e-6 of Σ|products| of what they were, pictures and planes within a level."""

from __future__ import annotations

import numpy as np
import pytest

from tests.nets import observed
from tests.nets.comparing import values_apart
from tests.nets.data import recorded, recorded_arrays

INDEX = recorded("maps")
ROUNDING = 1e-6
LEVEL = 1


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["query"][:60])
def test_arrays(client, entry):
    found, flat = observed.arrays(client, entry["query"]), recorded_arrays("maps")
    assert found.keys() == entry["arrays"].keys()
    for name, old in entry["arrays"].items():
        new = found[name]
        what = f"{name} of ?{entry['query']}"
        assert (list(new.shape), str(new.dtype)) == (old["shape"], old["dtype"]), what
        sampled = observed.sample(new).astype(np.float64)
        here = slice(old["at"], old["at"] + sampled.size)
        off = np.abs(sampled - flat["values"][here])
        bounds = ROUNDING * flat["bounds"][here].astype(np.float64)
        _tell(off > bounds, sampled, flat["values"][here], new.shape, what)
        sums = np.abs(np.subtract(observed.totals(new), old["totals"]))
        assert (sums <= ROUNDING * old["slack"]).all(), f"{what}: sums are {sums} apart"


@pytest.mark.parametrize("entry", INDEX, ids=lambda entry: entry["query"][:60])
def test_pictures_and_planes(client, entry):
    query, flat = entry["query"], recorded_arrays("maps")["levels"]
    found, told = observed.levels(client, query, entry["k"])
    apart = values_apart(entry["told"], told)
    assert not apart, "\n".join([f"?{query}", *apart])
    for name, new in found.items():
        old = entry["levels"][name.removesuffix(" packed")]
        what = f"{name} of ?{query}"
        assert (list(new.shape), str(new.dtype)) == (old["shape"], old["dtype"]), what
        sampled = observed.sample(new).astype(int)
        before = flat[old["at"] : old["at"] + sampled.size].astype(int)
        # A level of colour is up to four of alpha.
        most = 4 * LEVEL if name.endswith("alpha") else LEVEL
        _tell(np.abs(sampled - before) > most, sampled, before, new.shape, what)
        mean = abs(observed.totals(new)[0] - old["totals"][0]) / new.size
        assert mean <= 0.02, f"{what}: the mean is {mean} apart"


def _tell(wrong, new, old, shape, what):
    """Fail with the first places that differ, each with what it was and what it is."""
    places = observed.places(int(np.prod(shape)))
    lines = [
        f"  at {tuple(map(int, np.unravel_index(places[n], shape)))}: {old[n]} was, {new[n]} is"
        for n in np.flatnonzero(wrong)[:5]
    ]
    assert not lines, "\n".join([f"{what}: {int(wrong.sum())} of {len(old)} differ", *lines])
