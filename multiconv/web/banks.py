"""Filters on their way into the store: by script, from the gallery, out of files and long links."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qsl

import numpy as np
from flask import Blueprint, Response, render_template, request
from numpy.typing import NDArray
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from multiconv.errors import InvalidValue, MultiConvError, TooLarge
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.kernels import kernel_pairs
from multiconv.experiment.learning import begun
from multiconv.experiment.link import to_pairs, to_query
from multiconv.experiment.model import CONV, LIMITS, Experiment, Target
from multiconv.experiment.numbers import whole
from multiconv.figure.gallery import (
    COUNT,
    SEEDS,
    SIDE,
    bank_stored,
    kept,
    learned,
    shelves,
    small_input,
)
from multiconv.figure.links import page_link
from multiconv.filters.learned import seeded
from multiconv.networks.layout import (
    LAYOUT_WORDS,
    bank_from,
    bias_from,
    bias_name,
    chosen,
    taken_as,
)
from multiconv.networks.receipt import Receipt, receipt_of
from multiconv.networks.tensors import FILE_BYTES, refused, tensors, too_large
from multiconv.store.pictures import Store
from multiconv.web.answers import made_at, seen_at, under
from multiconv.web.errors import status_of, wants_json
from multiconv.web.limits import OTHERS, count_write
from multiconv.web.request import experiment, experiment_of, own, store, tracer

blueprint = Blueprint("banks", __name__)

EMPTY = {"tensor": "", "layout": "auto", "order": "rgb", "first": "0"}
"""The fields of the form for a file, as they stand at first."""

_SHAPE = "(kh, kw, C, K)"
_MAGIC = b"\x93NUMPY"
_MOST = 100_000


def with_short_link(experiment: Experiment) -> Experiment:
    """Return the experiment, with its kernels stored as a bank where its link is too long."""
    is_long = len(to_query(experiment)) > LIMITS.link_bytes
    return with_stored_bank(experiment) if is_long else experiment


def with_stored_bank(experiment: Experiment) -> Experiment:
    """Return the experiment with the kernels stored as a bank of the layer that has most to say."""
    layers, at = list(experiment.layers), longest(experiment) - 1
    bank = bank_stored(layers[at].all_kernels(), _counted())
    layers[at] = replace(layers[at], bank=bank, kernels=())
    return replace(experiment, layers=tuple(layers))


@blueprint.get("/learn")
def learn() -> Response:
    """Keep the kernels of a layer, and lead to zeros that learn what they make of its picture."""
    asked = experiment()
    layer = asked.layer
    one = len(asked.layers) == 1 and layer.kind == CONV and layer.groups == 1
    if asked.source.z is not None or not one:
        raise InvalidValue(
            "Only what one convolution makes of a picture is learned here.",
            "Open an experiment with a single layer: a convolution of one group.",
            field="layers",
        )
    kept_there = bank_stored(layer.all_kernels(), _counted())
    there = begun(asked, Target(kept_there, asked.focus.k))
    view = replace(there.view, embed=asked.view.embed)
    return seen_at(page_link(replace(there, source=asked.source, view=view)))


def _counted() -> Store:
    """Return the store for one write, which counts for whoever asks."""
    count_write(OTHERS)
    return store()


def longest(experiment: Experiment) -> int:
    """Return the layer whose kernels make the link longest; the opened one, if none does."""
    texts = [
        sum(len(name) + len(text) for name, text in kernel_pairs(layer, single=True))
        for layer in experiment.layers
    ]
    most = max(texts)
    return texts.index(most) + 1 if most else experiment.focus.layer


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
    if (query := _query_in(body)) is not None:
        asked = experiment_of(parse_qsl(query, keep_blank_values=True))
        there = with_stored_bank(asked)
        return _made(there, longest(asked))
    there = kept(bank_in(body), _counted())
    return _made(there, there.focus.layer)


def _made(there: Experiment, n: int | None = None, **facts: Any) -> Response:
    """Answer where an experiment is; with n, the id of its layer's bank too."""
    layer = there.layers[n - 1] if n else there.layer
    if n:
        facts["id"] = cast(StoredBank, layer.bank).id
    kernel, outputs = list(layer.kernel_size), layer.outputs
    return made_at(page_link(there), kernel=kernel, outputs=outputs, **facts)


def _query_in(body: bytes) -> str | None:
    """Return the query of a link that a body holds, ``{"query": "…"}``, or None for others."""
    if not body.startswith(b"{") or len(body) > LIMITS.body_bytes:
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told["query"] if told.keys() == {"query"} and isinstance(told["query"], str) else None


def _asked_seed() -> int:
    return whole(own("seed", "1"), "seed", 0, SEEDS)


@blueprint.get("/filters")
def gallery() -> str:
    """Answer the gallery for an experiment's picture."""
    asked, seed = experiment("seed"), _asked_seed()
    return render_template(
        "article/gallery.html",
        shelves=shelves(asked, tracer(), seed),
        back=page_link(asked),
        seed=seed,
        kept=to_pairs(Experiment(source=asked.source.picture)),
    )


@blueprint.post("/filters/<any(learned, glorot, he):kind>")
def opened(kind: str) -> Response:
    """Put learned or random filters into the store and go on to their experiment."""
    asked, seed = experiment("seed"), _asked_seed()
    x = small_input(asked.source.picture, tracer())
    found = learned(x).filters if kind == "learned" else seeded(kind, seed, (SIDE, SIDE), COUNT)
    return seen_at(page_link(replace(kept(found, _counted()), source=asked.source.picture)))


@blueprint.get("/weights")
def weights() -> Response:
    """Answer the form."""
    return _weights_page(experiment())


@blueprint.post("/weights")
def take() -> Response:
    """Take filters in: a receipt with the way to their page and the same picture, or as JSON."""
    shown = experiment()
    try:
        found, receipt = _handed_in()
    except MultiConvError as error:
        if wants_json():
            raise
        return _weights_page(shown, error, request.form)
    there = replace(found, source=shown.source.picture)
    if wants_json():
        return _made(there, receipt=asdict(receipt))
    answer = _weights_page(shown, form=request.form, receipt=receipt, link=page_link(there))
    answer.status_code = 201
    answer.headers["Location"] = under(page_link(there))
    return answer


def _handed_in() -> tuple[Experiment, Receipt]:
    """Return the experiment of the filters in the request, put into the store, and the receipt."""
    count_write(OTHERS)
    try:
        given, form = request.files.get("weights"), request.form
    except RequestEntityTooLarge:
        raise too_large("What was sent", request.content_length or 0) from None
    if given is None:
        raise refused("No file was sent.", "Choose a file in the field “weights”.")
    found = tensors(given.read(FILE_BYTES + 1))
    name = chosen(found, form.get("tensor", "").strip())
    first = whole(form.get("first", "").strip() or "0", "first", 0, _MOST)
    layout, order = form.get("layout", "auto"), form.get("order", "rgb")
    reading = taken_as(found[name], name, layout)
    bank = bank_from(found[name], name, reading, order, first)
    outputs, beside = bank.shape[3], bias_name(found, name, reading.outputs)
    shown = kept(bank, store())
    if beside:
        bias = bias_from(found[beside], beside, first, outputs)
        shown = replace(shown, layers=(replace(shown.layer, bias=bias),))
    return shown, receipt_of(found, name, reading, order, (first, outputs), beside)


def _weights_page(
    shown: Experiment,
    error: MultiConvError | None = None,
    form: MultiDict[str, str] | None = None,
    receipt: Receipt | None = None,
    link: str = "",
) -> Response:
    page = render_template(
        "article/weights.html",
        action=page_link(Experiment(source=shown.source.picture), path="/weights"),
        back=page_link(shown),
        error=error,
        form=EMPTY | (form.to_dict() if form else {}),
        outputs=LIMITS.outputs,
        layouts=LAYOUT_WORDS,
        receipt=receipt,
        link=link,
    )
    return Response(page, status_of(error) if error else 200)


def bank_in(body: bytes) -> NDArray[np.float64]:
    """Return the bank that a body holds as JSON or ``.npy``, (kh, kw, C, K) float64, checked."""
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
    most = (side, side, LIMITS.inputs, outputs)
    fits = len(shape) == 4 and all(1 <= n <= top for n, top in zip(shape, most, strict=True))
    if not fits:
        raise _refused(
            f"The bank's shape is {tuple(shape)[:8]}.",
            f"Send {_SHAPE}: kernels to {side} × {side} over {LIMITS.inputs} channels, "
            f"{outputs} outputs at most.",
            f"{side} × {side} × {LIMITS.inputs} × {outputs}",
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
