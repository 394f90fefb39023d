"""The page on which a person hands in filters, and where they go."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from multiconv.errors import MultiConvError
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.numbers import whole
from multiconv.figure.gallery import kept
from multiconv.figure.links import page_link
from multiconv.networks.layout import bank_from, bias_of, chosen
from multiconv.networks.tensors import FILE_BYTES, refused, tensors, too_large
from multiconv.web.errors import status_of, wants_json
from multiconv.web.request import experiment, store
from multiconv.web.uploads import made_at, seen_at

EMPTY = {"tensor": "", "layout": "auto", "order": "rgb", "first": "0"}
"""The form's fields as they stand at first."""

blueprint = Blueprint("weights", __name__)

_MOST = 100_000


@blueprint.get("/weights")
def page() -> Response:
    """Answer the form."""
    return _page(experiment())


@blueprint.post("/weights")
def take() -> Response:
    """Take filters in: on to their page with the same picture, or their facts as JSON."""
    shown = experiment()
    try:
        found = _handed_in()
    except MultiConvError as error:
        if wants_json():
            raise
        return _page(shown, error, request.form)
    there = replace(found, source=shown.source)
    link = page_link(there)
    if wants_json():
        layer = there.layer
        return made_at(link, kernel=list(layer.kernel_size), outputs=layer.outputs)
    return seen_at(link)


def _handed_in() -> Experiment:
    """Return the experiment of the filters in the request, put into the store."""
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
    bank = bank_from(found[name], name, layout, order, first)
    bias = bias_of(found, name, first, bank)
    shown = kept(bank, store())
    return replace(shown, layers=(replace(shown.layer, bias=bias),))


def _page(
    shown: Experiment,
    error: MultiConvError | None = None,
    form: MultiDict[str, str] | None = None,
) -> Response:
    body = render_template(
        "article/weights.html",
        action=page_link(Experiment(source=shown.source), path="/weights"),
        back=page_link(shown),
        error=error,
        form=EMPTY | (form.to_dict() if form else {}),
        outputs=LIMITS.outputs,
    )
    status = status_of(error) if error else 200
    return Response(body, status, content_type="text/html; charset=utf-8")
