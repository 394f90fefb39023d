"""Uploads that mean harm, or were harmed: the same ones every time.

`bombs` are the named ones: small files that ask for a lot.  `hostile(i)` is the
i-th of as many files as one likes: cut, flipped, spliced and lying files of
every kind and mode, and whole ones of every mode and orientation between them.
"""

import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image, features

from tests.imaging import handmade

ALL = range(3200)
SAMPLE = range(0, 3200, 6)


def hostile(i, seed=0):
    """The i-th hostile file: (what it is, its bytes)."""
    rng = np.random.default_rng((seed, i))
    ways = (_whole, _cut, _flipped, _flipped, _spliced, _lying, _lying, _mere_magic)
    return ways[i % len(ways)](i // len(ways), rng)


@cache
def bases():
    """Small whole pictures of every kind and mode, by name."""
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (33, 47, 3), dtype=np.uint8)
    colour[8:24, 8:40] = 200, 100, 50
    photo = Image.fromarray(colour)
    clear = Image.fromarray(np.dstack([colour, colour[..., 1]]))
    modes = {
        "1": photo.convert("1"),
        "L": photo.convert("L"),
        "LA": clear.convert("LA"),
        "P": photo.quantize(16),
        "RGB": photo,
        "RGBA": clear,
        "CMYK": photo.convert("CMYK"),
        "YCbCr": photo.convert("YCbCr"),
        "I;16": Image.fromarray(colour[..., 0].astype(np.uint16) * 257),
        "I": Image.fromarray(colour[..., 0].astype(np.int32) * 70_000 - 9),
        "F": Image.fromarray(
            np.where(colour[..., 0] > 250, np.nan, colour[..., 1] / 7.0).astype("f4")
        ),
    }
    written = {
        "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
        "JPEG": ("L", "RGB", "CMYK"),
        "WEBP": ("RGB", "RGBA"),
        "GIF": ("1", "L", "P", "RGB"),
        "BMP": ("1", "L", "P", "RGB", "RGBA"),
        "TIFF": tuple(modes),
        "AVIF": ("RGB", "RGBA") if features.check("avif") else (),
    }
    found = {
        f"{kind} {mode}": handmade.saved(modes[mode], kind)
        for kind, of_kind in written.items()
        for mode in of_kind
    }
    found["JPEG progressive"] = handmade.saved(photo, "JPEG", progressive=True)
    found["WEBP lossless"] = handmade.saved(clear, "WEBP", lossless=True)
    for packing in ("tiff_lzw", "tiff_deflate", "packbits", "jpeg"):
        found[f"TIFF {packing}"] = handmade.saved(photo, "TIFF", compression=packing)
    found["TIFF group4"] = handmade.saved(modes["1"], "TIFF", compression="group4")
    for kind in ("GIF", "WEBP", "TIFF", "PNG"):
        found[f"{kind} frames"] = handmade.saved(photo, kind, save_all=True, append_images=[clear])
    for orientation in range(1, 9):
        block = handmade.exif(orientation, "<>"[orientation % 2])
        jpeg = found["JPEG RGB"]
        found[f"JPEG turned {orientation}"] = handmade.with_segment(jpeg, 0xE1, b"Exif\0\0" + block)
        found[f"TIFF turned {orientation}"] = handmade.grey_tiff(
            colour[..., 0], extra=[(0x0112, 3, 1, orientation)]
        )
    return found


def _base(rng):
    names = sorted(bases())
    name = names[rng.integers(len(names))]
    return name, bytearray(bases()[name])


def _whole(i, _):
    names = sorted(bases())
    name = names[i % len(names)]
    return f"whole {name}", bases()[name]


def _cut(_, rng):
    name, body = _base(rng)
    end = int(len(body) * rng.random() ** 0.5)
    return f"cut {name} at {end}", bytes(body[:end])


def _flipped(_, rng):
    name, body = _base(rng)
    for at in rng.integers(0, len(body), rng.integers(1, 12)):
        body[at if rng.random() < 0.5 else at % min(len(body), 120)] = rng.integers(256)
    if name.startswith("PNG") and rng.random() < 0.8:
        body = _with_right_checksums(body)
    return f"flipped {name}", bytes(body)


def _spliced(_, rng):
    name, body = _base(rng)
    other, donor = _base(rng)
    at, start = rng.integers(len(body)), rng.integers(len(donor))
    part = donor[start : start + int(rng.integers(1, 400))]
    if rng.random() < 0.3:
        part *= int(rng.integers(1, 400))
    dropped = int(rng.integers(0, 40))
    return f"{other} in {name}", bytes(body[:at] + part + body[at + dropped :])


def _lying(_, rng):
    """Sizes, counts and offsets that are not so, put where each kind keeps them."""
    name, body = _base(rng)
    number = int(rng.choice([0, 1, 255, 4097, 9999, 2**15, 65500, 2**16 - 1, 2**31 - 1, 2**32 - 1]))
    kind = name.split()[0]
    if kind == "PNG":
        struct.pack_into(">I", body, 16 + 4 * int(rng.integers(2)), number)
        body = _with_right_checksums(body)
    elif kind == "JPEG":
        marks = [
            at for at in range(len(body) - 9) if body[at] == 0xFF and 0xC0 <= body[at + 1] < 0xFE
        ]
        at = marks[int(rng.integers(len(marks)))]
        struct.pack_into(">H", body, at + int(rng.choice([2, 5, 7])), number & 0xFFFF)
    elif kind == "GIF":
        frame = body.index(b"\x2c", 13)
        places = (6, 8, frame + 1, frame + 3, frame + 5, frame + 7)
        struct.pack_into("<H", body, int(rng.choice(places)), number & 0xFFFF)
    elif kind == "BMP":
        struct.pack_into("<I", body, int(rng.choice([10, 14, 18, 22, 28, 30, 34, 46])), number)
    elif kind == "WEBP":
        struct.pack_into("<I", body, int(rng.choice([4, 16, 20, 24, 26, 30])), number)
    elif kind == "TIFF":
        directory = struct.unpack_from("<I", body, 4)[0] % max(1, len(body) - 40)
        entries = max(1, struct.unpack_from("<H", body, directory)[0] % 30)
        at = directory + 2 + 12 * int(rng.integers(entries)) + int(rng.choice([2, 4, 8]))
        struct.pack_into("<I", body, min(at, len(body) - 4), number)
    else:
        at = body.index(b"ispe") if rng.random() < 0.5 else int(rng.integers(4, 200))
        struct.pack_into(">I", body, at + 8, number)
    return f"{name} claiming {number}", bytes(body)


def _mere_magic(i, rng):
    magics = (
        b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF\xff\xff\0\0WEBPVP8X", b"GIF89a", b"BM",
        b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0", b"\0\0\0\x1cftypavif",
        b"\0\0\0\x18ftypheic", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"%PDF-1.7\n", b"<svg ", b"8BPS",
        b"PK\3\4", b"\0\0\1\0", b"SIMPLE  =", b"\x1f\x8b", b"MZ", b"",
    )  # fmt: skip
    magic = magics[i % len(magics)]
    return f"{magic!r} and noise", magic + rng.bytes(int(rng.integers(0, 3000)))


def _with_right_checksums(body):
    at, mended = 8, bytearray(body[:8])
    while at + 12 <= len(body):
        (length,) = struct.unpack_from(">I", body, at)
        if at + 12 + length > len(body):
            break
        mended += handmade.png_chunk(
            bytes(body[at + 4 : at + 8]), bytes(body[at + 8 : at + 8 + length])
        )
        at += 12 + length
    return mended + body[at:]


def progressive(side, scans):
    """A grey progressive JPEG of side² pixels: one pass for the means, the rest for nothing."""
    blocks = (side // 8) ** 2
    table = bytes([1] + [0] * 15)  # one code, of one bit: 0
    parts = [
        b"\xff\xd8",
        handmade.jpeg_segment(0xDB, b"\0" + bytes([1] * 64)),
        handmade.jpeg_segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0"),
        handmade.jpeg_segment(0xC4, b"\0" + table + b"\0"),  # means: "no difference"
        handmade.jpeg_segment(0xC4, b"\x10" + table + b"\xe0"),  # the rest: "16384 blocks of zeros"
        handmade.jpeg_segment(0xDA, b"\1\1\0\0\0\0"),
        bytes(blocks // 8 + 1),
    ]
    # Of blocks, 16384 at least and 32767 at most end with one code.
    bits = "".join("0" + format(min(32767, blocks - at) - 16384, "014b")
                   for at in range(0, blocks - 16383, 32767))  # fmt: skip
    bits += "1" * (-len(bits) % 8)
    run = int("0" + bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    parts += [handmade.jpeg_segment(0xDA, b"\1\1\0\1\x3f\0") + run] * (scans - 1)
    return b"".join([*parts, b"\xff\xd9"])


def zeros_packed(count):
    """``count`` zeros as zlib (RFC 1950) packs them: one block, again and again."""
    packer = zlib.compressobj(9, wbits=-15)
    million = packer.compress(bytes(10**6)) + packer.flush(zlib.Z_FULL_FLUSH)
    rest = packer.compress(bytes(count % 10**6)) + packer.flush()
    checksum = (count % 65521) << 16 | 1  # Adler's, of zeros
    return b"\x78\xda" + million * (count // 10**6) + rest + struct.pack(">I", checksum)


def _pages(count):
    """A TIFF of so many pages, all showing one pixel."""
    entries = ((256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (279, 1))
    size = 2 + 12 * len(entries) + 4
    body = b"II*\0" + struct.pack("<I", 8)
    packed = b"".join(struct.pack("<HHIHxx", tag, 3, 1, value) for tag, value in entries)
    for page in range(1, count + 1):
        following = 8 + page * size if page < count else 0
        body_of_page = struct.pack("<H", len(entries)) + packed + struct.pack("<I", following)
        if page == 1:
            pages = bytearray(body)
        pages += body_of_page
    return bytes(pages)


def _greedy_tiff():
    """A TIFF whose thousand unknown tags each claim the same nine megabytes."""
    entries = [(tag, 7, 9_000_000, 12_100) for tag in range(40_000, 41_000)]
    sizes = [
        (256, 3, 1, 1),
        (257, 3, 1, 1),
        (258, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 3, 1, 8),
        (279, 3, 1, 1),
    ]
    return handmade.tiff(sizes + entries, bytes(9_000_100))


def _striped_tiff(strips):
    """A TIFF that stores every row of one pixel as a strip of its own."""
    at = handmade.tiff_data_at(9)
    entries = [
        (256, 3, 1, 2400), (257, 3, 1, 10_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, strips, at), (277, 3, 1, 1), (278, 3, 1, 1), (279, 4, strips, at + 4 * strips),
    ]  # fmt: skip
    return handmade.tiff(entries, struct.pack("<I", at) * strips + struct.pack("<I", 1) * strips)


def _wrapped_png(kind, start):
    """A one-pixel PNG with a chunk that unpacks to 200 MB."""
    return handmade.png((1, 1), [b"\7"], before=[(kind, start + zeros_packed(200 * 10**6))])


def _blank_png(height, width, depth, colour, *before):
    """A PNG of zeros within, or beyond, the limits."""
    row = -(-width * depth * {0: 1, 2: 3, 6: 4}[colour] // 8) + 1
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), *before, (b"IDAT", zeros_packed(height * row)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(handmade.png_chunk(*chunk) for chunk in chunks)


def _claiming_bmp(height, width):
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header + bytes(100)


def _claiming_tiff(height, width):
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 3, 1, 8),
    ]
    return handmade.tiff(entries)


def _claiming_jpeg(height, width):
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    return progressive(8, 1).replace(struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0", frame)


def _claiming_webp(side):
    canvas = handmade.riff(b"VP8X", bytes([2, 0, 0, 0]) + (side - 1).to_bytes(3, "little") * 2)
    frames = handmade.riff(b"ANIM", bytes(6)) + handmade.riff(b"ANMF", bytes(40))
    return handmade.riff(b"RIFF", b"WEBP" + canvas + frames)


BOMBS = {
    "progressive JPEG of 16 MP in 1000 passes": lambda: progressive(4000, 1000),
    "progressive JPEG of 16 MP in 62 passes": lambda: progressive(4000, 62),
    "progressive JPEG of 1 MP in 950 passes": lambda: progressive(1024, 950),
    "PNG claiming 65500²": lambda: handmade.png_claiming(65500, 65500),
    "JPEG claiming 65500²": lambda: _claiming_jpeg(65500, 65500),
    "GIF claiming 65500²": lambda: handmade.gif((65500, 65500), [handmade.gif_frame(65500, 65500)]),
    "GIF frame claiming 65500²": lambda: handmade.gif((1, 1), [handmade.gif_frame(65500, 65500)]),
    "BMP claiming 65500²": lambda: _claiming_bmp(-65500, 65500),
    "TIFF claiming 65500²": lambda: _claiming_tiff(65500, 65500),
    "WebP claiming 65500²": lambda: _claiming_webp(65500),
    "PNG of 170 MP": lambda: handmade.png_claiming(13039, 13039, packed=zeros_packed(510_088_680)),
    "PNG of 24 MP, 16-bit RGBA": lambda: handmade.png_claiming(
        4000, 6000, packed=zeros_packed(4000 * 48001), depth=16, colour=6
    ),
    "PNG of 24 MP, 16-bit grey": lambda: handmade.png_claiming(
        4000, 6000, packed=zeros_packed(4000 * 12001), depth=16, colour=0
    ),
    "PNG of 50 MP, 16-bit RGBA": lambda: _blank_png(5000, 9999, 16, 6),
    "PNG of 50 MP, 8-bit RGBA": lambda: _blank_png(5000, 9999, 8, 6),
    "PNG of 50 MP, 16-bit grey, linear": lambda: _blank_png(
        5000, 9999, 16, 0, (b"gAMA", struct.pack(">I", 100_000))
    ),
    "PNG of 50 MP, 8-bit colour, linear": lambda: _blank_png(
        5000, 9999, 8, 2, (b"gAMA", struct.pack(">I", 100_000))
    ),
    "PNG of 17 MP, 16-bit colour, one of them clear": lambda: _blank_png(
        3000, 5800, 16, 2, (b"tRNS", bytes(6))
    ),
    "progressive JPEG of 50 MP in 20 passes": lambda: progressive(7056, 20),
    "progressive JPEG of 16 MP in 62 passes without its end": lambda: progressive(4000, 62)[:-2],
    "JPEG followed by 10 MB of starts of scans": lambda: progressive(1024, 3)
    + b"\xff\xda\0\x08" * 2_500_000,
    "PNG that unpacks to far more than it shows": lambda: handmade.png_claiming(
        1, 1, packed=zeros_packed(10**9)
    ),
    "GIF of 400,000 frames": lambda: handmade.gif((1, 1), [handmade.gif_frame(1, 1)] * 400_000),
    "GIF of 2,000,000 comments": lambda: handmade.gif(
        (1, 1), [b"\x21\xfe\1x\0"] * 2_000_000 + [handmade.gif_frame(1, 1)]
    ),
    "GIF of 5,000,000 blocks": lambda: handmade.gif(
        (1, 1), [handmade.gif_frame(1, 1, b"\2" + b"\1x" * 5_000_000 + b"\0")]
    ),
    "TIFF of 80,000 pages": lambda: _pages(80_000),
    "TIFF with 1000 greedy tags": _greedy_tiff,
    "TIFF of 1,200,000 strips": lambda: _striped_tiff(1_200_000),
    "TIFF whose directory follows itself": lambda: handmade.tiff(
        [(256, 3, 1, 1), (257, 3, 1, 1)], next_directory=8
    ),
    "EPS called .png": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) print\n",
    "PNG with a 200 MB ICC profile": lambda: _wrapped_png(b"iCCP", b"x\0\0"),
    "PNG with 200 MB of text": lambda: _wrapped_png(b"zTXt", b"x\0\0"),
    "PNG with 200 MB of international text": lambda: _wrapped_png(b"iTXt", b"x\0\1\0\0\0"),
    "PNG of 800,000 empty chunks": lambda: handmade.png_claiming(1, 1)[:33]
    + handmade.png_chunk(b"IDAT", b"") * 800_000,
    "JPEG of 2,000,000 comments": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 2_000_000,
    "10 MB of FF": lambda: b"\xff\xd8" + b"\xff" * 10_000_000,
    "WebP of 1,000,000 chunks": lambda: handmade.riff(
        b"RIFF", b"WEBP" + b"junk\0\0\0\0" * 1_000_000
    ),
}  # fmt: skip
"""Small files that ask for a lot, by what they are; called, they are made."""
