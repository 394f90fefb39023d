"""What of TIFF is mended, or refused before Pillow shows it wrong."""

import numpy as np
import pytest
from PIL import Image

from multiconv.errors import TooLarge, UnsupportedPicture
from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from tests.imaging import handmade
from tests.imaging.table import samples, tiff_file

TABLE = np.random.default_rng(2).integers(0, 256, (256, 3))


def test_a_palette_of_8_bits_where_16_should_be_is_read_as_it_is_meant():
    index = samples(1, 8)
    levels = TABLE.T.ravel().tolist()
    for values in (levels, [257 * level for level in levels]):
        body = tiff_file(index, 8, 3, table=values)
        assert (decode(body, LIMITS).pixels == TABLE[index[..., 0]]).all()


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_shorter_palettes_of_8_bits_too(bits):
    index, table = samples(1, bits), TABLE[: 2**bits]
    body = tiff_file(index, bits, 3, table=table.T.ravel().tolist())
    assert (decode(body, LIMITS).pixels == table[index[..., 0]]).all()


def test_fewer_colours_than_pixels_are_refused_with_a_way_out():
    image = Image.new("YCbCr", (8, 8), (90, 20, 200))
    for halves in ((2, 2), (2, 1), (4, 1)):
        with pytest.raises(UnsupportedPicture, match="YCbCr") as caught:
            decode(handmade.saved(image, "TIFF", tiffinfo={530: halves}), LIMITS)
        assert "PNG" in caught.value.remedy
    red = decode(handmade.saved(image, "TIFF"), LIMITS).pixels[0, 0]
    assert np.abs(red - np.array([191, 75, 0])).max() <= 2  # by ITU-R BT.601


def test_what_unpacks_to_more_than_a_photograph_is_refused_unread():
    entries = [(256, 4, 1, 7000), (257, 4, 1, 7000), (258, 3, 1, 16), (259, 3, 1, 8),
               (262, 3, 1, 2), (277, 3, 1, 4)]  # fmt: skip
    with pytest.raises(TooLarge, match="unpacks to 392 MB") as caught:
        decode(handmade.tiff(entries), LIMITS)
    assert caught.value.limit == "210 MB"
    with pytest.raises(TooLarge, match="unpacks to 400 MB"):
        decode(handmade.png_claiming(5000, 10_000, depth=16, colour=6), LIMITS)
