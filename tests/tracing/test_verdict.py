"""What is measured of a challenge's figure, against loops and SciPy that are not this code."""

from __future__ import annotations

import numpy as np

from multiconv.experiment.challenges import CHALLENGES
from multiconv.tracing.verdict import inside


def test_a_region_is_the_pixels_whose_middles_lie_in_it():
    for region in {each for one in CHALLENGES for crit in one.criteria for each in crit.regions}:
        found = inside(region, (160, 160))
        for row in range(0, 160, 3):
            for column in range(0, 160, 3):
                far = ((row + 0.5 - region.row) ** 2 + (column + 0.5 - region.column) ** 2) ** 0.5
                assert found[row, column] == (region.inner <= far <= region.outer)
        assert np.count_nonzero(found) > 300
