"""The kernels of a link, laid over the bank that it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import PLANES
from multiconv.experiment.kinds import count_text, numbers_text
from multiconv.experiment.model import CHANNELS, Kernel, Layer, Limits, kernel_array
from multiconv.experiment.numbers import misread, number, plain, quoted, whole, with_minus
from multiconv.filters.kernels import FAMILIES, FORMS, KERNELS, settled_name

PLACE = re.compile(r"w\.([0-9]{1,4})\.([0-9]{1,4})")
"""The name of a kernel's parameter: input channel q, output channel k."""

TAP = re.compile(r"(w\.[0-9]{1,4}\.[0-9]{1,4})\.([0-9]{1,2})\.([0-9]{1,2})")
"""The name of one number's parameter: its kernel's, row di, column dj, counted from 0."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*(\(.*)?")


def laid_over(
    kernels: Mapping[str, list[str]], layer: Layer, limits: Limits, n: int = 1
) -> tuple[tuple[tuple[int, int], Kernel], ...]:
    """Return the kernels of a link where they differ from what its layer's bank gives.

    ``kernels`` has the values of each ``w.<q>.<k>`` of layer n, one list or repeated fields, and of
    each ``w.<q>.<k>.<di>.<dj>``, one number of such a kernel or of the bank's.
    """
    bank, size = layer.all_kernels(), layer.kernel_size
    changed: dict[tuple[int, int], Kernel] = {}
    for place, texts in kernels.items():
        if TAP.fullmatch(place):
            continue
        name = f"{n}.{place}" if n > 1 else place
        q, k = _at(place, layer, name)
        if (q, k) in changed:
            raise InvalidValue(f"w.{q}.{k} is written in two ways.", "Give it once.", field=name)
        changed[q, k] = _kernel_of(texts, name, n, layer, limits)
    for place, texts in kernels.items():
        if not (tap := TAP.fullmatch(place)):
            continue
        name = f"{n}.{place}" if n > 1 else place
        q, k = _at(tap[1], layer, name)
        di = whole(tap[2], name, 0, size[0] - 1, name=f"The row of {name}")
        dj = whole(tap[3], name, 0, size[1] - 1, name=f"The column of {name}")
        there = kernel_array(changed[q, k], size) if (q, k) in changed else bank[:, :, q, k]
        own = there.ravel().tolist()
        at = di * size[1] + dj
        called = f"{tap_name(at, q, size, n, layer.inputs)} ({name})"
        own[at] = number(texts[0], field=name, limit=limits.weight, name=called)
        changed[q, k] = tuple(own)
    return tuple(
        (place, kernel)
        for place, kernel in sorted(changed.items())
        if not np.array_equal(
            bank[:, :, place[0], place[1]], kernel_array(kernel, layer.kernel_size)
        )
    )


def _at(place: str, layer: Layer, name: str) -> tuple[int, int]:
    """Return the input channel and the output of a kernel's parameter."""
    _, across, out = place.split(".")
    q = whole(across, name, 0, layer.inputs - 1, name=f"The input channel of {name}")
    return q, whole(out, name, 0, layer.outputs - 1, name=f"The output channel of {name}")


def _kernel_of(texts: Sequence[str], field: str, n: int, layer: Layer, limits: Limits) -> Kernel:
    """Return a kernel: a known name, or kh·kw numbers from a list or from repeated fields."""
    size = layer.kernel_size
    if len(texts) == 1 and _NAME.fullmatch(texts[0].strip()):
        return kernel_name(texts[0].strip(), field, size)
    parts = [part for text in texts for part in text.split(",")]
    if len(parts) != size[0] * size[1]:
        needed = count_text(size[0] * size[1], "number")
        raise InvalidValue(
            f"{field} has {count_text(len(parts), 'weight')}, but a kernel of "
            f"{size[0]} × {size[1]} needs {size[0] * size[1]}.",
            f"Give {needed} row by row, separated by commas, or the name of a kernel.",
            field=field,
            limit=needed,
        )
    q = int(field.split(".")[-2])
    called = [tap_name(at, q, size, n, layer.inputs) for at in range(len(parts))]
    return tuple(
        number(part, field=field, limit=limits.weight, name=f"{name} ({field})")
        for name, part in zip(called, parts, strict=True)
    )


def kernel_name(text: str, field: str, size: Pair | None = None) -> str:
    """Return a kernel's name as links write it, as gabor(45,6); capitals make no difference."""
    try:
        return settled_name(with_minus(unicodedata.normalize("NFKC", text)))
    except InvalidValue as error:
        family, bracket, _ = text.lower().partition("(")
        forms = FORMS if bracket else (*KERNELS, *FORMS)
        if text.endswith(")") and family in FAMILIES:
            problem = error.problem[0].lower() + error.problem[1:]
            raise InvalidValue(
                f"{field} is {quoted(text)}: {problem}",
                error.remedy,
                field=field,
                limit=error.limit,
            ) from error
        numbers = f"{size[0] * size[1]} numbers, or one of " if size else ""
        what = f"is {'neither numbers nor a' if size else 'no'} kernel's name"
        raise misread(field, text, what, f"Write {numbers}{', '.join(forms)}.") from error


def channel_name(q: int, n: int = 1, inputs: int = PLANES) -> str:
    """Return what input channel q of layer n is called: a picture's planes by their colour.

    More ``inputs`` of the first layer are a generator's numbers.
    """
    if n > 1:
        return f"input {q}"
    return CHANNELS[q] if inputs == PLANES else f"z {q}"


def tap_name(at: int, q: int, size: Pair, n: int = 1, inputs: int = PLANES) -> str:
    """Return what people call a kernel's weight, counted row by row, as its field is labelled."""
    row, column = at // size[1] + 1, at % size[1] + 1
    called = channel_name(q, n, inputs).capitalize()
    return f"{called}'s weight in row {row}, column {column}"


def kernel_text(kernel: Kernel) -> str:
    """Return a kernel as links write it."""
    return kernel if isinstance(kernel, str) else numbers_text(kernel)


def kernel_pairs(layer: Layer, *, single: bool) -> list[tuple[str, str]]:
    """Return the parameters of a layer's kernels that are not its bank's.

    Where ``single`` numbers may be written and are shorter than the whole kernel, they are.
    """
    if not layer.kernels:
        return []
    own = replace(layer, kernels=()).all_kernels() if single else None
    found = []
    for (q, k), kernel in layer.kernels:
        name = f"w.{q}.{k}"
        pairs = [(name, kernel_text(kernel))]
        if own is not None and not isinstance(kernel, str):
            taps = _taps(name, kernel, own[:, :, q, k])
            if sum(map(_length, taps)) < _length(pairs[0]):
                pairs = taps
        found += pairs
    return found


def _taps(name: str, kernel: tuple[float, ...], own: NDArray[np.float64]) -> list[tuple[str, str]]:
    """Return the numbers of a kernel that are not its bank's, each as a parameter."""
    columns = own.shape[1]
    return [
        (f"{name}.{at // columns}.{at % columns}", plain(value))
        for at, (value, before) in enumerate(zip(kernel, own.ravel().tolist(), strict=True))
        if value != before
    ]


def _length(pair: tuple[str, str]) -> int:
    return len(pair[0]) + len(pair[1]) + 2
