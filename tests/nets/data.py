"""The files of recorded answers."""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent / "data"


def write(name: str, value: Any) -> None:
    """Write a JSON value, packed."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    (FOLDER / f"{name}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9))


@cache
def recorded(name: str) -> Any:
    """Return a recorded JSON value."""
    return json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes()))


def write_arrays(name: str, **flat: NDArray[Any]) -> None:
    """Write flat arrays; where each experiment's part begins stands in the JSON beside them."""
    np.savez_compressed(FOLDER / f"{name}.npz", **flat)


@cache
def recorded_arrays(name: str) -> dict[str, NDArray[Any]]:
    """Return recorded flat arrays."""
    with np.load(FOLDER / f"{name}.npz") as saved:
        return {each: saved[each] for each in saved.files}
