"""Pictures of every kind as Chromium itself shows them, beside the table's rules and our pixels."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from playwright.sync_api import Browser

from multiconv.experiment.model import LIMITS
from multiconv.imaging.decode import decode
from tests.imaging import test_spaces as spaces
from tests.imaging.table import cells, coded_cells

SHOW = """async (address) => {
  const image = new Image();
  image.src = address;
  try { await image.decode(); } catch { return null; }
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const drawing = canvas.getContext("2d");
  drawing.fillStyle = "white";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.drawImage(image, 0, 0);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  return [canvas.height, canvas.width, Array.from(data)];
}"""


@pytest.fixture(scope="module")
def show(browser: Browser):
    """What Chromium shows of a file on white: (H, W, 3) levels; None if it shows none."""
    page = browser.new_page()

    def shown(body: bytes, mime: str):
        found = page.evaluate(SHOW, f"data:{mime};base64,{base64.b64encode(body).decode()}")
        return found and np.array(found[2], float).reshape(found[0], found[1], 4)[..., :3]

    yield shown
    page.close()


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_the_rules_are_those_of_a_browser(show, kind):
    agreed = 0
    for name, cell in cells().items():
        if name.startswith(kind):
            colours = show(cell.body, cell.mime)
            assert np.abs(colours - cell.colours).max() <= max(2.5, cell.within), name
            agreed += 1
    assert agreed >= 18


@pytest.mark.parametrize("kind", ["JPEG", "WebP", "AVIF"])
def test_what_is_packed_with_loss_is_as_a_browser_shows_it(show, kind):
    for name, cell in coded_cells():
        if name.startswith(kind):
            colours = show(cell.body, cell.mime)
            assert np.abs(decode(cell.body, LIMITS).pixels - colours).max() <= cell.within, name


SPACES = {
    "gAMA": [spaces.gama(100_000)],
    "gAMA of sRGB": [spaces.gama(45_455)],
    "gAMA, darker": [spaces.gama(40_000)],
    "gAMA and cHRM": [spaces.chrm(spaces.P3_POINTS), spaces.gama(55_556)],
    "cICP, P3": [spaces.cicp(12, 13)],
    "cICP, BT.2020": [spaces.cicp(9, 13)],
    "cICP, linear": [spaces.cicp(1, 8)],
    "cICP, video": [spaces.cicp(1, 1)],
    "cICP before gAMA": [spaces.gama(100_000), spaces.cicp(12, 13)],
    "iCCP, P3": [spaces.iccp(spaces.P3)],
    "sRGB before gAMA": [(b"sRGB", b"\0"), spaces.gama(100_000)],
}


@pytest.mark.parametrize("name", SPACES)
def test_colour_spaces_of_png_are_shown_as_a_browser_shows_them(show, name):
    body = spaces.png(spaces.COLOURS, SPACES[name])
    ours = decode(body, LIMITS).pixels.astype(int)
    assert np.abs(ours - show(body, "image/png")).max() <= 3


@spaces.AVIF
@pytest.mark.parametrize("numbers", [(1, 13), (1, 1), (12, 13), (9, 13), (1, 8), (1, 4), (2, 2)])
def test_colour_spaces_of_avif_are_shown_as_a_browser_shows_them(show, numbers):
    body = spaces.avif(*numbers)
    ours = decode(body, LIMITS).pixels.astype(int)
    flat = np.abs(ours - show(body, "image/avif"))[8, 8::16]
    assert flat.max() <= (14 if numbers == (1, 8) else 4)
