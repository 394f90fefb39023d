"""Stored banks of filters: taken in by script, found by links, made of links that grow too long."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from flask import Blueprint, Response, jsonify, request
from numpy.typing import NDArray

from multiconv.errors import InvalidValue, MultiConvError, TooLarge
from multiconv.experiment.banks import PLANES, StoredBank
from multiconv.experiment.link import to_query
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.figure.links import page_link
from multiconv.web.request import experiment_of, store

blueprint = Blueprint("banks", __name__)

_SHAPE = f"(kh, kw, {PLANES}, K)"
_MAGIC = b"\x93NUMPY"

Filters = NDArray[np.float64]


def with_short_link(experiment: Experiment) -> Experiment:
    """Return the experiment, with its kernels stored as a bank where its link is too long."""
    if len(to_query(experiment)) <= LIMITS.link_bytes:
        return experiment
    filters = experiment.layer.all_kernels()
    return _over(StoredBank(store().put_array(filters), filters), experiment)


def _over(bank: StoredBank, experiment: Experiment) -> Experiment:
    """Return an experiment with a bank in place of its kernels."""
    return experiment.with_layer(replace(experiment.layer, bank=bank, kernels=()))


@blueprint.post("/filters")
def filters() -> Response:
    """Take in a bank of filters and answer its id and link.

    It comes as JSON, as NumPy saves it, or as the query of a link whose kernels it is made of:
    then the link answered is the same experiment's, with the bank in place of the kernels.
    """
    if (request.content_length or 0) > LIMITS.bank_bytes:
        raise _too_large()
    body = request.get_data(cache=False)
    if len(body) > LIMITS.bank_bytes:
        raise _too_large()
    query = _query_in(body)
    asked = None if query is None else experiment_of(parse_qsl(query, keep_blank_values=True))
    bank = asked.layer.all_kernels() if asked else bank_in(body)
    name = store().put_array(bank)
    link = page_link(_over(StoredBank(name, bank), asked)) if asked else f"/?filters={name}"
    height, width, _, outputs = bank.shape
    answer = jsonify(id=name, kernel=[height, width], outputs=outputs, url=link)
    answer.status_code = 201
    answer.headers["Location"] = link
    return answer


def _query_in(body: bytes) -> str | None:
    """Return the query of a link that a body holds, ``{"query": "…"}``, or None for others."""
    if not body.startswith(b"{") or len(body) > LIMITS.body_bytes:
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told["query"] if told.keys() == {"query"} and isinstance(told["query"], str) else None


def bank_in(body: bytes) -> Filters:
    """Return the bank that a body holds, (kh, kw, 3, K) float64.

    Raises
    ------
    InvalidValue
        If it is neither JSON nor ``.npy`` of numbers, or of another shape, or not finite.

    Examples
    --------
    >>> bank_in(b"[[[[1], [0.5], [-2]]]]").shape
    (1, 1, 3, 1)
    """
    array = _from_npy(body) if body.startswith(_MAGIC) else _from_json(body)
    _check_shape(array.shape)
    bank = array.astype(np.float64) + 0.0
    if not (np.abs(bank) <= LIMITS.weight).all():
        limit = f"−{LIMITS.weight:,.0f} to {LIMITS.weight:,.0f}"
        raise _refused("A weight is not finite or too large.", f"Give numbers {limit}.", limit)
    return bank


def _from_json(body: bytes) -> NDArray[Any]:
    try:
        numbers = json.loads(body)
        array = np.array(numbers)
    except (ValueError, RecursionError):
        raise _refused(
            "The body is no array of numbers.", f"Send {_SHAPE} as JSON or .npy."
        ) from None
    if array.dtype.kind not in "iuf":
        raise _refused(
            "The body holds more than rows of numbers of equal length.",
            f"Send {_SHAPE} of numbers.",
        )
    return array


def _from_npy(body: bytes) -> NDArray[Any]:
    """Read a file as NumPy saves it; its header is checked before anything is made room for."""
    file = BytesIO(body)
    formats = np.lib.format
    try:
        version = formats.read_magic(file)
        header = {
            (1, 0): formats.read_array_header_1_0,
            (2, 0): formats.read_array_header_2_0,
        }[version]
        shape, _, dtype = header(file)
    except Exception:  # whatever the parser of headers stumbles over, the file is at fault
        raise _refused("The .npy file cannot be read.", "Save it with numpy.save.") from None
    _check_shape(shape)
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise _refused(f"The .npy file holds {dtype}.", "Save float32 or float64 numbers.")
    try:
        array: NDArray[Any] = np.load(BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError):
        raise _refused("The .npy file ends too early.", "Save it with numpy.save.") from None
    return array


def _check_shape(shape: tuple[int, ...]) -> None:
    side, outputs = LIMITS.kernel_side, LIMITS.outputs
    most = (side, side, PLANES, outputs)
    fits = len(shape) == 4 and all(1 <= n <= top for n, top in zip(shape, most, strict=True))
    if not fits or shape[2] != PLANES:
        raise _refused(
            f"The bank's shape is {tuple(shape)[:8]}.",
            f"Send {_SHAPE}: kernels to {side} × {side} for {PLANES} channels, "
            f"{outputs} outputs at most.",
            f"{side} × {side} × {PLANES} × {outputs}",
        )


def _refused(problem: str, remedy: str, limit: str | None = None) -> MultiConvError:
    return InvalidValue(problem, remedy, field="filters", limit=limit)


def _too_large() -> MultiConvError:
    return TooLarge(
        "The bank is larger than this address takes.",
        "Send fewer or smaller filters, or .npy in place of JSON.",
        field="filters",
        limit=f"{LIMITS.bank_bytes // 2**20} MiB",
    )
