"""Addresses of what people take away; each takes the experiment's own query."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request, send_file

from multiconv.errors import NotFound
from multiconv.experiment.numbers import quoted
from multiconv.experiment.programs import FILE, LIBRARIES, program_of
from multiconv.figure.exports import film_inputs, write_everything
from multiconv.figure.links import page_link
from multiconv.figure.planes import Inline, check_sum
from multiconv.figure.stage import figure_of, stage_svg
from multiconv.imaging.bands import few, nothing
from multiconv.imaging.films import LONGEST, Film, encoded, running_sum, sliding_window
from multiconv.tracing.trace import Trace
from multiconv.web.answers import drawing_file, file_to_keep, under
from multiconv.web.request import experiment, tracer, uncoloured

blueprint = Blueprint("takeaway", __name__)

FILMS = ("window", "sum")
SPOOLED = 64 * 2**20
"""Bytes of a file of numbers beyond which it is kept on disk while it is sent."""


@blueprint.get("/stage.svg")
def stage() -> Response:
    """Answer the whole figure as one drawing that needs nothing else."""
    trace = tracer().trace(experiment())
    return drawing_file(stage_svg(figure_of(trace, Inline(trace, tracer()), outputs=tracer())))


@blueprint.get(f"/{FILE}")
def numbers() -> Response:
    """Answer every number of the experiment, as NumPy saves them."""
    asked = uncoloured(experiment())
    tracer().geometry(asked, outputs=asked.layer.outputs)
    trace = tracer().trace(asked)
    with ExitStack() as until_sent:
        # On disk and sent from there, if it is large.
        file = until_sent.enter_context(SpooledTemporaryFile(SPOOLED))
        write_everything(file, trace, tracer())
        size = file.tell()
        file.seek(0)
        if size < SPOOLED:
            return file_to_keep(file.read(), FILE, "application/octet-stream")
        until_sent.pop_all()  # closed with the answer
        return send_file(file, "application/octet-stream", True, FILE)


@blueprint.get("/code/<library>.py")
def program(library: str) -> Response:
    """Answer the experiment as a program."""
    asked = experiment()
    tracer().geometry(asked)  # refuses what is too much work
    shapes = tracer().shapes(asked)
    link, asked = page_link(asked), tracer().learned(asked)
    if library not in LIBRARIES:
        raise NotFound(
            f"There is no program for {quoted(library)}.",
            f"Use one of {', '.join(LIBRARIES)}.",
            field="library",
        )
    body = render_template(
        f"programs/{library}.py.txt",
        program=program_of(asked, shapes),
        link=quote(request.host_url.rstrip("/") + under(link), safe="/:?&=,.()-+~_%[]"),
        file=FILE,
    )
    name = f"multiconv_{library}.py"
    return file_to_keep(f"{body}\n".encode(), name, "text/x-python; charset=utf-8")


@blueprint.get("/film/<name>.<any(gif, webp):kind>")
def film(name: str, kind: str) -> Response:
    """Answer the sliding window or the running sum as a moving picture."""
    if name not in FILMS:
        raise NotFound(f"There is no film {quoted(name)}.", "Use window or sum.", field="film")
    trace = tracer().trace(experiment())
    check_sum(trace.experiment)
    body = encoded(_film(name, trace), kind)
    return file_to_keep(body, f"{name}.{kind}", f"image/{kind}", how="inline")


def _film(name: str, trace: Trace) -> Film:
    if name == "sum":
        partials = [few(added, LONGEST) for added in trace.layer.partials if added is not None]
        none = nothing(trace.layer.geometry.output_size)  # every channel may be left out
        divisor = trace.layer.divisor if trace.experiment.focus.what_if == "mean" else None
        shown = partials or [few(none, LONGEST)]
        return running_sum(shown, trace.layer.bias, trace.range, divisor)
    shape = trace.layer.geometry
    if shape.transposed:
        raise NotFound(
            "There is no film of the window of a transposed layer, whose kernel is stamped.",
            "Take the film of the sum, or open a convolution.",
            field="film",
        )
    return sliding_window(film_inputs(trace), trace.layer.output, shape, trace.pixel, trace.range)
