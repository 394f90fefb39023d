"""The networks that come with the app, as layers with their credit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np

from multiconv.errors import InvalidValue
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.model import Layer, Network
from multiconv.experiment.numbers import quoted

CREDITS: Mapping[str, str] = {
    "faces": "dlib's face detector (Davis E. King, CC0 1.0), trained on faces in photographs that "
    "were collected for research. It finds faces; it recognises nobody."
}
"""What stands wherever a network is shown, by the names that links have for them."""

_FILES = {"faces": "face_detector.npz"}
_TITLES = {"faces": "the face network"}
_UNIT = "_unit"  # what ends the name of arrays that take pictures from 0 to 1


@cache
def network(name: str) -> Network:
    """Return a network that comes with the package: its layers, its credit, `run`.

    Parameters
    ----------
    name : {"faces"}
        The face network is dlib's detector: seven convolutions over a picture from 0 to 1, whose
        last map is above 0 where a face of about 80 × 80 pixels is, at row 8·i + 14 and column
        8·j + 14.

    Raises
    ------
    InvalidValue
        For an unknown name, with the known ones.

    Examples
    --------
    >>> faces = network("faces")
    >>> len(faces.layers), faces.layers[3].filters().shape
    (7, (5, 5, 32, 45))
    """
    if name not in _FILES:
        raise InvalidValue(
            f"network is {quoted(name)}, which is no network here.",
            f"Use one of {', '.join(_FILES)}.",
            field="network",
        )
    body = files("multiconv.networks").joinpath("data", _FILES[name]).read_bytes()
    with np.load(BytesIO(body), allow_pickle=False) as arrays:
        told = json.loads(str(arrays["metadata"]))
        layers = tuple(_layer(name, each, arrays) for each in told["layers"])
    return Network(name, _TITLES[name], CREDITS[name], layers, "sample:portrait", 400)


def _layer(name: str, told: Mapping[str, Any], arrays: Mapping[str, Any]) -> Layer:
    weights, biases = (_read(f"{told['name']}.{what}", arrays) for what in ("weight", "bias"))
    height, width, inputs, outputs = weights.shape
    bank = StoredBank(
        f"{name}-{told['name']}", weights, f"{_TITLES[name]}’s {told['name']}", CREDITS[name]
    )
    padding = told["padding"]
    return Layer(
        bank=bank,
        kernel_size=(height, width),
        outputs=outputs,
        bias=tuple(biases.tolist()),
        strides=(told["stride"], told["stride"]),
        padding=padding if padding else "VALID",
        activation="identity" if told["activation"] == "none" else told["activation"],
        inputs=inputs,
    )


def _read(name: str, arrays: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return an array in 64 bits, as all kernels are held; that of the first layer for 0 to 1."""
    own = name + _UNIT if name + _UNIT in arrays else name
    found = np.array(arrays[own], dtype=np.float64)
    found.setflags(write=False)
    return found
