"""Uploads to pixels, pixels to files: the only module that imports Pillow."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, features

from multiconv.errors import MultiConvError, UnsupportedPicture
from multiconv.imaging import notes
from multiconv.imaging.bounds import (
    check_bytes,
    check_scans,
    check_size,
    too_many_pixels,
    too_much_memory,
)
from multiconv.imaging.container import Container, cut_short, damaged
from multiconv.imaging.containers import opened
from multiconv.imaging.exif import exif_orientation, turned
from multiconv.imaging.greys import levels_of
from multiconv.imaging.png import png_grey, png_indexed, png_rgb
from multiconv.imaging.profile import is_foreign
from multiconv.imaging.resize import resized

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

__all__ = ["Picture", "decoded", "png_grey", "png_indexed", "png_rgb", "resized"]

Pixels = NDArray[np.uint8]

_TIFF_BITS, _TIFF_ORIENTATION = 0x0102, 0x0112
_ROWS = 16


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded upload.

    Parameters
    ----------
    pixels : (H, W, 3) uint8, not to be written to
    notes : tuple of str
        What was done to it, a sentence each.
    """

    pixels: Pixels
    notes: tuple[str, ...] = ()


def decoded(body: bytes, limits: Limits) -> Picture:
    """Return an upload's pixels as RGB of 8 bits, upright, over white, without metadata.

    The kind is told from the content: PNG, JPEG, WebP, GIF, TIFF, BMP, and AVIF
    where Pillow has it.  Only the first frame is read.  Bytes, pixels, sides and
    a JPEG's scans are checked against the limits before anything is decoded.

    Parameters
    ----------
    body : bytes
    limits : Limits

    Returns
    -------
    Picture

    Raises
    ------
    UnsupportedPicture
        If it is empty, no picture, of another kind, damaged or cut short.
    TooLarge
        If it has more bytes, pixels, pixels a side or scans than the limits allow.

    Examples
    --------
    >>> from multiconv.experiment.model import LIMITS
    >>> picture = decoded(png_grey(np.array([[0, 255]], np.uint8)), LIMITS)
    >>> picture.pixels.shape, picture.notes
    ((1, 2, 3), ('It is grey: its three channels are equal.',))
    """
    check_bytes(body, limits)
    container = opened(body)
    if container.size is not None:
        check_size(container.size, limits)
        check_scans(container.scans, container.size, limits)
    if container.kind == "AVIF" and not _reads_avif():
        raise UnsupportedPicture(
            "The picture is AVIF, which the Pillow of this server does not read.",
            "Save it as PNG, JPEG or WebP, and choose that.",
            field="image",
        )
    told = [notes.FRAME] if container.animated else []
    told += [notes.PROFILE] if container.foreign else []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = _pixels(container, limits, told)
    except MultiConvError:
        raise
    except Image.DecompressionBombError:  # Pillow's own bound, far above ours
        raise too_many_pixels(limits) from None
    except MemoryError:
        raise too_much_memory() from None
    except Exception as error:  # whatever a decoder stumbles over, the file is at fault
        if isinstance(error, EOFError) or "truncated" in str(error):
            raise cut_short() from error
        raise damaged(container.kind) from error
    if _is_grey(pixels[::64]) and _is_grey(pixels):  # a few rows tell most colours already
        told.append(notes.GREY)
    return Picture(pixels, tuple(told))


@cache
def _reads_avif() -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # older Pillows do not know the word
        return bool(features.check("avif"))


def _is_grey(pixels: Pixels) -> bool:
    return all(np.array_equal(pixels[..., 0], pixels[..., q]) for q in (1, 2))


def _pixels(container: Container, limits: Limits, told: list[str]) -> Pixels:
    with Image.open(BytesIO(container.body), formats=[container.kind]) as image:
        check_size((image.height, image.width), limits)
        orientation = container.orientation
        if container.kind == "AVIF":
            orientation = exif_orientation(image.info.get("exif", b""))
        if container.kind in ("AVIF", "TIFF") and getattr(image, "is_animated", False):
            told.append(notes.FRAME)
        tags = getattr(image, "tag_v2", {})
        if tags.get(_TIFF_ORIENTATION) in range(2, 9):
            told.append(notes.TURNED)  # Pillow turns TIFF files itself, as it loads them
        profile = image.info.get("icc_profile")  # TIFF and AVIF come here as they are
        if isinstance(profile, bytes) and is_foreign(profile):
            told.append(notes.PROFILE)
        image.load()
        deep = container.deep or 16 in tags.get(_TIFF_BITS, ())
        if deep and not image.mode.startswith("I"):
            told.append(notes.DEEP)
        pixels = _as_rgb(image, told)
    if orientation != 1:
        told.append(notes.TURNED)
        pixels = turned(pixels, orientation)
    return pixels


def _as_rgb(image: Image.Image, told: list[str]) -> Pixels:
    if image.mode[0] in "IF":
        clear = image.info.get("transparency")
        return levels_of(np.asarray(image), clear, told)
    transform = _from_lab() if image.mode == "LAB" else None
    told.extend({"LAB": (notes.LAB,), "CMYK": (notes.CMYK,)}.get(image.mode, ()))
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    clear = False
    for top in range(0, image.height, _ROWS):  # a few rows at a time stay in the cache
        bottom = min(top + _ROWS, image.height)
        rows = image.crop((0, top, image.width, bottom))
        if image.has_transparency_data:
            rows, through = _over_white(rows)
            clear |= through
        if transform:
            rows = transform.apply(rows)
        pixels[top:bottom] = np.asarray(rows if rows.mode == "RGB" else rows.convert("RGB"))
    if clear:
        told.append(notes.WHITE)
    return pixels


def _from_lab() -> ImageCms.ImageCmsTransform:
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(*profiles, "LAB", "RGB")


def _over_white(image: Image.Image) -> tuple[Image.Image, bool]:
    """Return an image laid over white, and whether that shows anywhere."""
    if image.mode in ("La", "RGBa"):
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    image = image.convert("RGBA")
    alpha = image.getchannel("A")
    if alpha.getextrema()[0] == 255:
        return image, False
    white = Image.new("RGB", image.size, "white")
    white.paste(image.convert("RGB"), mask=alpha)  # level for level as alpha_composite, faster
    return white, True
