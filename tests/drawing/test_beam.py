"""From an input pixel to its stamp: where it lies is checked in tests/js/test_shared.py."""

import pytest

from multiconv.drawing.beam import Stamp, beam_of
from multiconv.drawing.marks import Mark
from multiconv.drawing.slabs import Matrix

FACES = Matrix((50.0, -30.0, 0.0, 40.0, 0.0, 30.0)), Matrix((100.0, -60.0, 0.0, 80.0, 7.0, 90.0))


def test_one_pixel_that_is_all_there_is_stamps_the_whole_output():
    beam = beam_of(Stamp(Mark(0, 0, 1, 1), Mark(0, 0, 4, 4), ""), ((1, 1), (4, 4)), FACES)
    assert beam.pixel == ((0, 30), (50, 0), (50, 40), (0, 70))
    assert beam.patch == ((7, 90), (107, 30), (107, 110), (7, 170))
    assert beam.lines == "M0 30L7 90M50 0L107 30M50 40L107 110M0 70L7 170"


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 999), (999, 999), (500, 3)])
def test_a_pixel_of_a_large_map_is_seen_and_on_the_face(row, column):
    mark = Mark(row, column, 1, 1)
    beam = beam_of(Stamp(mark, mark, ""), ((1000, 1000), (1000, 1000)), FACES)
    for quad, (a, b, _, d, e, f) in ((beam.pixel, FACES[0]), (beam.patch, FACES[1])):
        across = [(x - e) / a for x, _ in quad]
        down = [(y - f - b * u) / d for (_, y), u in zip(quad, across, strict=True)]
        assert all(-0.001 <= share <= 1.001 for share in (*across, *down))
        assert quad[1][0] - quad[0][0] == pytest.approx(4, abs=0.02)
        assert quad[3][1] - quad[0][1] == pytest.approx(4, abs=0.02)
