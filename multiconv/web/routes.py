"""What a browser visits: the page, its form, uploads, and the few files that robots ask for."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from multiconv.errors import InvalidValue, MultiConvError
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.query import from_query, to_pairs
from multiconv.imaging.codec import Picture, decoded
from multiconv.tracing import Trace
from multiconv.web.edit import Pairs, edited, previous, typed_pairs
from multiconv.web.errors import status_of, too_large, wants_json
from multiconv.web.links import page_link
from multiconv.web.page import page
from multiconv.web.request import pairs, store, tracer

blueprint = Blueprint("routes", __name__)


def _settled(asked: Pairs, fallback: Experiment) -> tuple[Trace, list[MultiConvError]]:
    """Return the nearest experiment that can be shown, and what had to be left out.

    A parameter that cannot be used gives way to ``fallback``'s, and the rest
    stay, so that one mistake does not lose what was right.
    """
    mistakes: list[MultiConvError] = []
    kept = dict(to_pairs(fallback))
    for _ in range(len(asked) + 1):
        try:
            return _traced(from_query(asked)), mistakes
        except MultiConvError as error:
            mistakes.append(error)
            at_fault = (error.field or "").rstrip("…")
            names = {name for name, _ in asked if at_fault and name.startswith(at_fault)}
            rest = [pair for pair in asked if pair[0] not in names]
            if not names:
                break
            usable = [(name, kept.pop(name)) for name in names if name in kept]
            asked = [*rest, *usable]
    return _traced(fallback), mistakes[:1]


def _traced(experiment: Experiment) -> Trace:
    """Return a trace whose pinned pixel lies on the output."""
    trace = tracer().trace(experiment)
    trace.probe(*trace.pixel)
    return trace


def _shown(
    trace: Trace,
    mistakes: Sequence[MultiConvError] = (),
    form: MultiDict[str, str] | None = None,
) -> Response:
    build = current_app.config["BUILD"]
    body = render_template("page.html", **page(trace, build, mistakes=mistakes, form=form))
    status = status_of(mistakes[0]) if mistakes else 200
    return Response(body, status, content_type="text/html; charset=utf-8")


@blueprint.get("/")
def index() -> Response:
    """Answer the page of an experiment; of a link that cannot be used, the nearest and why."""
    trace, mistakes = _settled(pairs(), Experiment())
    return _shown(trace, mistakes)


@blueprint.get("/edit")
def edit() -> Response:
    """Answer the form: on to the canonical link, or the page again with what was typed."""
    form = MultiDict(pairs())
    try:
        wanted = edited(form, tracer().geometry)
        trace = _traced(wanted.experiment)
    except MultiConvError as error:
        return _mistaken(form, error)
    response = redirect(page_link(trace.experiment) + wanted.fragment, 303)
    return Response(response.get_data(), 303, headers=response.headers)


def _mistaken(form: MultiDict[str, str], error: MultiConvError) -> Response:
    """Show the form's page again: the last good picture, and all that was typed."""
    try:
        base = previous(form)
        _traced(base)
    except MultiConvError:
        base = Experiment()
    try:
        trace, _ = _settled(typed_pairs(form, base), base)
    except MultiConvError:
        trace = _traced(base)
    return _shown(trace, [error], form)


@blueprint.post("/images")
def images() -> Response:
    """Take a picture in: on to its page with the same filters, or its facts as JSON."""
    asked = [pair for pair in pairs() if pair[0] not in {"image", "i", "j"}]
    try:
        picture = _uploaded()
        name = store().put(picture.pixels)
        experiment = from_query([*asked, ("image", name)])
    except MultiConvError as error:
        if wants_json():
            raise
        trace, _ = _settled(pairs(), Experiment())
        return _shown(trace, [error])
    link = page_link(experiment)
    if wants_json():
        height, width = picture.pixels.shape[:2]
        answer = jsonify(id=name, width=width, height=height, url=link, notes=picture.notes)
        answer.status_code = 201
        answer.headers["Location"] = link
        return answer
    response = redirect(link, 303)
    return Response(response.get_data(), 303, headers=response.headers)


def _uploaded() -> Picture:
    """Return the picture that was sent, decoded."""
    try:
        given = request.files.get("image")
    except RequestEntityTooLarge as error:
        raise too_large() from error
    if given is None:
        raise InvalidValue(
            "No picture was sent.", "Choose a file in the field “image”.", field="image"
        )
    return decoded(given.read(), LIMITS)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers off the endless links."""
    rules = "User-agent: *\nDisallow: /*?\nDisallow: /maps/\nDisallow: /api/\nDisallow: /edit\n"
    return Response(rules, content_type="text/plain; charset=utf-8")
