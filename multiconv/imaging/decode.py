"""Uploads to pixels: Pillow opens what `lean` leaves of them, in the process of `sandbox`."""

from __future__ import annotations

import secrets
import struct
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
    features,
)

from multiconv.errors import MultiConvError, UnsupportedPicture
from multiconv.imaging import guards, notes
from multiconv.imaging.greys import scale_of
from multiconv.imaging.lean import Lean, lean, orientation, with_noise
from multiconv.imaging.spaces import Space, space_of
from multiconv.imaging.tiff import Samples, mended

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

Pixels = NDArray[np.uint8]
Missing = NDArray[np.bool_]

_ROWS = 16  # a few at a time stay in the cache; an even number, so that pairs stay together
_FILLED_IN = 127, 128  # libjpeg's levels where there is nothing
_FRAMED = ("WEBP", "TIFF", "AVIF")  # of others `lean` knows
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture of each EXIF orientation upright."""

_OPENERS: dict[str, type[ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
"""Not `Image.open`, which would look for other pictures in a JPEG, and for other formats."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded upload: (H, W, 3) uint8 pixels, and a sentence for each thing done to it."""

    pixels: Pixels
    notes: tuple[str, ...] = ()


def decode(body: bytes, limits: Limits) -> Picture:
    """Return an upload's first frame as RGB of 8 bits, upright, over white, in sRGB's colours.

    Raises `UnsupportedPicture`, or `TooLarge` before anything is decoded.
    """
    guards.check_bytes(body, limits)
    kind = guards.kind_of(body)
    if kind == "AVIF" and not _reads_avif():
        raise UnsupportedPicture(
            "The picture is AVIF, which the Pillow of this server does not read.",
            "Save it as PNG, JPEG or WebP, and choose that.",
            field="image",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _picture(kind, body, limits)
    except MultiConvError:
        raise
    except Image.DecompressionBombError:  # Pillow's own bound, far above ours
        raise guards.too_many_pixels(limits) from None
    except MemoryError:
        raise guards.too_much_memory() from None
    except Exception as error:  # whatever a decoder stumbles over, the file is at fault
        if isinstance(error, EOFError | struct.error) or "truncated" in str(error):
            raise guards.cut_short() from error
        raise guards.damaged(kind) from error


def _reads_avif() -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # older Pillows do not know the word
        return bool(features.check("avif"))


def _picture(kind: str, body: bytes, limits: Limits) -> Picture:
    file = lean(kind, body, limits)
    told: list[str] = []
    with _opened(kind, file.body) as image:
        size = image.height, image.width
        guards.check_size(size, limits)
        guards.check_scans(file.scans, size, limits)
        if file.animated or (kind in _FRAMED and _is_animated(image)):
            told.append(notes.FRAME)
        if not file.ended:
            told.append(notes.ENDING)
        halve = size[0] * size[1] > limits.kept_pixels
        if halve:
            told.append(notes.HALVED)
            halve = kind != "JPEG" or not _drafted(image)
        pixels = _pixels(kind, image, file, told, halve=halve)
    if _is_grey(pixels[::64]) and _is_grey(pixels):  # a few rows tell most colours already
        told.append(notes.GREY)
    return Picture(pixels, tuple(told))


def _opened(kind: str, body: bytes) -> ImageFile.ImageFile:
    file = guards.BoundedReads(body)
    if kind == "AVIF":
        from PIL import AvifImagePlugin  # which not every Pillow has

        return AvifImagePlugin.AvifImageFile(file)
    return _OPENERS[kind](file)


def _drafted(image: ImageFile.ImageFile) -> bool:
    """Let a JPEG's blocks become 4 × 4 pixels instead of 8 × 8."""
    return image.draft(None, (image.width // 2, image.height // 2)) is not None


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # whatever stands behind the first frame
        return False


def _is_grey(pixels: Pixels) -> bool:
    return all(np.array_equal(pixels[..., 0], pixels[..., q]) for q in (1, 2))


def _pixels(
    kind: str, opened: ImageFile.ImageFile, file: Lean, told: list[str], *, halve: bool
) -> Pixels:
    """Return an opened file's pixels, and tell what was done to them."""
    samples = Samples()
    if isinstance(opened, TiffImagePlugin.TiffImageFile):
        samples = mended(opened)
    deep = samples.bits == 16 or ";16" in str(opened.tile)
    side = samples.side or file.side or orientation(opened.info.get("exif", b""))
    image = _loaded(kind, opened, file)
    if samples.palette and image.mode == "P":
        image.putpalette(samples.palette)
    if side in _TURNS:
        told.append(notes.TURNED)
        if kind != "TIFF":  # which was turned as it was loaded
            image = image.transpose(_TURNS[side])
    profile = file.profile or opened.info.get("icc_profile") or file.space
    space = _space(image.mode, profile, told, named=profile is file.space)
    values = samples.values(image)
    if values is None:
        if deep:
            told.append(notes.DEEP)
        return _eight_bits(image, space, told, halve=halve)
    scale = scale_of(values, samples.top, told)._replace(
        inverted=samples.white_is_zero,
        clear=image.info.get("transparency"),
        table=space.greys if space else None,
    )
    if scale.clear is not None and (values == scale.clear).any():
        told.append(notes.WHITE)
    levels = scale.levels(values)
    if halve:
        levels = np.asarray(Image.fromarray(levels).reduce(2))
    pixels = np.empty((*levels.shape, 3), dtype=np.uint8)
    for q in range(3):  # three strided writes are faster than one that repeats each level
        pixels[..., q] = levels
    return pixels


def _loaded(kind: str, image: ImageFile.ImageFile, file: Lean) -> Image.Image:
    """Load a file's pixels, all of them or none: decoders say nothing of rows that are missing."""
    if kind == "PNG":
        return _png(image, file)
    if kind == "GIF":
        return _gif(image, file)
    image.load()
    corner = np.asarray(image.crop((image.width - 1, image.height - 1, image.width, image.height)))
    if kind == "JPEG" and (not file.ended or np.isin(corner, _FILLED_IN).all()):
        with _opened(kind, with_noise(file.body)) as other:
            if other.size != image.size:
                _drafted(other)
            if ImageChops.difference(image, other).getbbox():
                raise guards.cut_short()
    return image


def _gif(image: ImageFile.ImageFile, file: Lean) -> Image.Image:
    """Load a GIF's frame, and let its clear index, and what it does not cover, be clear."""
    box = image.tile[0].extents
    image.load()
    if file.clear:
        image.info["transparency"] = file.clear[0]
    if box in (None, (0, 0, *image.size)):
        return image
    screen = Image.new("RGBA", image.size)
    screen.paste(image.crop(box).convert("RGBA"), box)
    return screen


def _png(image: ImageFile.ImageFile, file: Lean) -> Image.Image:
    """Load a PNG, and let its clear colour be clear."""
    fill = secrets.token_bytes(len(image.getbands()))  # what no file can be made to look like
    missing = _untouched(image, fill)
    if missing.any():
        with _opened("PNG", file.body) as other:
            if (missing & _untouched(other, bytes(255 - level for level in fill))).any():
                raise guards.cut_short()
    return _without_colour(image, file) if file.clear else image


def _untouched(image: ImageFile.ImageFile, fill: bytes) -> Missing:
    """Load over a fill, and return of which rows' ends it is left."""
    if image.mode == "1":
        fill = bytes([255 * (fill[0] % 2)])
    image.im = Image.new(image.mode, image.size, fill[0] if len(fill) == 1 else tuple(fill)).im
    image.load()
    ends = np.asarray(image.crop((image.width - 1, 0, image.width, image.height)))
    wanted = np.frombuffer(fill, np.uint8).astype(ends.dtype)
    left: Missing = (ends.reshape(len(ends), -1) == wanted).all(axis=1)
    return left


def _without_colour(image: Image.Image, file: Lean) -> Image.Image:
    """Return a PNG of 16 bits with one colour clear, by the high and then the low bytes."""
    clear = _equal(image, [level >> 8 for level in file.clear])
    if clear.getbbox():
        with _opened("PNG", file.body) as low:
            low.tile = [tile._replace(args="RGB;16L") for tile in low.tile]  # the other byte's way
            low.load()
            clear = ImageChops.darker(clear, _equal(low, [level & 255 for level in file.clear]))
    return Image.merge("RGBA", (*image.split(), ImageChops.invert(clear)))


def _equal(image: Image.Image, colour: Sequence[int]) -> Image.Image:
    """Return where an image has a colour: 255 there, else 0."""
    same = [
        band.point([255 * (level == wanted) for level in range(256)])
        for band, wanted in zip(image.split(), colour, strict=True)
    ]
    return reduce(ImageChops.darker, same)


def _eight_bits(image: Image.Image, space: Space | None, told: list[str], *, halve: bool) -> Pixels:
    """Return an image as sRGB over white, at half its size if wanted."""
    step = 2 if halve else 1
    pixels = np.empty((-(-image.height // step), -(-image.width // step), 3), dtype=np.uint8)
    clear = False
    for top in range(0, image.height, _ROWS):
        rows = image.crop((0, top, image.width, min(top + _ROWS, image.height)))
        rows, through = _over_white(_halved(rows) if halve else rows, space)
        pixels[top // step : (top + _ROWS) // step] = np.asarray(rows)
        clear |= through
    if clear:
        told.append(notes.WHITE)
    return pixels


def _halved(rows: Image.Image) -> Image.Image:
    """Return the means of 2 × 2 pixels; of clear ones, no colour counts."""
    if rows.has_transparency_data:
        rows = rows.convert("LA") if rows.mode == "La" else rows
        rows = rows if rows.mode == "RGBA" else rows.convert("RGBA")
        return rows.convert("RGBa").reduce(2).convert("RGBA")
    return rows.convert({"1": "L", "P": "RGB"}.get(rows.mode, rows.mode)).reduce(2)


def _over_white(rows: Image.Image, space: Space | None) -> tuple[Image.Image, bool]:
    """Return some rows as sRGB, laid over white, and whether that shows anywhere."""
    alpha = None
    if rows.has_transparency_data:
        rows = rows.convert("LA") if rows.mode == "La" else rows
        rows = rows if rows.mode == "RGBA" else rows.convert("RGBA")
        alpha = rows.getchannel("A")
        alpha = None if alpha.getextrema()[0] == 255 else alpha
    rows = space.converted(rows) if space else rows
    rows = rows if rows.mode == "RGB" else rows.convert("RGB")
    if alpha is None:
        return rows, False
    white = Image.new("RGB", rows.size, "white")
    white.paste(rows, mask=alpha)  # level for level as alpha_composite, faster
    return white, True


def _space(mode: str, profile: object, told: list[str], *, named: bool) -> Space | None:
    """Return what turns an image's colours into sRGB's, if they are others, and tell."""
    if mode == "LAB":
        told.append(notes.LAB)
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return Space(transform=ImageCms.buildTransform(*profiles, "LAB", "RGB"))
    space = None
    fits = mode != "CMYK" or (isinstance(profile, bytes) and profile[16:20] == b"CMYK")
    if isinstance(profile, bytes) and profile and fits:
        try:
            space = space_of(mode, profile)
            if space:
                told.append(notes.NAMED if named else notes.CONVERTED)
        except Exception:  # a profile that is damaged, or that Pillow cannot use
            told.append(notes.PROFILE)
    if mode == "CMYK" and not space:
        told.append(notes.CMYK)
    return space
