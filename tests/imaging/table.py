"""Every format × depth × colour × transparency: files made by hand, and what is right.

A cell is a name, a file's bytes, and the colours that are right: (H, W, 3) levels 0…255 as floats,
worked out by plain loops from the samples that went into the file. Only where a format packs with
loss does Pillow write it, and another decoder say what is right (`coded_cells`).
"""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, features

from tests.imaging import handmade

HEIGHT, WIDTH = 9, 13  # odd, so that rows of 1, 2, 4 and 12 bits end within a byte
ADAM7 = (
    *((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4)),
    *((2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)),
)


@dataclass(frozen=True)
class Cell:
    """A file, and what is right, if a rule says it."""

    body: bytes
    colours: np.ndarray | None
    within: float = 1.0  # a 16-bit sample may be cut instead of rounded
    mime: str = ""  # where Chromium shows it too


def samples(channels, depth, seed=1):
    """Random samples of so many bits, (9, 13, channels); the ends are among them."""
    rng = np.random.default_rng((seed, channels, depth))
    found = rng.integers(0, 2**depth, (HEIGHT, WIDTH, channels), dtype=np.int64)
    found[0, 0], found[0, 1] = 0, 2**depth - 1
    found[2, 3] = [2**depth * (q + 2) // 6 for q in range(channels)]
    found[4, 5] = found[7, 2] = found[2, 3]  # the colour that keys make transparent
    return found


def packed_rows(values, depth, order=">"):
    """The rows of (H, W, S) samples as bytes, the first sample in the highest bits."""
    rows = []
    for row in values:
        flat = row.ravel().tolist()
        if depth == 16:
            rows.append(struct.pack(f"{order}{len(flat)}H", *flat))
        elif depth == 32:
            rows.append(struct.pack(f"{order}{len(flat)}I", *flat))
        else:
            bits = "".join(format(value, f"0{depth}b") for value in flat)
            bits += "0" * (-len(bits) % 8)
            rows.append(int(bits, 2).to_bytes(len(bits) // 8))
    return rows


def over_white(colour, alpha):
    """A colour 0…255 of an opacity 0…1 on white paper."""
    return [255 + alpha * (level - 255) for level in colour]


def painted(values, rule):
    """(H, W, 3) colours by a rule that takes one pixel's samples."""
    colours = np.empty((*values.shape[:2], 3))
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            colours[i, j] = rule([int(value) for value in values[i, j]])
    return colours


# PNG (ISO/IEC 15948)


def png_file(values, depth, colour, interlaced, before):
    if not interlaced:
        return handmade.png(values.shape[:2], packed_rows(values, depth), depth=depth,
                            colour=colour, before=before)  # fmt: skip
    lines = []
    for top, left, down, across in ADAM7:
        part = values[top::down, left::across]
        if part.size:
            lines += packed_rows(part, depth)
    return handmade.png(
        values.shape[:2], lines, depth=depth, colour=colour, before=before, interlace=1
    )


def png_cells():
    for interlaced in (False, True):
        way = ", interlaced" if interlaced else ""
        for depth in (1, 2, 4, 8, 16):
            top = 2**depth - 1
            grey = samples(1, depth)
            key = int(grey[2, 3, 0])
            for clear in (False, True):
                before = [(b"tRNS", struct.pack(">H", key))] if clear else []
                yield (
                    f"PNG grey {depth}{' with a clear grey' if clear else ''}{way}",
                    Cell(
                        png_file(grey, depth, 0, interlaced, before),
                        painted(
                            grey,
                            lambda p, top=top, key=key, clear=clear: (
                                [255 if clear and p[0] == key else p[0] * 255 / top] * 3
                            ),
                        ),
                        mime="image/png",
                    ),
                )
        for depth in (8, 16):
            top = 2**depth - 1
            rgb = samples(3, depth)
            if depth == 16:  # one that differs from the key by its low bytes alone is not clear
                rgb[3, 3] = rgb[2, 3] ^ 1
            key = [int(value) for value in rgb[2, 3]]
            for clear in (False, True):
                before = [(b"tRNS", struct.pack(">3H", *key))] if clear else []
                yield (
                    f"PNG colour {depth}{' with a clear colour' if clear else ''}{way}",
                    Cell(
                        png_file(rgb, depth, 2, interlaced, before),
                        painted(
                            rgb,
                            lambda p, top=top, key=key, clear=clear: (
                                [255] * 3 if clear and p == key else [v * 255 / top for v in p]
                            ),
                        ),
                        mime="image/png",
                    ),
                )
            for colour, channels, name in ((4, 2, "grey"), (6, 4, "colour")):
                both = samples(channels, depth)
                yield (
                    f"PNG {name} {depth} with opacity{way}",
                    Cell(
                        png_file(both, depth, colour, interlaced, []),
                        painted(
                            both,
                            lambda p, top=top: over_white(
                                [v * 255 / top for v in (p[:-1] * 3)[:3]], p[-1] / top
                            ),
                        ),
                        within=2.2,
                        mime="image/png",
                    ),
                )
        for depth in (1, 2, 4, 8):
            index = samples(1, depth)
            table = np.random.default_rng(depth).integers(0, 256, (2**depth, 3)).tolist()
            for name, alphas in (
                ("", []),
                (" with a clear entry", [255] * int(index[2, 3, 0]) + [0]),
                (" with opacities", [(37 * n + 11) % 256 for n in range(2**depth)]),
                (" with opacities of some", [128]),
            ):
                before = [(b"PLTE", bytes(level for colour in table for level in colour))]
                before += [(b"tRNS", bytes(alphas))] if alphas else []
                full = alphas + [255] * 2**depth
                yield (
                    f"PNG palette {depth}{name}{way}",
                    Cell(
                        png_file(index, depth, 3, interlaced, before),
                        painted(
                            index,
                            lambda p, table=table, full=full: over_white(
                                table[p[0]], full[p[0]] / 255
                            ),
                        ),
                        mime="image/png",
                    ),
                )


# GIF (GIF89a)


def lzw(indices, bits):
    """Indices as GIF's LZW, cleared so often that no code grows."""
    size = max(bits, 2)
    clear, ends = 2**size, 2**size + 1
    codes = []
    for place, index in enumerate(indices):
        if place % (2**size - 2) == 0:
            codes.append(clear)
        codes.append(index)
    codes.append(ends)
    number = 0
    for place, code in enumerate(codes):
        number |= code << (place * (size + 1))
    packed = number.to_bytes((len(codes) * (size + 1) + 7) // 8, "little")
    blocks = [packed[at : at + 255] for at in range(0, len(packed), 255)]
    return bytes([size]) + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def gif_file(index, bits, table, *, clear=None, local=False, interlaced=False, screen=None,
             at=(0, 0), background=0, trailer=b";"):  # fmt: skip
    height, width = index.shape[:2]
    tall, wide = screen or (height, width)
    colours = bytes(level for colour in table for level in colour)
    body = b"GIF89a" + struct.pack("<HHBBB", wide, tall, (0 if local else 0x80) | (bits - 1),
                                   background, 0)  # fmt: skip
    body += b"" if local else colours
    if clear is not None:
        body += b"\x21\xf9\4\1\0\0" + bytes([clear]) + b"\0"
    flags = (0x80 | (bits - 1) if local else 0) | (0x40 if interlaced else 0)
    body += b"\x2c" + struct.pack("<HHHHB", at[1], at[0], width, height, flags)
    body += colours if local else b""
    rows = list(range(height))
    if interlaced:
        rows = [*rows[::8], *rows[4::8], *rows[2::4], *rows[1::2]]
    return body + lzw([int(v) for i in rows for v in index[i].ravel()], bits) + trailer


def gif_cells():
    for bits in (1, 2, 4, 8):
        index = samples(1, bits)
        table = np.random.default_rng(bits).integers(0, 256, (2**bits, 3)).tolist()
        for local in (False, True):
            for interlaced in (False, True):
                for clear in (None, int(index[2, 3, 0])):
                    name = f"GIF {bits} {'local' if local else 'global'}"
                    name += ", interlaced" if interlaced else ""
                    name += "" if clear is None else ", with a clear entry"
                    yield (
                        name,
                        Cell(
                            gif_file(index, bits, table, clear=clear, local=local,
                                     interlaced=interlaced),
                            painted(
                                index,
                                lambda p, table=table, clear=clear: (
                                    [255] * 3 if p[0] == clear else table[p[0]]
                                ),
                            ),
                            mime="image/gif",
                        ),
                    )  # fmt: skip
            for clear in (None, int(index[2, 3, 0])):
                colours = np.full((HEIGHT + 7, WIDTH + 5, 3), 255.0)
                colours[3 : 3 + HEIGHT, 2 : 2 + WIDTH] = painted(
                    index,
                    lambda p, table=table, clear=clear: [255] * 3 if p[0] == clear else table[p[0]],
                )
                yield (
                    f"GIF {bits} {'local' if local else 'global'}, a part of its screen"
                    + ("" if clear is None else ", with a clear entry"),
                    Cell(
                        gif_file(index, bits, table, clear=clear, local=local, at=(3, 2),
                                 screen=(HEIGHT + 7, WIDTH + 5), background=1),
                        colours,
                        mime="image/gif",
                    ),
                )  # fmt: skip


# BMP (Microsoft, BITMAPINFOHEADER and after)


def bmp_file(rows, bits, *, table=(), compression=0, masks=(), head=40, up=True):
    """A BMP of rows of bytes, bottom row first unless ``up`` is False."""
    width, height = WIDTH, HEIGHT
    data = (
        rows
        if isinstance(rows, bytes)
        else b"".join(row + b"\0" * (-len(row) % 4) for row in (rows[::-1] if up else rows))
    )
    if head == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
        colours = b"".join(bytes([b, g, r]) for r, g, b in table)
    else:
        header = struct.pack(
            "<IiiHHIIiiII", head, width, height if up else -height, 1, bits, compression,
            len(data), 0, 0, len(table), 0,
        )  # fmt: skip
        header += b"".join(struct.pack("<I", mask) for mask in masks)
        header += b"\0" * (head - len(header)) if head > 40 else b""
        colours = b"".join(bytes([b, g, r, 0]) for r, g, b in table)
    at = 14 + len(header) + len(colours)
    return b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + header + colours + data


def rle8(index):
    """Rows of indices as RLE8: runs of one, and a stretch as it is at the end of every row."""
    found = b""
    for row in index[::-1, :, 0].tolist():
        found += b"".join(bytes([1, value]) for value in row[:8])
        rest = bytes(row[8:])
        found += bytes([0, len(rest)]) + rest + b"\0" * (len(rest) % 2) + b"\0\0"
    return found + b"\0\1"


def rle4(index):
    found = b""
    for row in index[::-1, :, 0].tolist():
        found += b"".join(bytes([1, value << 4]) for value in row) + b"\0\0"
    return found + b"\0\1"


def bmp_cells():
    for up in (True, False):
        way = "" if up else ", from the top"
        for bits in (1, 4, 8):
            index = samples(1, bits)
            table = np.random.default_rng(bits).integers(0, 256, (2**bits, 3)).tolist()
            colours = painted(index, lambda p, table=table: table[p[0]])
            body = bmp_file(packed_rows(index, bits), bits, table=table, up=up)
            yield f"BMP palette {bits}{way}", Cell(body, colours, mime="image/bmp")
            if up:
                body = bmp_file(packed_rows(index, bits), bits, table=table, head=12)
                yield f"BMP palette {bits}, OS/2", Cell(body, colours, mime="image/bmp")
            if up and bits > 1:
                packed = rle8(index) if bits == 8 else rle4(index)
                body = bmp_file(packed, bits, table=table, compression=1 if bits == 8 else 2)
                yield f"BMP palette {bits}, run lengths", Cell(body, colours, mime="image/bmp")
        rgb = samples(3, 8)
        body = bmp_file([row[:, ::-1].astype(np.uint8).tobytes() for row in rgb], 24, up=up)
        yield f"BMP colour 24{way}", Cell(body, rgb.astype(float), mime="image/bmp")
        four = samples(4, 8)
        rows = [row[:, [2, 1, 0, 3]].astype(np.uint8).tobytes() for row in four]
        body = bmp_file(rows, 32, up=up)
        yield f"BMP colour 32{way}", Cell(body, four[..., :3].astype(float), mime="image/bmp")
        masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
        body = bmp_file(rows, 32, compression=3, masks=masks, head=108, up=up)
        clear = painted(four, lambda p: over_white(p[:3], p[3] / 255))
        yield f"BMP colour 32 with opacity{way}", Cell(body, clear, mime="image/bmp")
        for name, widths, masks in (
            ("555", (5, 5, 5), ()),
            ("565", (5, 6, 5), (0xF800, 0x7E0, 0x1F)),
        ):
            parts = [samples(1, bits, seed=q)[..., 0] for q, bits in enumerate(widths)]
            words = (parts[0] << (widths[1] + 5)) | (parts[1] << 5) | parts[2]
            rows = packed_rows(words[..., np.newaxis], 16, "<")
            body = bmp_file(rows, 16, compression=3 if masks else 0, masks=masks, up=up)
            colours = painted(
                np.stack(parts, axis=-1),
                lambda p, widths=widths: [
                    value * 255 / (2**bits - 1) for value, bits in zip(p, widths, strict=True)
                ],
            )
            yield f"BMP colour 16 ({name}){way}", Cell(body, colours, mime="image/bmp")


# TIFF (revision 6.0)


def tiff_file(values, bits, photometric, *, order="<", planar=1, form=1, extra=(), table=None,
              packing=1, strips=1, fill=1, more=()):  # fmt: skip
    """A TIFF of (H, W, S) samples; ``values`` may be floats (form 3) or signed (form 2)."""
    height, width, count = values.shape

    def rows_of(part):
        if form == 1:
            return packed_rows(part, bits, order)
        kind = {2: "i", 3: "f"}[form] + str(bits // 8)
        return [row.astype(np.dtype(kind).newbyteorder(order)).tobytes() for row in part]

    planes = [values] if planar == 1 else [values[..., q : q + 1] for q in range(count)]
    each = -(-height // strips)
    pieces = []
    for plane in planes:
        rows = rows_of(plane)
        for top in range(0, height, each):
            piece = b"".join(rows[top : top + each])
            if fill == 2:
                piece = bytes(int(format(byte, "08b")[::-1], 2) for byte in piece)
            pieces.append(zlib.compress(piece) if packing == 8 else piece)
    entries = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (259, 3, 1, packing),
        (262, 3, 1, photometric),
        (277, 3, 1, count),
        (278, 3, 1, each),
        (284, 3, 1, planar),
        *more,
    ]
    if fill != 1:
        entries.append((266, 3, 1, fill))
    lists = [(258, 3, [bits] * count), (339, 3, [form] * count)]
    lists += [(338, 3, list(extra))] if extra else []
    lists += [(320, 3, table)] if table else []
    lists += [(273, 4, None), (279, 4, [len(piece) for piece in pieces])]
    at = handmade.tiff_data_at(len(entries) + len(lists))
    data = b""
    start = at + sum(
        (2 if kind == 3 else 4) * (len(pieces) if found is None else len(found))
        for _, kind, found in lists
    )
    for tag, kind, found in lists:
        if found is None:
            found = [start + sum(map(len, pieces[:place])) for place in range(len(pieces))]
        letter = "H" if kind == 3 else "I"
        whole = struct.pack(f"{order}{len(found)}{letter}", *found)
        if len(found) == 1:
            entries.append((tag, kind, 1, found[0]))
            data += whole
        elif len(whole) <= 4:  # so little stands in the entry itself
            (number,) = struct.unpack(order + "I", whole.ljust(4, b"\0"))
            entries.append((tag, kind, len(found), number))
            data += whole
        else:
            entries.append((tag, kind, len(found), at + len(data)))
            data += whole
    return handmade.tiff(entries, data + b"".join(pieces), order)


def tiff_cells():
    for order, name in (("<", "little"), (">", "big")):
        for packing, packed in ((1, ""), (8, ", deflated")):
            way = f", {name} endian{packed}"
            made = {"order": order, "packing": packing}
            for bits in (1, 2, 4, 8, 12, 16, 32):
                top = 2**bits - 1
                for zero in (0, 1):
                    grey = samples(1, bits)
                    yield (
                        f"TIFF grey {bits}{', white is zero' if zero == 0 else ''}{way}",
                        Cell(
                            tiff_file(grey, bits, zero, **made),
                            painted(
                                grey,
                                lambda p, top=top, zero=zero: (
                                    [(p[0] if zero else top - p[0]) * 255 / top] * 3
                                ),
                            ),
                        ),
                    )
            for bits in (8, 16, 32):
                low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
                signed = samples(1, bits) + low
                yield (
                    f"TIFF signed grey {bits}{way}",
                    Cell(
                        tiff_file(signed, bits, 1, form=2, **made),
                        painted(
                            signed,
                            lambda p, low=low, high=high: [(p[0] - low) * 255 / (high - low)] * 3,
                        ),
                    ),
                )
            for zero in (0, 1):
                floats = samples(1, 8) / 255
                colours = np.repeat(255 * floats if zero else 255 - 255 * floats, 3, axis=2)
                yield (
                    f"TIFF float grey{', white is zero' if zero == 0 else ''}{way}",
                    Cell(tiff_file(floats, 32, zero, form=3, **made), colours),
                )
            for bits in (1, 2, 4, 8):
                index = samples(1, bits)
                table = np.random.default_rng(bits).integers(0, 256, (2**bits, 3))
                colours = painted(index, lambda p, table=table: table[p[0]])
                flat = (257 * table.T).ravel().tolist()
                yield (
                    f"TIFF palette {bits}{way}",
                    Cell(tiff_file(index, bits, 3, table=flat, **made), colours),
                )
            for bits in (8, 16):
                top = 2**bits - 1
                for planar in (1, 2):
                    apart = ", planes apart" if planar == 2 else ""
                    rgb = samples(3, bits)
                    yield (
                        f"TIFF colour {bits}{apart}{way}",
                        Cell(
                            tiff_file(rgb, bits, 2, planar=planar, **made),
                            painted(rgb, lambda p, top=top: [v * 255 / top for v in p]),
                        ),
                    )
                    four = samples(4, bits)
                    for extra, what in ((0, "a fourth"), (1, "opacity within"), (2, "opacity")):
                        if extra == 1:  # no channel is larger than the opacity
                            four = np.minimum(four, four[..., 3:])

                        def rule(p, top=top, extra=extra):
                            levels = [v * 255 / top for v in p[:3]]
                            if extra == 0:
                                return levels
                            if extra == 1:
                                return [v + 255 * (1 - p[3] / top) for v in levels]
                            return over_white(levels, p[3] / top)

                        yield (
                            f"TIFF colour {bits} with {what}{apart}{way}",
                            Cell(
                                tiff_file(four, bits, 2, planar=planar, extra=(extra,), **made),
                                painted(four, rule),
                                within=2.6 if extra == 1 else 2.2,
                            ),
                        )
                    inks = samples(4, bits)
                    yield (
                        f"TIFF inks {bits}{apart}{way}",
                        Cell(
                            tiff_file(inks, bits, 5, planar=planar, **made),
                            painted(
                                inks,
                                lambda p, top=top: [
                                    255 * (1 - v / top) * (1 - p[3] / top) for v in p[:3]
                                ],
                            ),
                            within=2.6,
                        ),
                    )
                both = samples(2, bits)
                for extra, what in ((0, "a second"), (2, "opacity")):
                    yield (
                        f"TIFF grey {bits} with {what}{way}",
                        Cell(
                            tiff_file(both, bits, 1, extra=(extra,), **made),
                            painted(
                                both,
                                lambda p, top=top, extra=extra: over_white(
                                    [p[0] * 255 / top] * 3, p[1] / top if extra else 1
                                ),
                            ),
                            within=1.6,
                        ),
                    )
            for strips in (3,):
                rgb = samples(3, 8)
                yield (
                    f"TIFF colour 8 in {strips} strips{way}",
                    Cell(tiff_file(rgb, 8, 2, strips=strips, **made), rgb.astype(float)),
                )
        for bits in (1, 4, 8, 16):
            grey = samples(1, bits)
            top = 2**bits - 1
            yield (
                f"TIFF grey {bits}, lowest bit first, {name} endian",
                Cell(
                    tiff_file(grey, bits, 1, order=order, fill=2),
                    painted(grey, lambda p, top=top: [p[0] * 255 / top] * 3),
                ),
            )


# What is packed with loss, or has no rule as short as a loop: Pillow writes it, others read it.


def coded_cells():
    """JPEG, WebP and AVIF of flat quarters; OpenCV, or Chromium, says what is in them."""
    rng = np.random.default_rng(3)
    quarters = rng.integers(30, 226, (2, 2, 3), dtype=np.uint8).repeat(24, 0).repeat(32, 1)
    colour = Image.fromarray(quarters)
    clear = Image.fromarray(np.dstack([quarters, np.full(quarters.shape[:2], 102, np.uint8)]))
    for subsampling in ("4:4:4", "4:2:2", "4:2:0"):
        for progressive in (False, True):
            way = ", progressive" if progressive else ""
            body = handmade.saved(
                colour, "JPEG", quality=90, subsampling=subsampling, progressive=progressive
            )
            yield f"JPEG colour {subsampling}{way}", Cell(body, None, 3, "image/jpeg")
    for progressive in (False, True):
        way = ", progressive" if progressive else ""
        body = handmade.saved(colour.convert("L"), "JPEG", quality=90, progressive=progressive)
        yield f"JPEG grey{way}", Cell(body, None, 2, "image/jpeg")
        body = handmade.saved(colour, "JPEG", quality=90, keep_rgb=True, progressive=progressive)
        yield f"JPEG colour kept as RGB{way}", Cell(body, None, 3, "image/jpeg")
    for lossless in (False, True):
        for image, what in ((colour, ""), (clear, " with opacity"), (colour.convert("L"), " grey")):
            how = "lossless" if lossless else "lossy"
            body = handmade.saved(image, "WEBP", lossless=lossless, quality=90)
            yield f"WebP {how}{what}", Cell(body, None, 3, "image/webp")
    for image, what in ((colour, ""), (clear, " with opacity"), (colour.convert("L"), " grey")):
        for subsampling in ("4:4:4", "4:2:0"):
            if features.check("avif"):
                body = handmade.saved(image, "AVIF", quality=90, subsampling=subsampling)
                yield f"AVIF {subsampling}{what}", Cell(body, None, 4, "image/avif")


def cells():
    """Every cell of hand-made files by its name."""
    return dict([*png_cells(), *gif_cells(), *bmp_cells(), *tiff_cells()])
