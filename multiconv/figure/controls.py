"""The one line of geometry and what stands behind More: choices, each a field of the form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from multiconv.engine.activations import ACTIVATIONS
from multiconv.engine.geometry import PADDING_MODES, Pair
from multiconv.experiment.banks import bank_text
from multiconv.experiment.edit import others
from multiconv.experiment.kinds import OWN, sides_text
from multiconv.experiment.model import CHANNELS, LIMITS, Experiment
from multiconv.experiment.numbers import plain
from multiconv.experiment.words import activation_words, size_words
from multiconv.filters.banks import BANKS

Options = tuple[tuple[str, str], ...]

MODE_WORDS = {
    "zeros": "zeros",
    "reflect": "the picture reflected",
    "replicate": "the edge repeated",
    "circular": "the other side",
}


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

    @property
    def parameter(self) -> str:
        """The link's parameter that it stands for."""
        return self.field.removesuffix(".other")


def _choice(field: str, label: str, options: Options, chosen: str, words: str = "") -> Choice:
    """Return a choice whose chosen value is always among its options."""
    if chosen not in {value for value, _ in options}:
        options = (*options, (chosen, words or chosen))
    return Choice(field, label, options, chosen)


def _times(text: str) -> str:
    return text.replace("x", " × ")


def _squares(*sides: int) -> Options:
    return tuple((f"{n}x{n}", str(n)) for n in sides)


def main_choices(experiment: Experiment) -> list[Choice]:
    """Return the choices of the line under the output."""
    layer, now = experiment.layer, others(experiment)
    sizes = tuple((f"{n}x{n}", f"{n} × {n}") for n in range(1, LIMITS.kernel_side + 1))
    paddings = (*((name, name) for name in ("same", "valid")), *((str(n), str(n)) for n in (1, 2)))
    return [
        _choice("kernel", "Kernel", sizes, now["kernel"], _times(now["kernel"])),
        _choice(
            "strides", "Stride", _squares(1, 2, 3, 4, 8), now["strides"], _times(now["strides"])
        ),
        _choice("padding", "Padding", paddings, now["padding"], _times(now["padding"])),
        Choice(
            "outputs",
            "Outputs",
            tuple((str(n), str(n)) for n in range(1, LIMITS.outputs + 1)),
            str(layer.outputs),
        ),
        Choice(
            "activation",
            "then",
            tuple((name, activation_words(name)) for name in ACTIVATIONS),
            layer.activation,
        ),
    ]


def bank_choice(experiment: Experiment) -> Choice:
    """Return the choice of a whole bank of filters; edited ones are the person's own."""
    layer = experiment.layer
    bank, options = bank_text(layer.bank), tuple((name, bank.title) for name, bank in BANKS.items())
    choice = _choice("filters", "Filters", options, bank, "A stored bank")
    if not layer.kernels:
        return choice
    words = BANKS[bank].title if bank in BANKS else "a stored bank"
    return replace(choice, options=((OWN, f"own, from {words}"), *choice.options), chosen=OWN)


def more_choices(experiment: Experiment) -> list[Choice]:
    """Return the choices behind More, with what each of them needs."""
    layer = experiment.layer
    channels = len(CHANNELS)
    fits = layer.outputs % channels == 0
    needs = "" if fits else f" (needs {channels}, {2 * channels}, {3 * channels} … outputs)"
    return [
        Choice(
            "padding_mode",
            "Pad with",
            tuple((mode, MODE_WORDS[mode]) for mode in PADDING_MODES),
            layer.padding_mode,
        ),
        Choice(
            "groups",
            "Groups",
            (
                ("1", "1: every output sees all channels"),
                (str(channels), f"3: one channel each{needs}"),
            ),
            str(layer.groups),
        ),
        Choice(
            "ranges",
            "Colours",
            (("shared", "one range for all"), ("each", "a range for each")),
            experiment.view.ranges,
        ),
        Choice(
            "inputs",
            "Inputs",
            (("grey", "grey"), ("tinted", "in their colour")),
            experiment.view.inputs,
        ),
    ]


def more_entries(experiment: Experiment, shown: Pair | None = None) -> list[Entry]:
    """Return the text fields behind More, for a picture that is worked on at the size ``shown``."""
    size, extent = experiment.source.size, experiment.view.range
    now = others(experiment)
    small = ""
    if shown and size and size > max(shown):
        small = f"; this picture is {size_words(shown)} and is not enlarged"
    return [
        Entry(
            "kernel.other",
            "Kernel",
            now["kernel"],
            f"any size, height x width, 1 to {LIMITS.kernel_side}",
        ),
        Entry("strides.other", "Stride", now["strides"], f"down x across, 1 to {LIMITS.stride}"),
        Entry(
            "padding.other",
            "Padding",
            now["padding"],
            f"same, valid, 1, 1x2, or top,bottom,left,right, 0 to {LIMITS.pad}; "
            "reflected less than the picture's side",
        ),
        Entry(
            "dilations",
            "Dilation",
            sides_text(experiment.layer.dilations),
            f"down x across, 1 to {LIMITS.dilation}; k taps reach over (k − 1)·d + 1 pixels",
        ),
        Entry(
            "size",
            "Working size",
            "full" if size is None else str(size),
            f"longest side in pixels, 1 to {LIMITS.working_size}, or “full”{small}",
        ),
        Entry(
            "range",
            "Colour range",
            "auto" if extent is None else plain(extent),
            "auto, or the value that gets the full colour",
        ),
    ]
