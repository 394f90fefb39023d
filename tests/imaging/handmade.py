"""Files put together byte by byte, as the formats' specifications say."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def png_chunk(kind, content):
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(size, lines, *, depth=8, colour=0, before=(), after=(), interlace=0):
    """A PNG of (height, width) from its lines' bytes, each without its filter byte."""
    height, width = size
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    packed = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    chunks = [(b"IHDR", header), *before, (b"IDAT", packed), *after, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_claiming(height, width, *, packed=b"", depth=8, colour=2):
    """A PNG whose header names a size, whatever its pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def exif(orientation, order="<"):
    """An EXIF block whose first directory holds an orientation."""
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "IH", 8, 1) + entry + struct.pack(order + "I", 0)


def tiff(entries, data=b"", order="<", next_directory=0):
    """A TIFF: (tag, type, count, value) entries; ``data`` starts at `tiff_data_at(entries)`."""
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    packed = b""
    for tag, kind, count, value in sorted(entries):
        small = kind == 3 and count == 1
        packed += struct.pack(order + ("HHIHxx" if small else "HHII"), tag, kind, count, value)
    head = mark + struct.pack(order + "IH", 8, len(entries))
    return head + packed + struct.pack(order + "I", next_directory) + data


def tiff_data_at(entries):
    return 8 + 2 + 12 * entries + 4


def grey_tiff(values, *, photometric=1, order="<", extra=()):
    """A TIFF of a (H, W) array of any number type."""
    values = values.astype(values.dtype.newbyteorder(order))
    height, width = values.shape
    form = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    entries = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, 1, 8 * values.dtype.itemsize),
        (259, 3, 1, 1),
        (262, 3, 1, photometric),
        (273, 4, 1, tiff_data_at(10 + len(extra))),
        (277, 3, 1, 1),
        (278, 3, 1, height),
        (279, 4, 1, values.nbytes),
        (339, 3, 1, form),
        *extra,
    ]
    return tiff(entries, values.tobytes(), order)


def gif_frame(height, width, packed=b"\x02\x02\x4c\x01\x00"):
    return b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + packed


def gif(size, frames, table=b"\x10\x20\x30\xff\xff\xff"):
    """A GIF of two colours; the default frame is one pixel of the second."""
    height, width = size
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + table
    return head + b"".join(frames) + b";"


def saved(image, kind, **options):
    """What Pillow writes of an image: an array, or one of Pillow's."""
    file = io.BytesIO()
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    image.save(file, kind, **options)
    return file.getvalue()


def jpeg_segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def with_segment(jpeg, marker, content):
    """A JPEG with a segment put right after its start."""
    return jpeg[:2] + jpeg_segment(marker, content) + jpeg[2:]


def riff(kind, content):
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
