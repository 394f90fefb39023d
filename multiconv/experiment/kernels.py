"""The kernels of a link, laid over the bank that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import filters_of
from multiconv.experiment.fields import counted, joined
from multiconv.experiment.model import CHANNELS, Kernel, Layer, Limits
from multiconv.experiment.numbers import number, quoted, whole
from multiconv.filters import named as named

PLACE = re.compile(r"w\.([0-9]{1,4})\.([0-9]{1,4})")
"""The name of a kernel's parameter: input channel q, output channel k."""

_NAME = re.compile(r"[a-z][a-z0-9-]*(\(.*)?")


def laid_over(
    kernels: Mapping[str, list[str]], layer: Layer, limits: Limits
) -> tuple[tuple[tuple[int, int], Kernel], ...]:
    """Return the kernels of a link where they differ from what the layer's bank gives.

    Parameters
    ----------
    kernels : mapping of str to list of str
        The values of each ``w.<q>.<k>``, one list or repeated fields.
    layer : Layer
        The layer without them.
    limits : Limits

    Raises
    ------
    InvalidValue
        For a channel that does not exist, or a kernel that cannot be read.

    Examples
    --------
    >>> from multiconv.experiment.model import LIMITS
    >>> laid_over({"w.0.0": ["soft"], "w.1.0": ["zero"]}, Layer(), LIMITS)
    (((1, 0), 'zero'),)
    """
    if not kernels:
        return ()
    size, bank = layer.kernel_size, filters_of(layer.bank, layer.kernel_size, layer.outputs)
    changed: dict[tuple[int, int], Kernel] = {}
    for field, texts in kernels.items():
        q, k = _place(field, layer.outputs)
        if (q, k) in changed:
            raise InvalidValue(f"w.{q}.{k} is written in two ways.", "Give it once.", field=field)
        changed[q, k] = kernel_of(texts, field, size, limits)
    return tuple(
        (place, kernel)
        for place, kernel in sorted(changed.items())
        if not np.array_equal(bank[:, :, place[0], place[1]], kernel_array(kernel, size))
    )


def _place(field: str, outputs: int) -> tuple[int, int]:
    _, q, k = field.split(".")
    return (
        whole(q, field, 0, len(CHANNELS) - 1, name=f"The input channel of {field}"),
        whole(k, field, 0, outputs - 1, name=f"The output channel of {field}"),
    )


def kernel_of(texts: Sequence[str], field: str, size: Pair, limits: Limits) -> Kernel:
    """Return a kernel: a known name, or kh·kw numbers from a list or from repeated fields."""
    if len(texts) == 1 and _NAME.fullmatch(texts[0].strip()):
        return kernel_name(texts[0].strip(), field, size)
    parts = [part for text in texts for part in text.split(",")]
    if len(parts) != size[0] * size[1]:
        needed = counted(size[0] * size[1], "number")
        raise InvalidValue(
            f"{field} has {counted(len(parts), 'weight')}, but a kernel of "
            f"{size[0]} × {size[1]} needs {size[0] * size[1]}.",
            f"Give {needed} row by row, separated by commas, or the name of a kernel.",
            field=field,
            limit=needed,
        )
    return tuple(
        number(part, field=field, limit=limits.weight, name=_tap(at, field, size))
        for at, part in enumerate(parts)
    )


def kernel_name(text: str, field: str, size: Pair | None = None) -> str:
    """Return a kernel's name as links write it.

    Raises
    ------
    InvalidValue
        For no name, or numbers in brackets that it cannot have.

    Examples
    --------
    >>> kernel_name("gabor(45.0, 6)", "w.0.0")
    'gabor(45,6)'
    """
    try:
        return named.settled_name(text)
    except InvalidValue as error:
        family, bracket, _ = text.partition("(")
        forms = named.FORMS if bracket else (*named.KERNELS, *named.FORMS)
        if text.endswith(")") and any(form.startswith(f"{family}(") for form in forms):
            problem = error.problem[0].lower() + error.problem[1:]
            raise InvalidValue(
                f"{field} is {quoted(text)}: {problem}",
                error.remedy,
                field=field,
                limit=error.limit,
            ) from error
        numbers = f"{size[0] * size[1]} numbers, or one of " if size else ""
        what = "neither numbers nor a kernel's name" if size else "no kernel's name"
        raise InvalidValue(
            f"{field} is {quoted(text)}, which is {what}.",
            f"Write {numbers}{', '.join(forms)}.",
            field=field,
        ) from error


def tap_name(at: int, q: int, size: Pair) -> str:
    """Return what people call a kernel's weight, counted row by row, as its field is labelled.

    Examples
    --------
    >>> tap_name(4, 0, (3, 3))
    "Red's weight in row 2, column 2"
    """
    return (
        f"{CHANNELS[q].capitalize()}'s weight in row {at // size[1] + 1}, column {at % size[1] + 1}"
    )


def _tap(at: int, field: str, size: Pair) -> str:
    return f"{tap_name(at, int(field.split('.')[1]), size)} ({field})"


def kernel_array(kernel: Kernel, size: Pair) -> NDArray[np.float64]:
    """Return a kernel's (kh, kw) values."""
    if isinstance(kernel, str):
        return named.kernel(kernel, size)
    return np.array(kernel, dtype=np.float64).reshape(size)


def kernel_text(kernel: Kernel) -> str:
    """Return a kernel as links write it."""
    return kernel if isinstance(kernel, str) else joined(kernel)
