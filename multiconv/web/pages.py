"""What a browser visits: the page, its form, the limits, and the file that robots ask for."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from multiconv.errors import MultiConvError
from multiconv.experiment.edit import Form, base_of, edit_of, lay_plain, typed_pairs
from multiconv.experiment.link import to_pairs
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.figure.links import page_link
from multiconv.figure.notices import PARAMETER, telling
from multiconv.web.banks import with_short_link
from multiconv.web.request import banks, pairs, tracer
from multiconv.web.show import nearest, page_answer, trace_of
from multiconv.web.uploads import seen_at

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def index() -> Response:
    """Answer the page of an experiment; of a link that cannot be used, the nearest and why."""
    trace, mistakes = nearest(pairs(besides=(PARAMETER,)), Experiment())
    return page_answer(trace, mistakes, told=request.args.get(PARAMETER, "").split(","))


@blueprint.route("/edit", methods=["GET", "POST"])
def edit() -> Response:
    """Answer the form: on to the canonical link, or the page again with what was typed.

    Forms with large kernels or pasted matrices are longer than a query may be, and are posted.
    """
    form = Form(request.form.items(multi=True) if request.method == "POST" else pairs())
    try:
        wanted = edit_of(form, tracer().geometry, banks())
        trace = trace_of(wanted.experiment)
        link = page_link(with_short_link(trace.experiment))
    except MultiConvError as error:
        return _mistaken(form, error)
    return seen_at(telling(link, wanted.notices))


def _mistaken(form: Form, error: MultiConvError) -> Response:
    """Show the form's page again: the last good picture, and all that was typed."""
    try:
        base = base_of(form, banks())
        trace_of(base)
    except MultiConvError:
        base = Experiment()
    try:
        typed = typed_pairs(form, base, without=error.field)
    except MultiConvError:
        typed = dict(to_pairs(base))
    lay_plain(typed, form, base)
    trace, _ = nearest(list(typed.items()), base)
    return page_answer(trace, [error], form)


@blueprint.get("/limits")
def bounds() -> str:
    """Answer what this server takes, and how much."""
    return render_template("limits.html", rows=LIMITS.rows())


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers off the endless links."""
    rules = "User-agent: *\nDisallow: /*?\nDisallow: /maps/\nDisallow: /api/\nDisallow: /edit\n"
    return Response(rules, content_type="text/plain; charset=utf-8")
