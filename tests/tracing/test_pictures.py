"""The picture that an experiment names: its size, its pixels, the pixel shown first."""

from __future__ import annotations

import numpy as np
import pytest

from multiconv.errors import NotFound
from multiconv.experiment.model import Experiment, Focus, Limits, Source
from multiconv.imaging.samples import SAMPLES
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.pictures import levels_of, pinned, sample_of, size_of


@pytest.fixture
def store(tmp_path):
    return Store(FolderBlobs(tmp_path), Limits().store_bytes)


@pytest.mark.parametrize("size", [1, 33, 160, 1000, None])
@pytest.mark.parametrize("shape", [(50, 70), (501, 33), (1, 300)])
def test_the_size_told_is_the_size_that_comes(store, shape, size):
    name = store.put(np.zeros((*shape, 3), np.uint8))
    source = Source(name, size)
    assert levels_of(source, store).shape[:2] == size_of(source, store)


@pytest.mark.parametrize("size", [1, 47, 160, None])
@pytest.mark.parametrize("name", SAMPLES)
def test_so_it_is_with_samples(store, name, size):
    source = Source(f"sample:{name}", size)
    assert levels_of(source, store).shape[:2] == size_of(source, store)


@pytest.mark.parametrize("image", ["sample:nobody", "sample:", "0" * 64])
def test_what_is_not_there_is_told(store, image):
    with pytest.raises(NotFound) as caught:
        size_of(Source(image), store)
    assert caught.value.field == "image"
    with pytest.raises(NotFound):
        levels_of(Source(image), store)


def test_the_portraits_own_pixel_is_on_the_suit(store):
    i, j = pinned(Experiment(), (160, 160))
    red, _, blue = levels_of(Source(), store)[i, j] / 255
    assert red > 0.8
    assert blue < 0.45
    assert sample_of(Source()) is SAMPLES["portrait"]


def test_an_uploads_pixel_is_the_middle_unless_pinned():
    upload = Experiment(source=Source("0" * 64))
    assert pinned(upload, (9, 20)) == (4, 10)
    assert pinned(Experiment(source=upload.source, focus=Focus(i=8)), (9, 20)) == (8, 10)
    assert pinned(upload, (1, 1)) == (0, 0)
