"""PNG files by Pillow, packed in haste: runs and frequencies are nearly all there is to gain."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.uint8]


def png_grey(plane: Plane) -> bytes:
    """Return a grey PNG of a (H, W) uint8 plane."""
    return _saved(Image.fromarray(plane))


def png_indexed(indices: Plane, palette: Plane) -> bytes:
    """Return a PNG of (H, W) uint8 indices into a (256, 4) uint8 RGBA palette."""
    size = indices.shape[1], indices.shape[0]
    image = Image.frombuffer("P", size, np.ascontiguousarray(indices), "raw", "P", 0, 1)
    image.putpalette(palette[:, :3].tobytes())
    alphas = palette[:, 3]
    return _saved(image, **({} if alphas.min() == 255 else {"transparency": alphas.tobytes()}))


def png_rgb(pixels: Plane) -> bytes:
    """Return a PNG of (H, W, 3) uint8 pixels."""
    return _saved(Image.fromarray(pixels))


def pixels_of(body: bytes) -> Plane:
    """Return the pixels of a file that the store's first version wrote, or raise `ValueError`."""
    try:
        with Image.open(BytesIO(body), formats=["PNG"]) as image:
            return np.array(image.convert("RGB"))
    except (OSError, SyntaxError) as error:
        raise ValueError(str(error)) from None


def png_size(head: bytes) -> tuple[int, int]:
    """Return the (height, width) of such a file, from its beginning, or raise `ValueError`."""
    if not head.startswith(b"\x89PNG") or len(head) < 24:
        raise ValueError("This is no PNG.")
    width, height = struct.unpack_from(">II", head, 16)
    return height, width


def _saved(image: Image.Image, **extra: Any) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", compress_level=1, compress_type=zlib.Z_RLE, **extra)
    return file.getvalue()
