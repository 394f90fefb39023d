"""Files of weights to refuse in words: pickles, bombs, liars, cut ones and wrong ones."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
import zlib

import numpy as np

GOOD = np.arange(2 * 3 * 5 * 5, dtype=np.float32).reshape(2, 3, 5, 5)  # OIHW


class Bomb:
    """What a pickle may hold: a call."""

    def __reduce__(self):
        return print, ("a pickle was run",)


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def headed(said, version=(1, 0), after=b""):
    """A .npy whose header says what it likes."""
    text = said.encode("latin1") if isinstance(said, str) else said
    size = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + size + text + after


def shaped(shape, descr="<f4", after=b""):
    return headed(
        f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}\n", after=after
    )


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, body in entries:
            archive.writestr(name, body)
    return file.getvalue()


def lying_zip():
    """A .npz whose directory says that its entry is small."""
    body = bytearray(zipped([("a.npy", shaped("(1000, 3, 5, 5)", after=bytes(10**6)))]))
    at = body.rindex(b"PK\x01\x02")
    body[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(body)


def safe(header, data=b"", size=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def flipped(body, at):
    changed = bytearray(body)
    changed[at] ^= 0xFF
    return bytes(changed)


_ENTRY = {"dtype": "F32", "shape": [2, 3, 5, 5], "data_offsets": [0, 600]}

FILES: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"\x00",
    "text": b"weights, please",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "gzip": zlib.compress(npy(GOOD)),
    "a pickle": pickle.dumps(GOOD),
    "a pickle that calls": pickle.dumps(Bomb()),
    "an old pickle that calls": pickle.dumps(Bomb(), protocol=0),
    "a .pt": zipped([("archive/data.pkl", pickle.dumps(Bomb())), ("archive/data/0", b"\0" * 600)]),
    "objects in a .npy": npy(np.array([Bomb()], dtype=object), allow_pickle=True),
    "objects in a .npz": zipped([("a.npy", npy(np.array([Bomb()], object), allow_pickle=True))]),
    "a .npy cut in its header": npy(GOOD)[:40],
    "a .npy cut in its numbers": npy(GOOD)[:-1],
    "a .npy without numbers": npy(GOOD)[:128],
    "a .npy that calls in its header": headed("__import__('os').getcwd()\n"),
    "a .npy of deep brackets": headed("(" * 9_000 + "\n"),
    "a .npy of a version to come": headed("{}", (9, 9)),
    "a .npy that promises terabytes": shaped("(1000000, 3, 1000, 1000)", after=bytes(64)),
    "a .npy of negative sides": shaped("(-2, 3, 5, 5)", after=bytes(600)),
    "a .npy of overflowing sides": shaped(f"({2**62}, 3, 5, {2**62})", after=bytes(600)),
    "a .npy of no size": npy(np.zeros((0, 3, 5, 5), np.float32)),
    "a .npy of text": npy(np.array(["0.1", "0.2"])),
    "a .npy of complex numbers": npy(GOOD.astype(complex)),
    "a .npy of truths": npy(GOOD > 1),
    "a .npy of records": npy(np.zeros(3, dtype=[("a", "<f4"), ("b", "<f4")])),
    "a .npy of times": npy(np.zeros((2, 3, 5, 5), "datetime64[s]")),
    "a single number": npy(np.float32(1)),
    "rank 3": npy(GOOD[0]),
    "rank 5": npy(GOOD[None]),
    "rank 32": npy(np.zeros((1,) * 32, np.float32)),
    "one channel": npy(GOOD[:, :1]),
    "64 channels": npy(np.zeros((2, 64, 5, 5), np.float32)),
    "kernels too large": npy(np.zeros((2, 3, 40, 40), np.float32)),
    "either layout": npy(np.zeros((3, 3, 3, 3), np.float32)),
    "not a number": npy(np.full_like(GOOD, np.nan)),
    "infinite": npy(np.full_like(GOOD, np.inf)),
    "beyond a million": npy(np.full_like(GOOD, 1e7)),
    "a .npz that is only its end": b"PK\x05\x06" + bytes(18),
    "a .npz cut short": npz(a=GOOD)[:-30],
    "a .npz with a wrong checksum": flipped(npz(a=GOOD), 200),
    "a .npz of other things": zipped([("readme.txt", b"hello")]),
    "a .npz bomb": zipped([("a.npy", shaped("(65536, 3, 15, 15)", after=bytes(3 * 10**7)))]),
    "a .npz that lies": lying_zip(),
    "a .npz of 5000 entries": zipped([(f"{n}.npy", b"") for n in range(5000)]),
    "a .npz of two that fit": npz(a=GOOD, b=GOOD),
    "a .npz with one name twice": zipped([("a.npy", npy(GOOD)), ("b.npy", npy(GOOD + 1))]).replace(
        b"b.npy", b"a.npy"
    ),
    "a .npz of vectors": npz(bias=np.zeros(4, np.float32), mean=np.zeros(4, np.float32)),
    "JSON of nothing": b"[]",
    "JSON cut short": b"[[[[0.1, 0.2",
    "JSON of words": b'{"a": "b"}',
    "JSON of ragged rows": b"[[[[1, 2], [3]]]]",
    "JSON so deep": b"[" * 100_000 + b"]" * 100_000,
    "JSON of NaN": json.dumps(np.full((5, 5, 3, 2), np.nan).tolist()).encode(),
    "JSON of a huge number": b"[[[[1" + b"0" * 4000 + b"]]]]",
    "JSON too long": b"[" + b"1," * (2**20) + b"1]",
    "safetensors that promise a long header": safe(b"{}", size=2**60),
    "safetensors of no JSON": safe(b"{" + b"x" * 50),
    "safetensors beyond their end": safe({"w": _ENTRY}, bytes(100)),
    "safetensors of a wrong size": safe({"w": {**_ENTRY, "shape": [9, 3, 5, 5]}}, bytes(600)),
    "safetensors that overlap": safe({"a": _ENTRY, "b": _ENTRY}, bytes(600)),
    "safetensors of truths": safe(
        {"w": {"dtype": "BOOL", "shape": [2, 3, 5, 5], "data_offsets": [0, 150]}}, bytes(150)
    ),
    "safetensors of a type to come": safe(
        {"w": {"dtype": "F3", "shape": [2, 3, 5, 5], "data_offsets": [0, 150]}}, bytes(150)
    ),
    "a .npy of 8-bit floats, of which kind it does not say": npy(GOOD.astype(np.uint8).view("V1")),
    "JSON of names in names in names": (b'{"' + b"n" * 999 + b'": ') * 500 + b"[1]" + b"}" * 500,
    "JSON of objects so deep": b'{"a": ' * 50_000 + b"[1]" + b"}" * 50_000,
    "safetensors of nothing": safe({}),
}
