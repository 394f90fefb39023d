"""An experiment, and its maps, in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from multiconv.engine.geometry import Padding, Pair
from multiconv.experiment.banks import PLANES, StoredBank, own_shape, shares_of
from multiconv.experiment.fields import ACTIVATION_WORDS, WHAT_IFS
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.latent import Latent
from multiconv.experiment.maps import (
    GENERATED,
    Z_MAP,
    edges_place,
    face_place,
    learned_place,
    map_place,
)
from multiconv.experiment.model import (
    AVG_POOL,
    CONV,
    MAX_POOL,
    TRANSPOSED,
    Experiment,
    Layer,
    Network,
    Source,
)
from multiconv.experiment.numbers import decimal
from multiconv.filters.banks import BANKS, NOTICE, Share

KIND_WORDS = {
    CONV: "convolution",
    TRANSPOSED: "transposed convolution",
    MAX_POOL: "max pooling",
    AVG_POOL: "average pooling",
}
_KINDS = {CONV: "conv", TRANSPOSED: "deconv", MAX_POOL: "pool", AVG_POOL: "pool"}


def sentence(
    experiment: Experiment, input_size: Pair, output_size: Pair, title: str | None = None
) -> str:
    """Return an experiment in a sentence, from the sizes of its input and output.

    ``title`` is what the picture is called; otherwise the sample's name, or that it is an upload.
    Of several layers the opened one is named.
    """
    title = title or source_words(experiment.source)
    layer = experiment.layer
    works = (
        [f"{kind_words(layer)} of each"]
        if layer.pools
        else [
            f"{layer.outputs} output{'s' * (layer.outputs != 1)}",
            f"{size_words(layer.kernel_size)} kernels{' stamped' * layer.transposed}",
        ]
    )
    parts = [
        f"{layer.inputs} input channels",
        *works,
        f"stride {both_words(layer.strides)}",
        _padding(layer),
    ]
    if layer.dilations != (1, 1):
        parts.append(f"dilation {both_words(layer.dilations)}")
    if layer.output_padding != (0, 0):
        parts.append(f"output padding {both_words(layer.output_padding)}")
    if layer.groups != 1 and not layer.pools:
        parts.append(f"{layer.groups} groups")
    if layer.off:
        left_out = (channel_name(q, experiment.focus.layer, layer.inputs) for q in layer.off)
        parts.append(f"without {' and '.join(left_out)}")
    if layer.activation != "identity":
        parts.append(f"then {activation_words(layer.activation)}")
    if output_size != input_size:
        parts.append(f"giving {size_words(output_size)}")
    what_if = experiment.focus.what_if
    ending = f"; what if: {WHAT_IFS[what_if]}" if what_if else ""
    if len(experiment.layers) > 1:
        within = f" in {experiment.network.title}" if experiment.network else ""
        title += f"{within}, {layer_name(experiment.focus.layer, layer)}"
    return f"{title} at {size_words(input_size)}: {', '.join(parts)}{ending}."


def source_words(source: Source) -> str:
    """Return what a picture is called at the beginning of a sentence, or a generator's numbers."""
    if source.z is not None:
        return latent_words(source.z)
    kind, _, name = source.image.rpartition(":")
    return f"Sample {name}" if kind else "Your picture"


def latent_words(z: Latent) -> str:
    """Return what a generator's hundred numbers are, as “z of 🐶”."""
    changed = f", {len(z.changes)} of them changed" if z.changes else ""
    if z.seed is not None:
        return f"Random z, seed {z.seed}{changed}"
    if z.second is None:
        return f"z of {chr(z.first)}{changed}"
    first, second = (f"{100 * share:.4g} %" for share in (1 - z.share, z.share))
    return f"z, {first} of {chr(z.first)} and {second} of {chr(z.second)}{changed}"


def what_if_words(experiment: Experiment) -> str:
    """Return what an experiment's what-if means, and what frameworks do; empty without one."""
    layer, focus = experiment.layer, experiment.focus
    names = [channel_name(q, focus.layer, layer.inputs) for q in layer.adding(focus.k)]
    if focus.what_if == "mean":
        return (
            f"What if it were a mean? What the channels add is divided by their number, "
            f"{len(names)}, before the bias. Frameworks do not divide: they sum."
        )
    if focus.what_if == "shared":
        others = enumeration(names[1:]).capitalize()
        verb = "use" if len(names) > 2 else "uses"
        uses = f"{others} {verb} {names[0]}’s" if others else "No other takes part"
        return (
            f"What if one kernel served all? {uses}, and their own are kept aside. "
            "In frameworks every input channel has a kernel of its own."
        )
    if focus.what_if == "flipped":
        kernels = layer.all_kernels()[:, :, list(layer.adding(focus.k)), focus.k]
        same = np.array_equal(kernels, kernels[::-1, ::-1])
        nothing = " These kernels are symmetric, so nothing changes." if same else ""
        return (
            "What if each kernel were laid on turned by 180°? That is convolution as mathematics "
            f"defines it. Frameworks do not turn kernels.{nothing}"
        )
    if focus.what_if == "apart":
        return (
            "What if nothing were summed? What each channel adds stays a picture of its own: there "
            "is no sum and no output. Frameworks sum, unless a layer is depthwise."
        )
    return ""


def layer_name(n: int, layer: Layer) -> str:
    """Return what layer n is called, as conv2."""
    return f"{_KINDS[layer.kind]}{n}"


def pooling_words(layer: Layer) -> str:
    """Return what a pooling takes out of each window; nothing of a convolution."""
    if not layer.pools:
        return ""
    kind = "largest" if layer.kind == MAX_POOL else "mean"
    return f"the {kind} of each {size_words(layer.kernel_size)}"


def enumeration(names: Sequence[str]) -> str:
    """Return names as a sentence lists them, as “red, green and blue”."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def share_words(share: Share) -> str:
    """Return whose filters a share of the outputs has."""
    if share.bank in BANKS:
        return BANKS[share.bank].title
    return share.bank or "random numbers, of no bank"


def origin_words(layer: Layer, k: int, network: Network | None = None) -> str:
    """Return whose filters the outputs have, where that is more than one bank's or is owed to it.

    Output k is the one that is shown, ``network`` whose layer it is.
    """
    shares, told = shares_of(layer.bank, layer.outputs), []
    if len(shares) > 1:
        spans = ", ".join(f"{_span(share)} {share_words(share)}" for share in shares)
        shown = next(share for share in shares if share.first <= k <= share.last)
        told.append(f"Filters of outputs {spans}; output {k} is {share_words(shown)}.")
    if layer.bank == "dlib":
        told += [NOTICE, *_changes(layer)]
    elif isinstance(layer.bank, StoredBank) and layer.bank.credit:
        title = layer.bank.title
        told += [f"{title[0].upper()}{title[1:]}, of {layer.bank.credit}", *_changes(layer)]
    elif network:
        told.append(f"In {network.title}, {network.credit}")
    return " ".join(told)


def _span(share: Share) -> str:
    last = share.last
    return f"{share.first}:" if share.first == last else f"{share.first} to {last}:"


def _changes(layer: Layer) -> list[str]:
    """Return what was done to trained filters since."""
    (high, wide), (own_high, own_wide) = layer.kernel_size, own_shape(layer.bank)[0]
    told = []
    if high < own_high or wide < own_wide:
        told.append(f"Here they are cut to {size_words(layer.kernel_size)}.")
    elif (high, wide) != (own_high, own_wide):
        told.append("Here zeros stand around them.")
    edited = sorted({k for (_, k), _ in layer.kernels})
    if edited:
        several = "s" if len(edited) > 1 else ""
        told.append(f"Kernels of output{several} {', '.join(map(str, edited))} were edited.")
    return told


_SHARES = {
    "for": "what adds to the sum, pixel by pixel",
    "against": "what takes from the sum, pixel by pixel",
    "rest": "what all channels without a row add",
    "subtotals": "what each channel adds at the pinned pixel, side by side",
}


_OF_A_GENERATOR = {
    Z_MAP: "the numbers that the generator is given",
    GENERATED: "the picture that the generator makes",
}


def _learned_words(name: str, place: tuple[int, ...], experiment: Experiment) -> str:
    if not place:
        return "output minus target" if name == "error" else "the target"
    q, di, dj = place
    called = channel_name(q, experiment.focus.layer, experiment.layer.inputs)
    return f"2 · error × what weight {di}, {dj} of {called} meets"


def map_words(name: str, experiment: Experiment) -> str:
    """Return what a map shows, as “what red adds”."""
    if place := face_place(name, experiment):
        return f"output channel {place[1]} of layer {place[0]}"
    if name == "influence":
        return "how much the number changes with each pixel"
    if name == "stamps":
        return "what each input pixel stamps, all channels together, side by side"
    if n := edges_place(name, experiment):
        return f"the first column and row of every output of layer {n}"
    if (tap := learned_place(name, experiment)) is not None:
        return _learned_words(name, tap, experiment)
    if name in _OF_A_GENERATOR:
        return _OF_A_GENERATOR[name]
    kind, channel = map_place(name, experiment.layer)
    if kind in _SHARES:
        return _SHARES[kind]
    if channel is None:
        mean = experiment.focus.what_if == "mean"
        added = "the mean of what all channels add" if mean else "what all channels add up to"
        return f"{added}, with the bias"
    if kind == "running":
        inputs = experiment.layer.inputs
        return f"the sum of the first {channel} of {inputs} channels, without the bias"
    if kind == "output":
        return f"output channel {channel}"
    inputs = experiment.layer.inputs
    called = channel_name(channel, experiment.focus.layer, inputs)
    if kind == "partial":
        return f"what {called} adds"
    picture = experiment.focus.layer == 1 and inputs == PLANES
    return f"the {called} input plane" if picture else called


def map_text(name: str, experiment: Experiment, lowest: float, highest: float, mean: float) -> str:
    """Return the text that stands for a map's picture: what it shows and its values."""
    low, high, middle = (decimal(value, 2) for value in (lowest, highest, mean))
    return f"{map_words(name, experiment)}: {low} … {high}, mean {middle}"


def kind_words(layer: Layer) -> str:
    """Return what kind of layer it is, as “5 × 5 convolution”."""
    return f"{size_words(layer.kernel_size)} {KIND_WORDS[layer.kind]}"


def kernel_count_words(layer: Layer) -> str:
    """Return how many kernels a layer has and why, as “45 outputs · 32 inputs = 1,440 kernels”."""
    members, outputs = layer.inputs // layer.groups, layer.outputs
    counts = f"{outputs} output{'s' * (outputs != 1)} · {members} input{'s' * (members != 1)}"
    each = " each" if layer.groups > 1 else ""
    kernels = members * outputs
    return f"{counts}{each} = {kernels:,} kernel{'s' * (kernels != 1)}"


def layer_words(layer: Layer) -> str:
    """Return a layer in a list of them, as “5 × 5 convolution, 32 to 45”."""
    channels = f"{layer.inputs} to {layer.outputs}"
    return f"{kind_words(layer)}, {f'{layer.inputs} maps' if layer.pools else channels}"


def activation_words(name: str) -> str:
    """Return an activation's name for people."""
    return ACTIVATION_WORDS[name]


def outcome_words(name: str, value: float, text: str) -> str:
    """Return what an activation makes of a sum; what ReLU cuts off is 0, not nearly."""
    return f"{activation_words(name)} {'= 0' if name == 'relu' and value == 0 else f'≈ {text}'}"


def size_words(size: tuple[int | Fraction, int | Fraction]) -> str:
    """Return height × width, as 160 × 107."""
    return f"{size[0]} × {size[1]}"


def whole_or_float(number: Fraction) -> int | float:
    """Return a fraction as JSON writes it: a whole one without a point."""
    return int(number) if number.denominator == 1 else float(number)


def both_words(pair: tuple[int | Fraction, int | Fraction]) -> str:
    """Return a pair in words, one number where both are the same."""
    return str(pair[0]) if pair[0] == pair[1] else size_words(pair)


def _padding(layer: Layer) -> str:
    words = _amount(layer.padding)
    return words if layer.padding_mode == "zeros" else f"{words} ({layer.padding_mode})"


def _amount(padding: Padding) -> str:
    match padding:
        case str(name):
            return f"{name.lower()} padding"
        case ((top, bottom), (left, right)):
            return f"padding {top} above, {bottom} below, {left} left, {right} right"
        case (int(vertical), int(horizontal)):
            return f"padding {both_words((vertical, horizontal))}"
    return f"padding {padding}"
