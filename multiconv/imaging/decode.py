"""Uploads to pixels: Pillow opens them, behind the guards, in the process of `sandbox`."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
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

if TYPE_CHECKING:
    from multiconv.experiment.model import Limits

Pixels = NDArray[np.uint8]

_ROWS = 16  # a few at a time stay in the cache
_EXIF_BYTES = 2**16
_TIFF_BITS, _TIFF_ORIENTATION = 0x0102, 0x0112
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

_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_NEAR = 2
"""A profile that moves no colour by more levels is taken for sRGB."""


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
    told: list[str] = []
    profile: object = b""
    animated = False
    if kind == "PNG":
        body, profile, animated = guards.lean_png(body)
    elif kind == "TIFF":
        guards.check_directory(body, limits)
    elif kind == "WEBP":
        guards.check_canvas(body, limits)
    file = guards.BoundedReads(body)
    with _opened(kind, file) as image:
        size = image.height, image.width
        guards.check_size(size, limits)
        if kind == "JPEG":  # which has been read up to its first scan
            guards.check_scans(1 + body.count(b"\xff\xda", file.tell()), size, limits)
        pixels = _pixels(image, profile or image.info.get("icc_profile"), told)
        if animated or _is_animated(image):
            told.insert(0, notes.FRAME)
    if _is_grey(pixels[::64]) and _is_grey(pixels):  # a few rows tell most colours already
        told.append(notes.GREY)
    return Picture(pixels, tuple(told))


def _opened(kind: str, file: BytesIO) -> ImageFile.ImageFile:
    if kind == "AVIF":
        from PIL import AvifImagePlugin  # which not every Pillow has

        return AvifImagePlugin.AvifImageFile(file)
    return _OPENERS[kind](file)


def _is_animated(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # whatever stands behind the first frame
        return False


def _is_grey(pixels: Pixels) -> bool:
    return all(np.array_equal(pixels[..., 0], pixels[..., q]) for q in (1, 2))


def _pixels(file: ImageFile.ImageFile, profile: object, told: list[str]) -> Pixels:
    tags = getattr(file, "tag_v2", {})
    deep = 16 in tags.get(_TIFF_BITS, ()) or ";16" in str(file.tile)
    side = tags.get(_TIFF_ORIENTATION) if tags else _orientation(file)
    file.load()
    image: Image.Image = file
    if side in _TURNS:
        told.append(notes.TURNED)
        if not tags:  # a TIFF was turned as it was loaded
            image = file.transpose(_TURNS[side])
    if image.mode[0] in "IF":
        return _eight_bits(np.asarray(image), image.info.get("transparency"), told)
    if deep:
        told.append(notes.DEEP)
    transform = _to_srgb(image.mode, profile, told)
    pixels = np.empty((image.height, image.width, 3), dtype=np.uint8)
    clear = False
    for top in range(0, image.height, _ROWS):
        rows = image.crop((0, top, image.width, min(top + _ROWS, image.height)))
        rows, through = _over_white(rows, transform)
        pixels[top : top + _ROWS] = np.asarray(rows)
        clear |= through
    if clear:
        told.append(notes.WHITE)
    return pixels


def _orientation(image: Image.Image) -> int:
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b"")[:_EXIF_BYTES])
        return int(exif.get(ExifTags.Base.Orientation, 1))
    except Exception:  # a damaged block says nothing
        return 1


def _over_white(
    rows: Image.Image, transform: ImageCms.ImageCmsTransform | None
) -> tuple[Image.Image, bool]:
    """Return some rows as sRGB, laid over white, and whether that shows anywhere."""
    alpha = None
    if rows.has_transparency_data:
        rows = rows.convert({"La": "LA", "RGBa": "RGBA"}.get(rows.mode, rows.mode)).convert("RGBA")
        alpha = rows.getchannel("A")
    mode = transform.input_mode if transform else "RGB"
    rows = rows if rows.mode == mode else rows.convert(mode)
    rows = transform.apply(rows) if transform else rows
    if alpha is None or alpha.getextrema()[0] == 255:
        return rows, False
    white = Image.new("RGB", rows.size, "white")
    white.paste(rows, mask=alpha)  # level for level as alpha_composite, faster
    return white, True


def _to_srgb(mode: str, profile: object, told: list[str]) -> ImageCms.ImageCmsTransform | None:
    """Return what turns an image's colours into sRGB's, if they are others."""
    if mode == "LAB":
        told.append(notes.LAB)
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.buildTransform(*profiles, "LAB", "RGB")
    model = "CMYK" if mode == "CMYK" else "L" if mode in ("1", "L", "LA", "La") else "RGB"
    transform = None
    if isinstance(profile, bytes) and profile[16:20] == _SPACES[model].encode():
        try:
            own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
            # What makes colours quick is coarse for dark greys, which are quick without.
            flags = ImageCms.Flags.NOOPTIMIZE if model == "L" else ImageCms.Flags.NONE
            transform = ImageCms.buildTransform(own, srgb, model, "RGB", flags=flags)
            if _leaves_colours(transform):
                return None
            told.append(notes.CONVERTED)
        except Exception:  # a profile that is damaged, or that Pillow cannot use
            transform = None
            told.append(notes.PROFILE)
    if mode == "CMYK" and transform is None:
        told.append(notes.CMYK)
    return transform


def _leaves_colours(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return whether a transform gives RGB or grey back as they were, nearly."""
    if transform.input_mode == "CMYK":
        return False
    steps = np.arange(0, 256, 51 if transform.input_mode == "RGB" else 1, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    if transform.input_mode == "L":
        colours = steps[np.newaxis, :, np.newaxis].repeat(3, axis=2)
    patches = Image.fromarray(colours).convert(transform.input_mode)
    moved = np.asarray(transform.apply(patches)).astype(int) - colours
    return bool(np.abs(moved).max() <= _NEAR)


_USUAL_TOPS = {"u": (65535,), "i": (255, 65535), "f": (1, 255)}


def _eight_bits(values: NDArray[Any], clear: float | None, told: list[str]) -> NDArray[np.uint8]:
    """Return greys of many levels as RGB of 8 bits: scaled between two ends, never cut.

    They are 0 and the least usual top that holds all values, else the least and largest finite.
    """
    finite = values if np.isfinite(values).all() else values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    usual = _USUAL_TOPS[values.dtype.kind]
    top = next((top for top in usual if low >= 0 and high <= top), None)
    if top is not None:
        low, high = 0.0, float(top)
    told.append(notes.scaled(low, high))
    if finite.size < values.size:
        told.append(notes.NOT_FINITE)
    if clear is not None and (values == clear).any():
        told.append(notes.WHITE)
    scale = 255 / ((high - low) or 1)
    levels = np.empty((*values.shape, 3), dtype=np.uint8)
    for at in range(0, len(values), _ROWS):  # a few rows at a time stay in the cache
        rows = values[at : at + _ROWS]
        scaled = np.subtract(rows, low, dtype=np.float64)
        scaled *= scale
        if finite.size < values.size:
            np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
        if clear is not None:
            scaled[rows == clear] = 255
        grey = np.rint(scaled, out=scaled).astype(np.uint8)
        for q in range(3):  # three strided writes are faster than one that repeats each level
            levels[at : at + _ROWS, :, q] = grey
    return levels
