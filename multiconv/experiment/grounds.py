"""A challenge's ground: the figure it is asked of, what of one has left it, and the way back.

It stands alone: links are read here, and the table of challenges is read by links.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl

from multiconv.experiment.challenges import WEIGHTS, Challenge
from multiconv.experiment.fields import BY_NAME
from multiconv.experiment.link import read, to_pairs
from multiconv.experiment.model import Experiment, Layer, Networks, no_networks

_CALLED = {
    "network": "the network", "image": "the picture", "size": "the working size",
    "kernel": "the kernels’ size", "strides": "the stride", "padding": "the padding",
    "padding_mode": "what it is padded with", "dilations": "the dilation", "groups": "the groups",
    "outputs": "the number of outputs", "filters": "the filters", "bias": "the bias",
    "activation": "the activation", "off": "which channels are left out",
    "layer": "the opened layer", "k": "the chosen output", "if": "what is computed",
    "layers": "the number of layers", "kind": "the kind of layer",
    "output_padding": "the output padding", "z": "the numbers it is made of",
    "target": "what is learned", "rate": "how fast it learns", "steps": "how far it has learned",
}  # fmt: skip
_KERNEL = re.compile(r"w\..*")


def ground_of(challenge: Challenge, networks: Networks = no_networks) -> Experiment:
    """Return the figure that a challenge is asked of, as it is given."""
    return read(parse_qsl(challenge.link), networks=networks)


def returned(challenge: Challenge, now: Experiment, ground: Experiment) -> Experiment:
    """Return the ground with what of an experiment may differ there, and how that is looked at."""
    free, focus, layers = set(challenge.free), ground.focus, list(ground.layers)
    for at, (own, mine) in enumerate(zip(ground.layers, now.layers, strict=False)):
        layers[at] = _with_free(own, mine, free)
    opened = now.focus.layer
    if "layer" in free and opened <= len(layers):
        focus = replace(focus, layer=opened)
    return replace(ground, layers=tuple(layers), focus=focus, view=now.view)


def _with_free(own: Layer, mine: Layer, free: set[str]) -> Layer:
    """Return a layer of the ground with those fields of another that may differ and fit."""
    if (own.kind, own.inputs) != (mine.kind, mine.inputs):
        return own
    if WEIGHTS in free and own.kernel_size == mine.kernel_size:
        own = replace(own.with_outputs(mine.outputs), bank=mine.bank, kernels=mine.kernels)
    for name in free & BY_NAME.keys():
        row = BY_NAME[name]
        fits = name != "bias" or own.outputs == mine.outputs
        if row.of.startswith("layer.") and fits:
            own = replace(own, **{row.place: getattr(mine, row.place)})
    return own


def left_ground(home: Experiment, now: Experiment) -> tuple[str, ...]:
    """Return what of an experiment is not as at home, in words; where one looks does not count."""
    looking = replace(home.focus, i=now.focus.i, j=now.focus.j, rows=now.focus.rows)
    one, other = (dict(to_pairs(each)) for each in (replace(home, focus=looking), now))
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return tuple(dict.fromkeys(_called(name) for name in names))


def _called(name: str) -> str:
    own = re.sub(r"^[0-9]+\.", "", name)
    return "the weights" if _KERNEL.fullmatch(own) else _CALLED.get(own, own)
