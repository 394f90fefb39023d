"""What changes the layer: choices and entries, read off `FIELDS`, kernels by name, what-ifs.

The one line of geometry stands under the output, the others behind More.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter

from multiconv.engine.geometry import Pair
from multiconv.errors import MultiConvError
from multiconv.experiment.changes import RESCALE, SUM, Held, after_action, holds, with_held
from multiconv.experiment.edit import TYPED
from multiconv.experiment.fields import BY_NAME, FIELDS, WHAT_IFS, Field
from multiconv.experiment.kinds import Options
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.reshape import OWN
from multiconv.experiment.stacking import FURTHER, REMOVE, with_added, without_opened
from multiconv.experiment.words import layer_words, size_words, what_if_words
from multiconv.figure.links import Links
from multiconv.filters.fitting import fitting
from multiconv.filters.kernels import FAMILIES, KERNELS
from multiconv.tracing.cost import check_work
from multiconv.tracing.shapes import shapes_of
from multiconv.tracing.trace import Trace

BEHIND_MORE = frozenset(row.name for row in FIELDS if row.part == "more")

_ORDER = ("layer", "source", "focus", "view")
_BANK = BY_NAME["filters"]
_OF_A_PICTURE = ("source.image", "source.size", "view.inputs", "view.unit")


@dataclass(frozen=True)
class Choice:
    """A select: its field, its label, its options (value, words) and the chosen value."""

    field: str
    label: str
    options: Options
    chosen: str


@dataclass(frozen=True)
class Entry:
    """A text field: its name, its label, its text, what is allowed, its parameter in the link."""

    field: str
    label: str
    text: str
    hint: str
    parameter: str


def _text(row: Field, experiment: Experiment) -> str:
    return row.text(attrgetter(row.of)(experiment))


def _choice(row: Field, experiment: Experiment, words: str = "") -> Choice:
    """Return a row's choice, whose chosen value is always among its options."""
    options, chosen = row.kind.options, _text(row, experiment)
    found = options(experiment.layer) if callable(options) else options
    if chosen not in {value for value, _ in found}:
        found = (*found, (chosen, words or chosen.replace("x", " × ")))
    return Choice(row.name, row.label, found, chosen)


def main_choices(experiment: Experiment) -> list[Choice]:
    """Return the choices of the line under the output, but for the bank."""
    return [_choice(row, experiment) for row in _rows(experiment, "main") if row is not _BANK]


def _rows(experiment: Experiment, *parts: str) -> list[Field]:
    """Return the rows of a part of the form that the opened layer has, and its picture."""
    kind, pictured = experiment.layer.kind, experiment.source.z is None
    return [
        row
        for row in FIELDS
        if row.part in parts and kind in row.kinds and (pictured or row.of not in _OF_A_PICTURE)
    ]


def bank_choice(experiment: Experiment) -> Choice | None:
    """Return the choice of a whole bank of filters; edited ones are the person's own."""
    bank = experiment.layer.bank
    if experiment.layer.pools:
        return None
    fits = fitting(bank) if isinstance(bank, str) else None
    title = fits.title if fits else "" if isinstance(bank, str) else bank.title
    choice = _choice(_BANK, experiment, f"{title[:1].upper()}{title[1:]}")
    if not experiment.layer.kernels:
        return choice
    words = dict(choice.options)[choice.chosen].replace("A stored", "a stored")
    return replace(choice, options=((OWN, f"own, from {words}"), *choice.options), chosen=OWN)


def more_choices(experiment: Experiment) -> list[Choice]:
    """Return the choices behind More."""
    return [_choice(row, experiment) for row in _rows(experiment, "more") if row.kind.options]


def more_entries(
    experiment: Experiment, shown: Pair | None = None, own: Pair | None = None
) -> list[Entry]:
    """Return the text fields behind More, for a picture that is worked on at the size ``shown``.

    ``own`` is the size of the person's own picture, where that is larger.
    """
    rows = [row for row in _rows(experiment, "main", "more") if row.hint]
    rows.sort(key=lambda row: _ORDER.index(row.of.partition(".")[0]))
    size = experiment.source.size
    small = ""
    if shown and size and size > max(shown):
        small = f"; this picture is {size_words(shown)} and is not enlarged"
    if shown and own and own != shown:
        small = f"; your picture is {size_words(own)}, shown at {size_words(shown)}"
    return [
        Entry(
            row.name + (TYPED if row.part == "main" else ""),
            row.label_beside if row.part == "main" else row.label,
            _text(row, experiment),
            row.hint + (small if row.of == "source.size" else ""),
            row.name,
        )
        for row in rows
    ]


def stack_choices(trace: Trace) -> list[Choice]:
    """Return what opens another layer, where there is one, and what adds a layer that fits."""
    layers, n = trace.experiment.layers, trace.experiment.focus.layer
    named = [(str(at), f"{at}: {layer_words(layer)}") for at, layer in enumerate(layers, 1)]
    opens = [Choice("layer", "Layer", tuple(named), str(n))] if len(layers) > 1 else []
    fits = tuple((text, words) for text, words in FURTHER if _fits(trace, text))
    return [*opens, Choice("add", "Add a layer", (("", "none"), *fits), "")] if fits else opens


def _fits(trace: Trace, text: str) -> bool:
    """Tell whether a further layer has pixels enough and is not too much work."""
    experiment = trace.experiment
    if experiment.source.size is None or not trace.shapes:
        return False  # the whole picture is for one layer
    try:
        there = with_added(experiment, text, trace.layer.geometry)
        shapes = shapes_of(there.layers, trace.shapes[0].input_size)
        stack = list(zip(shapes, there.layers, strict=True))[: there.focus.layer]
        check_work(stack, there.layer.outputs, LIMITS)
    except MultiConvError:
        return False
    return True


def presets() -> Options:
    """Return the named kernels, and of those with numbers what is offered, as (name, words)."""
    with_numbers = (
        (f"{family}({numbers})", words)
        for family, each in FAMILIES.items()
        for numbers, words in each.offered.items()
    )
    return (*((name, kernel.title) for name, kernel in KERNELS.items()), *with_numbers)


@dataclass(frozen=True, slots=True)
class Button:
    """A button in the page: the form's value, its words, what it does, where it leads."""

    value: str
    words: str
    told: str
    link: str


BACK = "Back to what frameworks do"


def buttons(links: Links, held: Held) -> dict[str, Button]:
    """Return the what-ifs, the way back, and what lets go of a fixed range, by value.

    ``held`` is the range of colours that they hold, and the rows.
    """
    shown, found = links.experiment, {}
    words = {**WHAT_IFS, SUM: BACK, RESCALE: RESCALE}
    for value in words:
        after = after_action(value, shown)
        if value != RESCALE and holds(shown, after):
            after = with_held(after, held)
        told = what_if_words(after) if value in WHAT_IFS else _TOLD[value]
        found[value] = Button(value, words[value], told, links.page(after))
    if len(shown.layers) > 1 and shown.source.z is None:
        fewer = links.page(without_opened(shown))
        found[REMOVE] = Button(REMOVE, "Remove this layer", _TOLD[REMOVE], fewer)
    return found


_TOLD = {
    SUM: "Add what the channels add, as frameworks do",
    RESCALE: "Let the range of colours follow the values again",
    REMOVE: "Take it out; the layer behind it takes what the one before it puts out",
}
