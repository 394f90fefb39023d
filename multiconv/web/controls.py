"""The one line of geometry and what stands behind More: choices, each a field of the form."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.engine.activations import ACTIVATIONS
from multiconv.engine.filters import BANKS, KERNELS
from multiconv.engine.geometry import PADDING_MODES
from multiconv.experiment.fields import padding_text, sides_text
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.numbers import plain

Options = tuple[tuple[str, str], ...]

ACTIVATION_NAMES = {"identity": "no activation", "relu": "ReLU"}


@dataclass(frozen=True)
class Choice:
    """A select: its field, its label, its options (value, words) and the chosen value."""

    field: str
    label: str
    options: Options
    chosen: str


@dataclass(frozen=True)
class Entry:
    """A text field: its name, its label, its text, what is allowed."""

    field: str
    label: str
    text: str
    hint: str


def _choice(field: str, label: str, options: Options, chosen: str, words: str = "") -> Choice:
    """Return a choice whose chosen value is always among its options."""
    if chosen not in {value for value, _ in options}:
        options = (*options, (chosen, words or chosen))
    return Choice(field, label, options, chosen)


def _times(text: str) -> str:
    return text.replace("x", " × ")


def main_choices(experiment: Experiment) -> list[Choice]:
    """Return the choices of the line under the output."""
    layer = experiment.layer
    kernel, strides = sides_text(layer.kernel_size), sides_text(layer.strides)
    padding = padding_text(layer.padding)
    sizes = tuple((f"{n}x{n}", f"{n} × {n}") for n in range(1, LIMITS.kernel_side + 1))
    return [
        _choice("kernel", "Kernel", sizes, kernel, _times(kernel)),
        _choice(
            "strides",
            "Stride",
            tuple((f"{n}x{n}", str(n)) for n in (1, 2, 3, 4)),
            strides,
            _times(strides),
        ),
        _choice("padding", "Padding", (("same", "same"), ("valid", "valid")), padding),
        Choice(
            "outputs",
            "Outputs",
            tuple((str(n), str(n)) for n in range(1, LIMITS.outputs + 1)),
            str(layer.outputs),
        ),
        Choice(
            "activation",
            "then",
            tuple((name, ACTIVATION_NAMES.get(name, name)) for name in ACTIVATIONS),
            layer.activation,
        ),
    ]


def bank_choice(experiment: Experiment) -> Choice:
    """Return the choice of a whole bank of filters."""
    options = tuple((name, bank.title) for name, bank in BANKS.items())
    return Choice("filters", "Filters", options, experiment.layer.bank)


def more_choices(experiment: Experiment) -> list[Choice]:
    """Return the choices behind More."""
    layer = experiment.layer
    dilations = sides_text(layer.dilations)
    return [
        _choice(
            "dilations",
            "Dilation",
            tuple((f"{n}x{n}", str(n)) for n in (1, 2, 3, 4)),
            dilations,
            _times(dilations),
        ),
        Choice(
            "padding_mode",
            "Pad with",
            tuple((mode, mode) for mode in PADDING_MODES),
            layer.padding_mode,
        ),
    ]


def more_entries(experiment: Experiment) -> list[Entry]:
    """Return the text fields behind More."""
    size, extent = experiment.source.size, experiment.view.range
    return [
        Entry(
            "size",
            "Working size",
            "full" if size is None else str(size),
            f"longest side in pixels, 1 to {LIMITS.working_size}, or “full”",
        ),
        Entry(
            "range",
            "Colour range",
            "auto" if extent is None else plain(extent),
            "auto, or the value that gets the full colour",
        ),
    ]


def presets() -> Options:
    """Return the named kernels as (name, words)."""
    return tuple((name, kernel.title) for name, kernel in KERNELS.items())
