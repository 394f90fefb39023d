"""An experiment, and its maps, in words."""

from __future__ import annotations

from multiconv.engine.geometry import Padding, Pair
from multiconv.experiment.fields import ACTIVATION_WORDS
from multiconv.experiment.kernels import channel_name
from multiconv.experiment.maps import map_place
from multiconv.experiment.model import Experiment, Layer
from multiconv.experiment.numbers import decimal


def sentence(
    experiment: Experiment, input_size: Pair, output_size: Pair, title: str | None = None
) -> str:
    """Return an experiment in a sentence, from the sizes of its input and output.

    ``title`` is what the picture is called; otherwise the sample's name, or that it is an upload.
    """
    kind, _, name = experiment.source.image.rpartition(":")
    title = title or (f"Sample {name}" if kind else "Your picture")
    layer = experiment.layer
    parts = [
        f"{layer.inputs} input channels",
        f"{layer.outputs} output{'s' * (layer.outputs != 1)}",
        f"{size_words(layer.kernel_size)} kernels",
        f"stride {_both(layer.strides)}",
        _padding(layer),
    ]
    if layer.dilations != (1, 1):
        parts.append(f"dilation {_both(layer.dilations)}")
    if layer.groups != 1:
        parts.append(f"{layer.groups} groups")
    if layer.off:
        left_out = (channel_name(q, experiment.focus.layer) for q in layer.off)
        parts.append(f"without {' and '.join(left_out)}")
    if layer.activation != "identity":
        parts.append(f"then {activation_words(layer.activation)}")
    if output_size != input_size:
        parts.append(f"giving {size_words(output_size)}")
    return f"{title} at {size_words(input_size)}: {', '.join(parts)}."


def map_words(name: str, experiment: Experiment) -> str:
    """Return what a map shows, as “what red adds”."""
    kind, channel = map_place(name, experiment.layer)
    if channel is None:
        return "what all channels add up to, with the bias"
    if kind == "running":
        inputs = experiment.layer.inputs
        return f"the sum of the first {channel} of {inputs} channels, without the bias"
    if kind == "output":
        return f"output channel {channel}"
    called = channel_name(channel, experiment.focus.layer)
    if kind == "partial":
        return f"what {called} adds"
    return f"the {called} input plane" if experiment.focus.layer == 1 else called


def map_text(name: str, experiment: Experiment, lowest: float, highest: float, mean: float) -> str:
    """Return the text that stands for a map's picture: what it shows and its values."""
    low, high, middle = (decimal(value, 2) for value in (lowest, highest, mean))
    return f"{map_words(name, experiment)}: {low} … {high}, mean {middle}"


def activation_words(name: str) -> str:
    """Return an activation's name for people."""
    return ACTIVATION_WORDS[name]


def size_words(size: Pair) -> str:
    """Return height × width, as 160 × 107."""
    return f"{size[0]} × {size[1]}"


def _both(pair: Pair) -> str:
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
            return f"padding {_both((vertical, horizontal))}"
    return f"padding {padding}"
