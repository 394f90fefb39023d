"""TIFF: what its first directory must say before Pillow opens it, and what Pillow gets wrong."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from multiconv.errors import TooLarge
from multiconv.experiment.model import Limits
from multiconv.imaging.guards import check_size, check_unpacked, cut_short, rare

_MOST_PIECES = 2**16
_WIDTH, _HEIGHT, _BITS, _PACKING, _MODEL, _SIDE, _SAMPLES = 256, 257, 258, 259, 262, 274, 277
_ROWS, _PLANAR, _ACROSS, _DOWN, _FORM, _SUBSAMPLING = 278, 284, 322, 323, 339, 530
_COLOURS = 320
_STRIPS, _TILES, _LISTS = 273, 324, (273, 279, 324, 325)
_WHITE_IS_ZERO, _YCBCR, _APART, _SIGNED, _UNPACKED = 0, 6, 2, 2, 1
_NATIVE = {"I;16S": "I;16NS", "I;16BS": "I;16NS", "I;32S": "I;32NS", "I;32BS": "I;32NS"}
_NATIVE |= {"F;32F": "F;32NF", "F;32BF": "F;32NF"}


class Samples(NamedTuple):
    """What a TIFF says of its samples, for which Pillow's modes are too few."""

    bits: int = 0
    signed: bool = False
    white_is_zero: bool = False
    side: int = 0
    palette: bytes = b""  # where its colours have 8 bits and not the 16 that they should

    def values(self, image: Image.Image) -> NDArray[Any] | None:
        """Return the values of greys of many levels; None of other pictures."""
        if image.mode == "L" and self.signed:
            return np.asarray(image).view(np.int8)
        if image.mode == "I" and self.bits == 32 and not self.signed:
            return np.asarray(image).view(np.uint32)
        return np.asarray(image) if image.mode[0] in "IF" else None

    @property
    def top(self) -> int:
        """The largest value that there can be."""
        return int(2 ** (self.bits or 16) - 1)


def check_directory(body: bytes, limits: Limits) -> None:
    """Raise if the first directory tells of too large a picture, too many pieces, or too few."""
    head = body[: 16 if 43 in body[2:4] else 8]  # 43: BigTIFF
    tags, file = TiffImagePlugin.ImageFileDirectory_v2(head), BytesIO(body)
    file.seek(tags.next)
    tags.load(file)
    height, width = tags.get(_HEIGHT), tags.get(_WIDTH)
    if not (isinstance(height, int) and isinstance(width, int)):
        return  # Pillow has words for that
    check_size((height, width), limits)
    bits = tags.get(_BITS, (1,))
    bits = max(bits) if isinstance(bits, tuple) and bits else 1
    samples = tags.get(_SAMPLES, 1)
    if isinstance(samples, int):
        check_unpacked(height * width * samples * bits // 8, "TIFF")
    pieces = {tag: _count(tags.get(tag)) for tag in _LISTS}
    most = max(pieces.values())
    if most > _MOST_PIECES:
        raise TooLarge(
            f"The TIFF is stored in {most} pieces.",
            f"The limit is {_MOST_PIECES}: save it as PNG, and choose that.",
            field="image",
            limit=f"{_MOST_PIECES} pieces",
        )
    unpacked = tags.get(_PACKING, _UNPACKED) == _UNPACKED
    if unpacked and tags.get(_MODEL) == _YCBCR and tags.get(_SUBSAMPLING, (1, 1)) != (1, 1):
        raise rare("The TIFF keeps fewer colours than pixels, unpacked (YCbCr, subsampled).")
    in_tiles = pieces[_TILES] > 0
    down: Any = tags.get(_DOWN) if in_tiles else tags.get(_ROWS, height)
    across: Any = tags.get(_ACROSS) if in_tiles else width
    planes: Any = samples if tags.get(_PLANAR) == _APART else 1
    if all(isinstance(number, int) and number > 0 for number in (down, across, planes)):
        needed = -(-height // min(down, height)) * -(-width // across) * planes
        if pieces[_TILES] + pieces[_STRIPS] < needed:
            raise cut_short()


def _count(value: Any) -> int:
    return 0 if value is None else len(value) if isinstance(value, tuple | bytes) else 1


def _form(tile: Any) -> str:
    return str(tile.args[0])


def _as_form(tile: Any, form: str) -> Any:
    """Return one of Pillow's tiles with its samples in another form."""
    return tile._replace(args=(form, *tile.args[1:]))


def mended(image: TiffImagePlugin.TiffImageFile) -> Samples:
    """Let Pillow read 16-bit planes, and packed values in this machine's order; tell of samples."""
    tags = image.tag_v2
    bits = max(tags.get(_BITS, (1,)))
    unpacked = image.info.get("compression") == "raw"
    if unpacked and tags.get(_PLANAR) == _APART and bits == 16:
        if image.mode not in ("RGB", "RGBA"):
            raise rare("The TIFF keeps channels of 16 bits apart, and has other colours than RGB.")
        order = "B" if tags.prefix == b"MM" else "L"
        image.tile = [_as_form(tile, f"{_form(tile)};16{order}") for tile in image.tile]
    elif not unpacked:
        image.tile = [_as_form(tile, _NATIVE.get(_form(tile), _form(tile))) for tile in image.tile]
    colours = tags.get(_COLOURS, (256,))
    palette = (
        np.reshape(colours, (3, -1)).T.astype(np.uint8).tobytes() if max(colours) < 256 else b""
    )
    signed = _SIGNED in np.atleast_1d(tags.get(_FORM, 1))
    white_is_zero = tags.get(_MODEL, _WHITE_IS_ZERO) == _WHITE_IS_ZERO
    return Samples(bits, signed, white_is_zero, int(tags.get(_SIDE, 1)), palette)
