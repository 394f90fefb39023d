"""Colour spaces that files name by numbers, as ICC profiles, and any profile's way to sRGB.

PNG's gAMA, cHRM and cICP and AVIF's nclx become profiles, so that there is one way of conversion.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from multiconv.errors import MultiConvError, UnsupportedPicture

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Chromaticities = tuple[float, float, float, float, float, float, float, float]
"""x and y of white, red, green and blue."""

_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
_SRGB = (*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060)
# ITU-T H.273, table 2.
_PRIMARIES: Mapping[int, Chromaticities] = {
    1: _SRGB,
    4: (*_C, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),
}
_UNSAID = 2
_HDR = {16: "PQ", 18: "HLG"}
_ENTRIES = 4096
_TO_CONES = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""Bradford's, by which ICC profiles bring every white to D50."""
_D50 = np.array([0.9642, 1.0, 0.8249])
_NEAR = 2
"""A profile that moves no colour by more levels is taken for sRGB."""


def _power(exponent: float) -> Curve:
    return lambda levels: np.asarray(levels**exponent)


def _bent(slope: float, end: float, offset: float, exponent: float) -> Curve:
    """Return a curve that is straight at its dark end: below ``end``, levels ÷ slope."""
    return lambda levels: np.where(
        levels < end, levels / slope, ((levels + offset) / (1 + offset)) ** exponent
    )


_SRGB_CURVE = _bent(12.92, 0.04045, 0.055, 2.4)
_VIDEO = _power(2.4)  # ITU-R BT.1886: the light that screens make of it
# ITU-T H.273, table 3: from a file's levels to light.
_CURVES: Mapping[int, Curve] = {
    **dict.fromkeys((1, 6, 11, 12, 14, 15), _VIDEO),
    4: _power(2.2),
    5: _power(2.8),
    7: _bent(4.0, 0.0913, 0.1115, 1 / 0.45),
    8: _power(1.0),
    13: _SRGB_CURVE,
}


def named_space(primaries: int, transfer: int, *, full: bool = True, photo: bool = False) -> bytes:
    """Return a profile of H.273's numbers; none for sRGB, and one that is damaged if unknown.

    In a photo the curves of video are taken for sRGB's, as browsers do.
    """
    if transfer in _HDR:
        raise _too_bright(_HDR[transfer])
    if transfer == _UNSAID or (photo and _CURVES.get(transfer) is _VIDEO):
        transfer = 13
    primaries = 1 if primaries == _UNSAID else primaries
    if (primaries, transfer, full) == (1, 13, True):
        return b""
    if primaries not in _PRIMARIES or transfer not in _CURVES:
        return b"unknown"
    curve = _CURVES[transfer]
    if not full:  # black is 16 and white 235
        inner = curve

        def curve(levels: NDArray[np.float64]) -> NDArray[np.float64]:
            return inner(np.clip((255 * levels - 16) / 219, 0, 1))

    return _profile(_PRIMARIES[primaries], curve)


def measured_space(gamma: int, chromaticities: tuple[int, ...]) -> bytes:
    """Return a profile of PNG's gAMA and cHRM, in hundred-thousandths; 0 and () where unsaid."""
    points = tuple(value / 100_000 for value in chromaticities) or _SRGB
    is_srgb = np.allclose(points, _SRGB, atol=0.002)
    usual = not gamma or (is_srgb and abs(gamma * 2.2 - 100_000) < 5_000)
    if usual and is_srgb:  # 1 ÷ 2.2 is how sRGB's curve is written in short
        return b""
    if min(points[1::2]) <= 0 or len(points) != len(_SRGB):
        return b"unknown"
    return _profile(points, _SRGB_CURVE if not gamma else _power(100_000 / gamma))


def _too_bright(name: str) -> MultiConvError:
    return UnsupportedPicture(
        f"The picture is HDR ({name}): its brightness goes beyond the white that is shown here.",
        "Save it in standard range, as sRGB, and choose that.",
        field="image",
    )


def _profile(points: tuple[float, ...], curve: Curve) -> bytes:
    """Return an ICC profile (ICC.1:2001) of primaries and a curve from levels to light."""
    white, *primaries = (
        np.array([x / y, 1.0, (1 - x - y) / y])
        for x, y in zip(points[::2], points[1::2], strict=True)
    )
    cones = (_TO_CONES @ _D50) / (_TO_CONES @ white)
    to_d50 = np.linalg.inv(_TO_CONES) @ np.diag(cones) @ _TO_CONES
    table = np.stack(primaries, axis=1)
    colorants = to_d50 @ (table * np.linalg.solve(table, white))
    light = np.clip(curve(np.linspace(0, 1, _ENTRIES)), 0, 1)
    tags = {
        b"wtpt": _xyz(_D50),
        **{name + b"XYZ": _xyz(colorants[:, q]) for q, name in enumerate((b"r", b"g", b"b"))},
    }
    shared = b"curv\0\0\0\0" + struct.pack(
        f">I{_ENTRIES}H", _ENTRIES, *np.rint(65535 * light).astype(int).tolist()
    )
    at = 128 + 4 + 12 * (len(tags) + 3)
    entries, data = b"", b""
    for name, content in tags.items():
        entries += struct.pack(">4sII", name, at + len(data), len(content))
        data += content
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        entries += struct.pack(">4sII", name, at + len(data), len(shared))
    body = struct.pack(">I", len(tags) + 3) + entries + data + shared
    head = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        128 + len(body), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp",
        *(round(65536 * value) for value in _D50),
    )  # fmt: skip
    return head + body


def _xyz(values: NDArray[np.float64]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in values))


def nclx_space(body: bytes) -> bytes:
    """Return a profile of the colours that an AVIF's own picture is said to have."""
    meta = _box(body, b"meta")[4:]
    item = struct.unpack_from(">H", _box(meta, b"pitm"), 4)[0]
    properties = _box(meta, b"iprp")
    listed = [*_boxes(_box(properties, b"ipco"))]
    for place in _associated(_box(properties, b"ipma"), item):
        kind, content = listed[place - 1] if 0 < place <= len(listed) else (b"", b"")
        if kind == b"colr" and content[:4] == b"nclx":
            primaries, transfer = struct.unpack_from(">HH", content, 4)
            return named_space(primaries, transfer, photo=True)
    return b""


def _boxes(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the boxes of a box (ISO/IEC 14496-12): kind and content."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while at + 8 <= len(body) and len(found) < _ENTRIES:
        length, kind = struct.unpack_from(">I4s", body, at)
        if length < 8:  # to the end, or of a length in 64 bits, which these boxes never need
            length = len(body) - at
        found.append((kind, body[at + 8 : at + length]))
        at += length
    return found


def _box(body: bytes, wanted: bytes) -> bytes:
    """Return the content of the first box of a kind; nothing if there is none."""
    return next((content for kind, content in _boxes(body) if kind == wanted), b"")


def _associated(body: bytes, item: int) -> list[int]:
    """Return the places of an item's properties, from 1, out of an ipma box."""
    wide, large = body[3] & 1, body[0] >= 1
    (count,), at = struct.unpack_from(">I", body, 4), 8
    for _ in range(min(count, _ENTRIES)):
        (name,) = struct.unpack_from(">I" if large else ">H", body, at)
        at += 4 if large else 2
        number, at = body[at], at + 1
        size = 2 if wide else 1
        places = [
            int.from_bytes(body[at + size * n : at + size * (n + 1)]) & (0x7FFF if wide else 0x7F)
            for n in range(number)
        ]
        if name == item:
            return places
        at += size * number
    return []


class Space(NamedTuple):
    """How a picture's own colours become sRGB's: greys by a table, colours by a transform."""

    greys: NDArray[np.uint8] | None = None
    transform: ImageCms.ImageCmsTransform | None = None

    def converted(self, image: Image.Image) -> Image.Image:
        """Return an image, without its opacity, in sRGB's greys or colours."""
        if self.greys is not None:
            image = image.convert("L").point(self.greys.tolist())
        if self.transform is not None:
            mode = self.transform.input_mode
            image = self.transform.apply(image if image.mode == mode else image.convert(mode))
        return image


def space_of(mode: str, profile: bytes) -> Space | None:
    """Return what a profile does to pictures of a mode; None if it leaves them nearly as they are.

    Raises whatever a damaged profile, or one that Pillow cannot use, leads to.
    """
    own, srgb = ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    if mode in GREYS:
        model = "L" if profile[16:20] == b"GRAY" else "RGB"
        # What makes colours quick is coarse for dark greys, which are quick by their table.
        flags = ImageCms.Flags.NOOPTIMIZE
        transform = ImageCms.buildTransform(own, srgb, model, "RGB", flags=flags)
        ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis]).convert(model)
        table = np.asarray(transform.apply(ramp))[0, :, 1]
        return None if np.abs(table - np.arange(256.0)).max() <= _NEAR else Space(greys=table)
    model = "CMYK" if mode == "CMYK" else "RGB"
    transform = ImageCms.buildTransform(own, srgb, model, "RGB")
    return None if _leaves_colours(transform) else Space(transform=transform)


GREYS = ("1", "L", "LA", "La", "I;16", "I;16B", "I")
"""Pillow's modes of pictures that have no colours."""


def _leaves_colours(transform: ImageCms.ImageCmsTransform) -> bool:
    """Return whether a transform gives colours back as they were, nearly."""
    if transform.input_mode == "CMYK":
        return False
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    moved = np.asarray(transform.apply(Image.fromarray(colours))).astype(int) - colours
    return bool(np.abs(moved).max() <= _NEAR)
