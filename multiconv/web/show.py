"""A page for what was asked, or for the nearest to it that can be shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from flask import Response, current_app, render_template, request

from multiconv.errors import MultiConvError
from multiconv.experiment.edit import Form
from multiconv.experiment.link import to_pairs
from multiconv.experiment.model import Experiment
from multiconv.figure.links import Links
from multiconv.figure.page import page
from multiconv.tracing.pictures import is_sample
from multiconv.tracing.trace import Trace
from multiconv.web.errors import status_of
from multiconv.web.request import experiment_of, tracer

Pairs = list[tuple[str, str]]

MISTAKES_SHOWN = 8
"""How many mistakes are looked for in one link; with more, the whole link is left aside."""

PART = "Multiconv-Part"
"""The request's header that names the part of the page to be answered alone."""

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")


def trace_of(experiment: Experiment) -> Trace:
    """Return a trace whose pinned pixel lies on the output."""
    trace = tracer().trace(experiment)
    trace.probe(*trace.pixel)
    return trace


def nearest(asked: Pairs, fallback: Experiment) -> tuple[Trace, list[MultiConvError]]:
    """Return the nearest experiment that can be shown, and what had to be left out.

    A parameter that cannot be used gives way to ``fallback``'s, and the rest
    stay, so that one mistake does not lose what was right.
    """
    mistakes: list[MultiConvError] = []
    kept = dict(to_pairs(fallback))
    for _ in range(MISTAKES_SHOWN):
        try:
            return trace_of(experiment_of(asked)), mistakes
        except MultiConvError as error:
            mistakes.append(error)
            names = {name for name, _ in asked if is_at_fault(name, error.field)}
            if not names:
                break
            rest = [pair for pair in asked if pair[0] not in names]
            asked = [*rest, *((name, kept.pop(name)) for name in names if name in kept)]
    return trace_of(fallback), mistakes[:1]


def is_at_fault(name: str, field: str | None) -> bool:
    """Tell whether a parameter is the one that an error names; a long name is cut in errors.

    Examples
    --------
    >>> is_at_fault("image", "i"), is_at_fault("i", "i"), is_at_fault("abcdef", "abc…")
    (False, True, True)
    """
    if field is None:
        return False
    return name == field or (field.endswith("…") and name.startswith(field[:-1]))


def page_answer(
    trace: Trace,
    mistakes: Sequence[MultiConvError] = (),
    form: Form | None = None,
    told: Collection[str] = (),
) -> Response:
    """Return the page of a trace, with mistakes told and what was typed still in its fields.

    Asked for with the header ``Multiconv-Part: figure``, it is the figure part alone: all that an
    edit can change, as one element (see figure.html).
    """
    links = Links(trace.experiment, current_app.config["BUILD"])
    source = trace.experiment.source
    whole = request.headers.get(PART) != "figure"
    body = render_template(
        "page.html" if whole else "figure.html",
        page=page(trace, links, mistakes=mistakes, form=form, told=told),
        article=current_app.extensions["multiconv_article"](source) if whole else None,
        share=_host_url() + links.at("/"),
        own=None if is_sample(source) else source.image,
    )
    status = status_of(mistakes[0]) if mistakes else 200
    response = Response(body, status, content_type="text/html; charset=utf-8")
    response.vary.add(PART)
    return response


def _host_url() -> str:
    """Return where this page was asked for; nothing if the request's Host is no host's name."""
    return request.host_url.rstrip("/") if _HOST.fullmatch(request.host) else ""
