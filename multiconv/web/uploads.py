"""Pictures in, and out again: taken by a form or a script, deleted by whoever holds the link."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from flask import Blueprint, Request, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from multiconv.errors import InvalidValue, MultiConvError
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.figure.links import page_link
from multiconv.figure.notices import PICTURE, telling
from multiconv.imaging.decode import Picture
from multiconv.imaging.notes import kinds
from multiconv.imaging.sandbox import decoded
from multiconv.web.answers import made_at, seen_at
from multiconv.web.errors import body_too_large, wants_json
from multiconv.web.pages import nearest, page_answer
from multiconv.web.request import experiment_of, pairs, store, tracer

blueprint = Blueprint("uploads", __name__)

OF_ITS_PICTURE = {"image", "i", "j"}
"""Parameters that mean nothing on another picture."""


class UploadRequest(Request):
    """A request whose files, which are bounded, stay in memory: none is ever a temporary file."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


@blueprint.post("/images")
def images() -> Response:
    """Take a picture in: on to its page with the same filters, or its facts as JSON."""
    asked = pairs(*OF_ITS_PICTURE)
    try:
        experiment_of(asked)  # a link that cannot be used is told before anything is stored
        picture = _uploaded()
        name = store().put(picture.pixels)
    except MultiConvError as error:
        if wants_json():
            raise
        trace, _ = nearest(pairs(), Experiment())
        return page_answer(trace, [error])
    link = page_link(experiment_of([*asked, ("image", name)]))
    if not wants_json():
        return seen_at(telling(link, (PICTURE + kind for kind in kinds(picture.notes))))
    height, width = picture.pixels.shape[:2]
    return made_at(link, id=name, width=width, height=height, notes=picture.notes)


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
    store().delete(name)
    tracer().forget(name)
    return jsonify(deleted=name)
