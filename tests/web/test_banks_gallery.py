"""The gallery: its tiles, and what opens from them."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.figure.gallery import filter_pictures
from multiconv.filters.learned import seeded


def test_a_shelf_for_each_kind(client):
    text = client.get("/filters?image=sample:coffee").get_data(as_text=True)
    for title in ("Trained", "Learned from this picture", "Random, Glorot", "Random, He"):
        assert f">{title}</h2>" in text
    assert text.count('class="filter"') == 32 + 12 + 12 + 12
    assert text.count('class="response"') == 68
    assert "Together these 12 explain" in text


def test_every_trained_tile_leads_to_its_output_on_the_same_picture(client):
    text = client.get("/filters?image=sample:cat").get_data(as_text=True)
    for k in (1, 31):
        link = f"/?image=sample:cat&amp;filters=dlib&amp;k={k}"
        assert f'href="{link}"' in text
        assert client.get(link.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("kind", ["learned", "glorot", "he"])
def test_learned_and_random_filters_open_in_the_figure(kind, client, app):
    answer = client.post(f"/filters/{kind}?image=sample:cat&seed=9")
    assert answer.status_code == 303
    link = answer.headers["Location"]
    assert link.startswith("/?image=sample:cat&filters=")
    assert client.get(link).status_code == 200
    kept = app.extensions["multiconv_store"].get_array(link.rpartition("filters=")[2])
    assert kept.shape == (7, 7, 3, 12)
    if kind != "learned":
        np.testing.assert_array_equal(kept, seeded(kind, 9, (7, 7), 12))
    else:
        np.testing.assert_allclose((kept**2).sum(axis=(0, 1, 2)), 1)
    again = client.post(f"/filters/{kind}?image=sample:cat&seed=9")
    assert again.headers["Location"] == link


def test_a_tiny_picture_still_has_a_gallery(client, upload, picture):
    name = upload(picture(height=1, width=2), json=True).json["id"]
    assert client.get(f"/filters?image={name}").status_code == 200
    assert client.post(f"/filters/learned?image={name}").status_code == 303


@pytest.mark.parametrize("seed", ["-1", "x", "1000000", "1.5"])
def test_a_seed_that_is_none_is_told(client, seed):
    answer = client.get("/filters", query_string={"seed": seed})
    assert answer.status_code == 400
    assert "seed" in answer.get_data(as_text=True)


def test_grey_is_zero_and_full_is_the_largest_weight():
    filters = np.zeros((2, 1, 3, 2))
    filters[1, 0, :, 1] = (-4, 0, 2)
    blank, other = filter_pictures(filters)
    assert (blank == 128).all()
    assert other[1, 0].tolist() == [0, 128, 191]
