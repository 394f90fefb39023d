"""The API's answers against PyTorch on the same decoded pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from multiconv.imaging.samples import SAMPLES

torch = pytest.importorskip(
    "torch", reason="PyTorch (the extra `oracles`) is not installed: its comparisons did not run"
)

FILTERS = np.random.default_rng(0).normal(size=(3, 5, 3)).round(3)  # kh, kw, q
BIAS = -0.375
STRIDES, PADS, DILATIONS = (2, 1), (1, 2), (1, 2)


@pytest.mark.parametrize("image", [*(f"sample:{name}" for name in SAMPLES), "JPEG", "PNG", "BMP"])
def test_sum_and_probe(client, upload, picture, image):
    if ":" not in image:
        image = upload(picture(image, 210, 180, seed=4), json=True).json["id"]
    link = {
        **{"image": image, "size": "96", "kernel": "3x5", "strides": "2x1", "padding": "1x2"},
        **{"dilations": "1x2", "bias": f"{BIAS},0,0,0,0"},
        **{f"w.{q}.0": ",".join(map(str, FILTERS[..., q].ravel())) for q in range(3)},
    }
    body = client.get("/maps/input.png", query_string={"image": image, "size": "96"}).data
    pixels = np.asarray(Image.open(io.BytesIO(body)), np.float64) / 255
    expected = torch.nn.functional.conv2d(
        torch.from_numpy(pixels.transpose(2, 0, 1)[np.newaxis].copy()),
        torch.from_numpy(FILTERS.transpose(2, 0, 1)[np.newaxis].copy()),
        torch.tensor([BIAS], dtype=torch.float64),
        stride=STRIDES,
        padding=PADS,
        dilation=DILATIONS,
    ).numpy()[0, 0]
    answer = client.get("/maps/sum.npy", query_string=link)
    found = np.load(io.BytesIO(answer.data))
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5
    rows, columns = expected.shape
    for i, j in ((0, 0), (rows // 2, columns // 3), (rows - 1, columns - 1)):
        told = client.get("/api/probe", query_string=link | {"i": i, "j": j}).json
        assert abs(told["total"] - expected[i, j]) < 1e-5
