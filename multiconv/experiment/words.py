"""An experiment, and its maps, in words."""

from __future__ import annotations

from multiconv.engine.geometry import Padding, Pair
from multiconv.experiment.maps import map_place
from multiconv.experiment.model import CHANNELS, Experiment, Layer
from multiconv.experiment.numbers import shown

ACTIVATION_TITLES = {
    "identity": "no activation",
    "relu": "ReLU",
    "leaky": "leaky ReLU",
    "gelu": "GELU",
}


def sentence(
    experiment: Experiment, input_size: Pair, output_size: Pair, title: str | None = None
) -> str:
    """Return an experiment in a sentence.

    Parameters
    ----------
    experiment : Experiment
    input_size, output_size : (int, int)
        Height and width of the picture worked on and of the output.
    title : str, optional
        What the picture is called; otherwise the sample's name, or that it is an upload.

    Examples
    --------
    >>> sentence(Experiment(), (160, 160), (160, 160))[:42]
    'Sample portrait at 160 × 160: 3 input chan'
    >>> sentence(Experiment(), (160, 160), (160, 160))[38:]
    'channels, 5 outputs, 3 × 3 kernels, stride 1, same padding.'
    """
    kind, _, name = experiment.source.image.rpartition(":")
    title = title or (f"Sample {name}" if kind else "Your picture")
    layer = experiment.layer
    parts = [
        f"{len(CHANNELS)} input channels",
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
        parts.append(f"without {' and '.join(CHANNELS[q] for q in layer.off)}")
    if layer.activation != "identity":
        parts.append(f"then {activation_words(layer.activation)}")
    if output_size != input_size:
        parts.append(f"giving {size_words(output_size)}")
    return f"{title} at {size_words(input_size)}: {', '.join(parts)}."


def map_words(name: str, outputs: int) -> str:
    """Return what a map shows.

    Raises
    ------
    NotFound
        If an experiment with that many outputs has no such map.

    Examples
    --------
    >>> map_words("partial-0", 5), map_words("input-2", 5), map_words("output-3", 5)
    ('what red adds', 'the blue input plane', 'output channel 3')
    """
    kind, channel = map_place(name, outputs)
    if kind == "running":
        return f"the sum of the first {channel} of {len(CHANNELS)} channels, without the bias"
    if channel is None:
        return "what all channels add up to, with the bias"
    if kind == "output":
        return f"output channel {channel}"
    colour = CHANNELS[channel]
    return f"what {colour} adds" if kind == "partial" else f"the {colour} input plane"


def map_text(name: str, outputs: int, lowest: float, highest: float, mean: float) -> str:
    """Return the text that stands for a map's picture: what it shows and its values.

    Examples
    --------
    >>> map_text("partial-1", 5, -0.5, 0.0, -0.21666)
    'what green adds: −0.50 … 0.00, mean −0.22'
    """
    low, high, middle = (shown(value, 2) for value in (lowest, highest, mean))
    return f"{map_words(name, outputs)}: {low} … {high}, mean {middle}"


def activation_words(name: str) -> str:
    """Return an activation's name for people."""
    return ACTIVATION_TITLES.get(name, name)


def size_words(size: Pair) -> str:
    """Return height × width.

    Examples
    --------
    >>> size_words((160, 107))
    '160 × 107'
    """
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
