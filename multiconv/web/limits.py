"""The limits in words, from the one value that every check uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from types import MappingProxyType

from multiconv.experiment.model import Limits
from multiconv.experiment.numbers import grouped

Words = tuple[str, Callable[[float], str]]


def size(value: float) -> str:
    """Return bytes in the largest unit that fits.

    Examples
    --------
    >>> size(10 * 2**20), size(65536)
    ('10 MiB', '64 KiB')
    """
    units = ("bytes", "KiB", "MiB", "GiB")
    at = 0
    while value >= 1024 and at < len(units) - 1:
        value, at = value / 1024, at + 1
    return f"{value:g} {units[at]}"


def _to(noun: str) -> Callable[[float], str]:
    return lambda value: f"up to {grouped(value)} {noun}".rstrip()


WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "upload_bytes": ("A picture's file", size),
        "pixels": ("A picture's pixels", lambda value: f"{value / 1e6:g} megapixels"),
        "side": ("A picture's longest side", _to("pixels")),
        "jpeg_scan_pixels": ("A JPEG's passes × pixels", _to("")),
        "working_size": ("Longest side worked on, unless the whole picture is", _to("pixels")),
        "kernel_side": ("A kernel's side", _to("weights")),
        "outputs": ("Output channels", _to("")),
        "stride": ("Stride", _to("")),
        "pad": ("Padding on each side", _to("pixels")),
        "dilation": ("Dilation", _to("")),
        "weight": ("A weight or bias, positive or negative", _to("")),
        "multiply_adds": ("Work of one request", _to("multiply-adds")),
        "request_bytes": ("Memory of one request", size),
        "query_bytes": ("A link's parameters", size),
        "body_bytes": ("What is sent besides pictures and banks of filters", size),
        "link_bytes": (
            "A link that holds its kernels itself; longer ones store them",
            _to("bytes"),
        ),
        "bank_bytes": ("A bank of filters that a script sends", size),
        "matrix_characters": ("A pasted matrix", _to("characters")),
        "store_bytes": ("All pictures kept on this server together", size),
    }
)
"""What each field of `Limits` is called, and how its value is written."""


def limit_rows(limits: Limits) -> list[tuple[str, str]]:
    """Return every limit as (what is limited, the limit).

    Examples
    --------
    >>> limit_rows(Limits())[0]
    ("A picture's file", '10 MiB')
    """
    values = asdict(limits)
    return [(words, written(values[name])) for name, (words, written) in WORDS.items()]
