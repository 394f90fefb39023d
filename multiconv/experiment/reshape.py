"""What of the form changes a layer's bank, outputs and kernels, beyond single weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import Bank, Banks, bank_of, bank_text, own_groups, own_shape
from multiconv.experiment.kernels import channel_name, kernel_name
from multiconv.experiment.kinds import sides, sides_text
from multiconv.experiment.matrix import Matrix, matrix
from multiconv.experiment.model import (
    LIMITS,
    Kernel,
    Layer,
    Networks,
    bank_of_network,
    no_networks,
)
from multiconv.experiment.numbers import whole
from multiconv.experiment.words import size_words
from multiconv.filters.kernels import fitted, own_size

OWN = "own"
"""What the form says of filters that the person has edited, and leaves so."""


def reshape(
    form: Mapping[str, str],
    layer: Layer,
    k: int,
    banks: Banks,
    networks: Networks = no_networks,
    *,
    anew: bool = False,
    n: int = 1,
) -> tuple[Layer, str]:
    """Return the layer with the form's bank, outputs, kernel size, names and pasted matrices.

    With it comes what happened to every kernel: ``resized``, ``pasted`` or nothing.  A pasted
    matrix gives every kernel its size; a named kernel larger than the layer's makes the layer's
    large enough, unless a size was chosen too.  ``anew``: the page's own bank can be chosen again.
    It is layer ``n``.  A pooling has a size alone.
    """
    if layer.pools:
        asked = sides(
            form.get("kernel", sides_text(layer.kernel_size)), "kernel", 1, LIMITS.kernel_side
        )
        return (layer, "") if asked == layer.kernel_size else (_pooling(layer, asked), "")
    bank = form.get("filters", OWN)
    if bank != OWN and (anew or bank != bank_text(layer.bank)):
        named = partial(bank_of_network, networks=networks)
        return _with_bank(layer, bank_of(bank, banks, layer.inputs, of_networks=named)), ""
    outputs = whole(form.get("outputs", str(layer.outputs)), "outputs", 1, LIMITS.outputs)
    layer = layer.with_outputs(outputs)
    names, matrices = _names(form, layer), _matrices(form, layer, n)
    k = min(k, layer.outputs - 1)
    size = _size(form, layer, names, matrices)
    notice = "" if size == layer.kernel_size else "pasted" if matrices else "resized"
    if notice:
        layer = _with_size(layer, size)
    for q, name in names.items():
        layer = layer.with_kernel(q, k, name)
    for q, rows in matrices.items():
        layer = layer.with_kernel(q, k, tuple(weight for row in rows for weight in row))
    return layer, notice


def _pooling(layer: Layer, size: Pair) -> Layer:
    """Return a pooling of another size; its steps follow where they were as large as it."""
    steps = size if layer.strides == layer.kernel_size else layer.strides
    return replace(layer, kernel_size=size, strides=steps)


def _with_bank(layer: Layer, bank: Bank) -> Layer:
    size, outputs = own_shape(bank, layer.inputs)
    return replace(
        layer,
        bank=bank,
        kernels=(),
        kernel_size=size,
        outputs=outputs,
        bias=(0.0,) * outputs,
        groups=own_groups(bank, outputs),
    )


def _names(form: Mapping[str, str], layer: Layer) -> dict[int, str]:
    """Return the named kernels chosen in a list or, which counts more, typed."""
    found = {}
    for q in range(layer.inputs):
        for field in (f"preset.{q}", f"name.{q}"):
            if text := form.get(field, "").strip():
                found[q] = kernel_name(text, field)
    return found


def _matrices(form: Mapping[str, str], layer: Layer, n: int) -> dict[int, Matrix]:
    """Return the pasted matrices, which all have one size."""
    found: dict[int, Matrix] = {}
    for q in range(layer.inputs):
        if text := form.get(f"matrix.{q}", "").strip():
            found[q] = matrix(text, f"matrix.{q}")
            first = next(iter(found.values()))
            if _shape(found[q]) != _shape(first):
                raise InvalidValue(
                    f"One matrix has {size_words(_shape(first))} weights, "
                    f"{channel_name(q, n, layer.inputs)}'s {size_words(_shape(found[q]))}; "
                    "a layer's kernels have one size.",
                    "Paste matrices of one size, with zeros around the smaller.",
                    field=f"matrix.{q}",
                )
    return found


def _size(
    form: Mapping[str, str], layer: Layer, names: Mapping[int, str], matrices: Mapping[int, Matrix]
) -> Pair:
    if matrices:
        return _shape(next(iter(matrices.values())))
    asked = form.get("kernel", sides_text(layer.kernel_size))
    size = sides(asked, "kernel", 1, LIMITS.kernel_side)
    if size != layer.kernel_size:
        return size
    needed = [own_size(name) for name in names.values()]
    rows, columns = (max(lengths) for lengths in zip(size, *needed, strict=True))
    return rows, columns


def _with_size(layer: Layer, size: Pair) -> Layer:
    resized = replace(layer, kernel_size=size, kernels=())
    for (q, k), kernel in layer.kernels:
        fit: Kernel = kernel
        if not isinstance(kernel, str):
            fit = tuple(fitted(layer.kernel(q, k), size).ravel().tolist())
        resized = resized.with_kernel(q, k, fit)
    return resized


def _shape(rows: Matrix) -> Pair:
    return len(rows), len(rows[0])
