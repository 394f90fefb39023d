"""Every format × depth × colour × transparency is shown as its rule says, or refused in words."""

import re

import cv2
import numpy as np
import pytest

from multiconv.errors import UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from tests.imaging.table import cells, coded_cells

CELLS, CODED = cells(), dict(coded_cells())

# What Pillow does not open, or not as the format says: all of TIFF.
REFUSED = re.compile(
    r"TIFF ("
    r"grey (12|32), white is zero, .*|"
    r"grey (12|32), big endian.*|"
    r"grey 16, white is zero, big endian.*|"
    r"grey 16, lowest bit first, big endian|"
    r"grey 16 with .*|"
    r"colour (8|16) with (a fourth|opacity within), planes apart, (little|big) endian|"
    r"inks 16, planes apart, (little|big) endian"
    r")"
)


def test_the_table_is_large_and_little_of_it_is_refused():
    refused = [name for name in CELLS if REFUSED.fullmatch(name)]
    assert len(CELLS) + len(CODED) >= 120
    assert len(CELLS) - len(refused) >= 290


@pytest.mark.parametrize("name", CELLS)
def test_a_picture_is_right_or_refused(name):
    cell = CELLS[name]
    if REFUSED.fullmatch(name):
        with pytest.raises(UnsupportedPicture, match=r"save it as PNG"):
            decode(cell.body, LIMITS)
        return
    seen = decode(cell.body, LIMITS).pixels
    assert seen.shape == cell.colours.shape
    assert np.abs(seen - cell.colours).max() <= cell.within


@pytest.mark.parametrize("name", [name for name in CODED if not name.startswith("AVIF")])
def test_what_is_packed_with_loss_is_as_opencv_reads_it(name):
    cell = CODED[name]
    found = cv2.imdecode(np.frombuffer(cell.body, np.uint8), cv2.IMREAD_UNCHANGED)
    planes = np.atleast_3d(found).astype(float)
    colours = planes[..., :3][..., ::-1] if planes.shape[2] > 1 else planes.repeat(3, axis=2)
    if planes.shape[2] == 4:
        colours = 255 + (colours - 255) * planes[..., 3:] / 255
    assert np.abs(decode(cell.body, LIMITS).pixels - colours).max() <= cell.within


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_the_loops_agree_with_opencv_where_it_reads_a_file_without_opacity(kind):
    """That the rules in the table are understood as others understand them."""
    agreed = 0
    for name, cell in CELLS.items():
        plain = not re.search(
            r"clear|opacit|float|signed|fourth|second|lowest|12|32|inks|565|555", name
        )
        if name.startswith(kind) and plain:
            found = cv2.imdecode(np.frombuffer(cell.body, np.uint8), cv2.IMREAD_COLOR)
            if found is not None:
                assert np.abs(found[..., ::-1] - cell.colours).max() <= cell.within, name
                agreed += 1
    assert agreed >= 10
