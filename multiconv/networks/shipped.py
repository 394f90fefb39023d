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
from multiconv.experiment.latent import Latent, Learned, latent_of
from multiconv.experiment.model import CONV, TRANSPOSED, Layer, Network
from multiconv.experiment.numbers import quoted

CREDITS: Mapping[str, str] = {
    "faces": "dlib's face detector (Davis E. King, CC0 1.0), trained on faces in photographs that "
    "were collected for research. It finds faces; it recognises nobody.",
    "emoji": "a generator of the DCGAN paper's shape (arXiv 1511.06434, its figure 1) at an eighth "
    "of its width, learned without an adversary (one vector z for each picture, arXiv 1707.05776) "
    "from renderings of Noto Color Emoji, Copyright Google; Apache License 2.0. It knows its 153 "
    "pictures and mixtures of them.",
}
"""What stands wherever a network is shown, by the names that links have for them."""

_FILES = {"faces": "face_detector.npz", "emoji": "emoji_generator.npz"}
_TITLES = {"faces": "the face network", "emoji": "the emoji generator"}
_OPENS = {"faces": ("sample:portrait", 400)}  # a generator has no picture
_START = "mix(1F33B,1F981,0.6)"
_UNIT = "_unit"  # what ends the name of arrays that take pictures from 0 to 1


@cache
def network(name: str) -> Network:
    """Return a network that comes with the package: its layers, its credit, `run`.

    Parameters
    ----------
    name : {"faces", "emoji"}
        The face network is dlib's detector: seven convolutions over a picture from 0 to 1, whose
        last map is above 0 where a face of about 80 × 80 pixels is, at row 8·i + 14 and column
        8·j + 14.  The emoji generator makes a picture of 64 × 64 pixels from −1 to 1 out of
        a hundred numbers: five transposed convolutions, of the DCGAN paper's shape.

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
        z = _start(arrays) if "latents" in arrays else None
    image, size = _OPENS.get(name, ("", 1))
    return Network(name, _TITLES[name], CREDITS[name], layers, image, size, z)


def _start(arrays: Mapping[str, Any]) -> Latent:
    """Return what a generator is given where nothing else is asked for, and all it learned."""
    vectors = np.array(arrays["latents"], dtype=np.float64)
    vectors.setflags(write=False)
    return latent_of(_START, "z", Learned(tuple(arrays["code_points"].tolist()), vectors))


def _layer(name: str, told: Mapping[str, Any], arrays: Mapping[str, Any]) -> Layer:
    weights, biases = (_read(f"{told['name']}.{what}", arrays) for what in ("weight", "bias"))
    kind = CONV
    if "output_padding" in told:  # (kh, kw, C_out, C_in) as it comes
        kind, weights = TRANSPOSED, weights.swapaxes(2, 3)
    height, width, inputs, outputs = weights.shape
    extra = told.get("output_padding", 0)
    bank = StoredBank(
        f"{name}-{told['name']}", weights, f"{_TITLES[name]}’s {told['name']}", CREDITS[name]
    )
    padding, stride = told["padding"], told.get("stride", told.get("strides"))
    return Layer(
        bank=bank,
        kernel_size=(height, width),
        outputs=outputs,
        bias=tuple(biases.tolist()),
        strides=(stride, stride),
        padding=padding if padding else "VALID",
        activation="identity" if told["activation"] == "none" else told["activation"],
        inputs=inputs,
        kind=kind,
        output_padding=(extra, extra),
    )


def _read(name: str, arrays: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return an array in 64 bits, as all kernels are held; that of the first layer for 0 to 1."""
    own = name + _UNIT if name + _UNIT in arrays else name
    found = np.array(arrays[own], dtype=np.float64)
    found.setflags(write=False)
    return found
