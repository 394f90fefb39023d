"""Pictures in, by a form or a script; pictures and filters out, by whoever holds their link."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import IO, Any

from flask import Blueprint, Request, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from multiconv.errors import InvalidValue, MultiConvError
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.transit import Pairs
from multiconv.figure.links import page_link
from multiconv.figure.notices import PICTURE, telling, words_on_grey
from multiconv.imaging.decode import Picture
from multiconv.imaging.notes import GREY, kinds
from multiconv.imaging.sandbox import decoded
from multiconv.web.answers import made_at, seen_at
from multiconv.web.errors import body_too_large, wants_json
from multiconv.web.limits import OTHERS, PICTURES, count_write
from multiconv.web.pages import nearest, page_answer
from multiconv.web.request import experiment_of, pairs, store, tracer

blueprint = Blueprint("uploads", __name__)

OF_ITS_PICTURE = {"image", "i", "j"}
"""Parameters that mean nothing on another picture."""
OF_A_PICTURE = {"image", "size"}
"""Parameters that mean the same with any filters."""


class UploadRequest(Request):
    """A request whose files, which are bounded, stay in memory: none is ever a temporary file."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


@blueprint.post("/images")
def images() -> Response:
    """Take a picture in: on to its page with the same filters, or its facts as JSON."""
    asked = pairs(*OF_ITS_PICTURE)
    try:
        count_write(PICTURES)
        experiment_of(asked)  # a link that cannot be used is told before anything is stored
        picture = _uploaded()
        name = store().put(picture.pixels)
    except MultiConvError as error:
        if wants_json():
            raise
        trace, _ = nearest(pairs(), Experiment())
        return page_answer(trace, [error])
    shown = experiment_of([*asked, ("image", name)])
    link = page_link(shown)
    if not wants_json():
        return seen_at(telling(link, (PICTURE + kind for kind in kinds(picture.notes))))
    height, width = picture.pixels.shape[:2]
    notes = list(picture.notes)
    if GREY in notes and shown.focus.layer == 1:
        notes += words_on_grey(shown.layer, shown.focus.k)
    return made_at(link, id=name, width=width, height=height, notes=notes)


def _uploaded() -> Picture:
    """Return the picture that was sent, decoded."""
    try:
        given = request.files.get("image")
    except RequestEntityTooLarge as error:
        raise body_too_large() from error
    if given is None:
        raise InvalidValue(
            "No picture was sent.", "Choose a file in the field “image”.", field="image"
        )
    return decoded(given.read(), LIMITS)


@blueprint.post("/images/<name>/delete")
def delete_by_form(name: str) -> Response:
    """Forget a picture: on to the start's picture with the same filters."""
    asked = pairs(*OF_ITS_PICTURE)
    delete(name)
    try:
        return seen_at(page_link(experiment_of(asked)))
    except MultiConvError:
        return seen_at("/")


@blueprint.delete("/images/<name>")
def delete(name: str) -> Response:
    """Forget a picture."""
    count_write(OTHERS)
    store().delete(name)
    tracer().forget(name)
    return jsonify(deleted=name)


@blueprint.post("/filters/<name>/delete")
def forget_by_form(name: str) -> Response:
    """Forget a bank: on to the same picture, with the filters that are left."""
    asked = pairs()
    forget(name)
    there = Experiment()
    for kept_pairs in (_without(asked, name), [pair for pair in asked if pair[0] in OF_A_PICTURE]):
        with suppress(MultiConvError):
            there = experiment_of(kept_pairs)
            break
    return seen_at(page_link(there))


def _without(asked: Pairs, name: str) -> Pairs:
    """Return parameters without a bank, and without what was changed in it."""
    layers = {each.rpartition(".")[0] for each, text in asked if text == name}
    changed = {f"{layer}.w" if layer else "w" for layer in layers}
    return [
        (each, text)
        for each, text in asked
        if name not in text and not any(each.startswith(f"{start}.") for start in changed)
    ]


@blueprint.delete("/filters/<name>")
def forget(name: str) -> Response:
    """Forget a bank of filters."""
    count_write(OTHERS)
    store().delete_array(name)
    return jsonify(deleted=name)
