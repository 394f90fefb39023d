"""One zlib stream out of parts that were packed by themselves, read back by zlib."""

import zlib

import numpy as np
import pytest

from multiconv.imaging.deflated import deflated

NOISE = np.random.default_rng(5).integers(0, 256, 300_000, dtype=np.uint8)
FULL = np.full(200_000, 255, np.uint8)  # makes the checksum's sums as large as they get
EMPTY = NOISE[:0]


@pytest.mark.parametrize(
    "parts",
    [
        [[NOISE]],
        [[EMPTY]],
        [[NOISE], [FULL]],
        [[FULL], [FULL, FULL], [NOISE[:1]]],
        [[EMPTY], [NOISE[:7]], [], [NOISE[7:], FULL[:3]]],
    ],
)
def test_zlib_reads_the_parts_one_after_the_other(parts):
    whole = b"".join(lines.tobytes() for part in parts for lines in part)
    assert zlib.decompress(deflated(parts)) == whole  # zlib refuses a wrong checksum


def test_parts_may_be_computed_as_they_are_packed():
    def squares():
        for at in range(3):
            yield np.full((2, 4), at * at, np.uint8)

    assert zlib.decompress(deflated([squares()])) == bytes([0] * 8 + [1] * 8 + [4] * 8)


def test_a_part_that_fails_fails_as_a_whole():
    def broken():
        yield NOISE
        raise MemoryError

    with pytest.raises(MemoryError):
        deflated([[NOISE], broken()])
