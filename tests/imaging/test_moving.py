"""Films as files carry nothing but frames."""

import io

import numpy as np
import pytest
from PIL import Image

from multiconv.imaging.films import running_sum
from multiconv.imaging.moving import encoded


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_the_kind_is_what_it_says(kind):
    film = running_sum([np.ones((4, 5)), -np.ones((4, 5))], 0.0, 2.0)
    image = Image.open(io.BytesIO(encoded(film, kind)))
    assert image.format == kind.upper()
    assert image.n_frames == 3
    assert "comment" not in image.info


def test_a_gif_keeps_every_colour_exactly():
    film = running_sum([np.linspace(-1, 1, 255)[np.newaxis]], 0.0, 1.0)
    image = Image.open(io.BytesIO(encoded(film, "gif")))
    image.seek(1)
    shown = np.array(image.convert("RGB"))
    np.testing.assert_array_equal(shown, film.palette[film.frames[1], :3])
