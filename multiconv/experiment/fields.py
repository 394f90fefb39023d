"""The values of a link's parameters, one function for each kind, both ways.

Every reader takes the text as it stands in the link and the parameter's name,
and either returns a value within the limits or raises `InvalidValue`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from multiconv.engine.geometry import Padding, Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.model import Experiment, Limits
from multiconv.experiment.numbers import number, plain, quoted, shown, whole

RANGES = (1e-30, 1e12)
"""The smallest and largest range of colours, so that no float32 division overflows."""

_IMAGE = re.compile(r"[0-9a-f]{64}|sample:[a-z0-9]+(?:-[a-z0-9]+)*")


def image(text: str) -> str:
    """Return an image's name, whose form alone is checked; whether it is there, the store knows.

    Examples
    --------
    >>> image("sample:portrait")
    'sample:portrait'
    """
    if not _IMAGE.fullmatch(text):
        raise InvalidValue(
            f"image is {quoted(text)}, which names neither a sample nor an upload.",
            "Write sample:<name>, or the 64 digits 0–9, a–f of an upload.",
            field="image",
        )
    return text


def size(text: str, limits: Limits) -> int | None:
    """Return the longest side to work on, in pixels; None for ``full``."""
    if text == "full":
        return None
    return whole(text, "size", 1, limits.working_size)


def sides(text: str, field: str, lowest: int, highest: int) -> Pair:
    """Return ``3x2`` as two whole numbers (vertical, horizontal); one number stands for both.

    Examples
    --------
    >>> sides("3x2", "kernel", 1, 7), sides("2", "strides", 1, 16)
    ((3, 2), (2, 2))
    """
    parts = text.split("x", 2)
    if len(parts) > 2:
        raise InvalidValue(
            f"{field} is {quoted(text)}, which is no pair of numbers.",
            f"Write one whole number, or two joined by x, each from {lowest} to {highest}.",
            field=field,
            limit=f"{lowest} to {highest}",
        )
    vertical, horizontal = (whole(part, field, lowest, highest) for part in (parts * 2)[:2])
    return vertical, horizontal


def sides_text(sides: Pair) -> str:
    """Return a pair as links write it, always both numbers."""
    return f"{sides[0]}x{sides[1]}"


def padding(text: str, limits: Limits) -> Padding:
    """Return ``same``, ``valid``, ``1``, ``1x2`` or ``t,b,l,r`` as the engine's padding.

    Examples
    --------
    >>> from multiconv.experiment.model import Experiment, LIMITS
    >>> padding("same", LIMITS), padding("1x1", LIMITS), padding("0,1,0,2", LIMITS)
    ('SAME', 1, ((0, 1), (0, 2)))
    """
    if text.upper() in ("SAME", "VALID"):
        return text.upper()
    sides_or_edges = re.fullmatch(r"[^,x]*(x[^,x]*)?|[^,x]*(,[^,x]*){3}", text)
    if not sides_or_edges or any(letter.isalpha() for letter in text.replace("x", "")):
        raise InvalidValue(
            f"padding is {quoted(text)}, which is no padding.",
            "Write same, valid, one whole number, two joined by x (vertical x horizontal), "
            f"or four with commas (top, bottom, left, right), each from 0 to {limits.pad}.",
            field="padding",
            limit=f"0 to {limits.pad}",
        )
    if "," not in text:
        return _simplest(sides(text, "padding", 0, limits.pad))
    top, bottom, left, right = (whole(part, "padding", 0, limits.pad) for part in text.split(","))
    return _simplest(((top, bottom), (left, right)))


def _simplest(padding: Padding) -> Padding:
    match padding:
        case ((top, bottom), (left, right)) if (top, left) == (bottom, right):
            return _simplest((top, left))
        case (int(vertical), int(horizontal)) if vertical == horizontal:
            return vertical
    return padding


def padding_text(padding: Padding) -> str:
    """Return a padding as links write it, in its shortest form.

    Examples
    --------
    >>> padding_text("SAME"), padding_text((1, 2)), padding_text(((1, 1), (1, 1)))
    ('same', '1x2', '1')
    """
    match _simplest(padding):
        case str(name):
            return name.lower()
        case ((top, bottom), (left, right)):
            return f"{top},{bottom},{left},{right}"
        case (vertical, horizontal):
            return f"{vertical}x{horizontal}"
        case amount:
            return str(amount)


def choice(text: str, field: str, known: Iterable[str]) -> str:
    """Return `text` if it is one of the `known` words."""
    if text not in (words := tuple(known)):
        raise InvalidValue(
            f"{field} is {quoted(text)}, which is not known here.",
            f"Use one of {', '.join(words)}.",
            field=field,
        )
    return text


def channels(text: str, field: str, count: int) -> tuple[int, ...]:
    """Return input channels from a list with commas, in order and each once.

    Examples
    --------
    >>> channels("2,0", "off", 3)
    (0, 2)
    """
    found = [whole(part, field, 0, count - 1) for part in text.split(",")]
    return tuple(sorted(set(found)))


def biases(text: str, outputs: int, limits: Limits) -> tuple[float, ...]:
    """Return one bias per output channel from a list with commas."""
    parts = text.split(",")
    if len(parts) != outputs:
        raise InvalidValue(
            f"bias has {counted(len(parts), 'number')} for {counted(outputs, 'output channel')}.",
            f"Give {counted(outputs, 'number')} separated by commas.",
            field="bias",
            limit=counted(outputs, "number"),
        )
    return tuple(
        number(part, field="bias", limit=limits.weight, name=f"bias {k}")
        for k, part in enumerate(parts)
    )


def colour_range(text: str) -> float:
    """Return the value that the fullest colour stands for."""
    value = number(text, field="range", limit=RANGES[1])
    if value < RANGES[0]:
        raise InvalidValue(
            f"range is {shown(value, 3) if value else 0}, but colours need a range above zero.",
            "Write a positive number, or leave range out for the automatic one.",
            field="range",
            limit="above 0",
        )
    return value


def joined(values: Iterable[float]) -> str:
    """Return numbers as links write them, with commas."""
    return ",".join(map(plain, values))


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, as in “9 numbers”."""
    return f"{count} {noun}{'s' * (count != 1)}"


OWN = "own"
"""What the form says of filters that the person has edited, and leaves so."""


def others(experiment: Experiment) -> dict[str, str]:
    """Return the fields that have a free entry beside their choice, with their present values.

    Examples
    --------
    >>> others(Experiment())["kernel"], others(Experiment())["padding"]
    ('3x3', 'same')
    """
    layer = experiment.layer
    return {
        "kernel": sides_text(layer.kernel_size),
        "strides": sides_text(layer.strides),
        "padding": padding_text(layer.padding),
    }
