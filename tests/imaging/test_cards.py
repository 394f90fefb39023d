"""The generated samples show exactly what they claim."""

import numpy as np

from multiconv.imaging import cards
from multiconv.imaging.resize import resized


def test_the_edge_is_in_colour_and_not_in_luminance():
    card = cards.edge().astype(int)
    assert (card @ [299, 587, 114] == 113864).all()
    red, green = np.unique(card.reshape(-1, 3), axis=0)[::-1]
    assert red[0] - green[0] > 200
    assert green[1] - red[1] > 100


def test_the_edge_stays_exact_at_half_its_size():
    assert len(np.unique(resized(cards.edge(), 160).reshape(-1, 3), axis=0)) == 2


def test_the_discs_have_their_colours():
    card = cards.discs()
    assert card.shape == (320, 320, 3)
    centres = card[[80, 80, 240, 240], [80, 240, 80, 240]].tolist()
    assert centres == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]
    assert not card[[0, 160, 319], [0, 160, 319]].any()


def test_the_gratings_cancel_over_the_channels():
    card = cards.gratings().astype(int)
    assert np.abs(card.sum(axis=-1) - 3 * 127.5).max() <= 2
    assert np.ptp(card, axis=(0, 1)).min() >= 253


def test_the_gratings_sweep_frequency_and_orientation():
    red = cards.gratings()[..., 0].astype(int)
    middle_row = np.sign(red[160] - 127.5)
    crossings = np.flatnonzero(np.diff(middle_row[160:])).astype(int)
    assert len(crossings) == 20  # ten stripes from the centre to a side: 160² / 2560
    assert crossings[-1] - crossings[-2] < crossings[1] - crossings[0]
    assert np.abs(red - red.T).max() <= 1
