"""Single maps as files, and the diagram as a file."""

from __future__ import annotations

import io

import numpy as np
from flask import Blueprint, Response, render_template

from multiconv.drawing.histogram import BINS, histogram
from multiconv.errors import InvalidValue
from multiconv.experiment.maps import GENERATED
from multiconv.experiment.model import Experiment
from multiconv.experiment.words import map_text
from multiconv.figure.card import card_picture
from multiconv.figure.channels import channels_of
from multiconv.figure.outputs import sheet_picture
from multiconv.figure.partials import partials_picture
from multiconv.figure.planes import (
    Inline,
    Map,
    face_map,
    generated_picture,
    generated_shares,
    map_plane,
    write_npy,
)
from multiconv.figure.rows import has_each
from multiconv.figure.stamps import stamps_map
from multiconv.figure.volumes import volumes_of
from multiconv.imaging.bands import Banded, counts_of, summary
from multiconv.imaging.png import png_rgb
from multiconv.imaging.ranges import automatic_range
from multiconv.tracing.influence import influence_on_photo
from multiconv.web.answers import drawing_file, file_to_keep
from multiconv.web.request import experiment, own, tracer, uncoloured

blueprint = Blueprint("maps", __name__)

NUMBER = 5
"""Bytes a pixel that a file of numbers holds while it is made: 4, and room to grow."""


@blueprint.get("/maps/<name>.png")
def picture(name: str) -> Response:
    """Answer a map as a picture: transparent where zero, or opaque with ``paper=1``."""
    asked = experiment("paper")
    paper = own("paper", "0")
    if paper not in {"0", "1"}:
        raise InvalidValue(
            f"paper is “{paper[:20]}”.",
            "Use 1 for an opaque picture or leave it out.",
            field="paper",
        )
    if name in {"input", "photo"}:
        return Response(png_rgb(tracer().levels(asked.source)), content_type="image/png")
    if name == GENERATED:
        return Response(png_rgb(generated_picture(asked, tracer())), content_type="image/png")
    if name == "outputs":
        return Response(sheet_picture(asked, tracer()), content_type="image/png")
    if name == "partials":
        return Response(partials_picture(tracer().trace(asked)), content_type="image/png")
    if name == "card":
        return Response(card_picture(tracer().trace(asked), tracer()), content_type="image/png")
    if name == "counted":
        found = _found("influence", asked)
        share = np.minimum(np.abs(np.asarray(found.plane)) / found.range, 1)[:, :, np.newaxis]
        shown = np.rint(tracer().levels(asked.source) * share).astype(np.uint8)
        return Response(png_rgb(shown), content_type="image/png")
    # A layer's output needs nothing of the opened one's partials.
    face = face_map(name, asked, tracer()) or _found(name, asked)
    body = face.png(opaque=paper == "1")
    return Response(body, content_type="image/png")


def _found(name: str, asked: Experiment) -> Map:
    """Return a map; what of the photograph counted is one that is followed backward."""
    if name == "influence":
        tracer().allow_backward(asked)
    trace = tracer().trace(asked)
    if name == "stamps":
        return stamps_map(trace)
    if name != "influence":
        return map_plane(name, trace, tracer())
    plane = influence_on_photo(trace, tracer())
    return Map(name, plane, automatic_range((plane,)))


@blueprint.get("/maps/<name>.npy")
def numbers(name: str) -> Response:
    """Answer a map's own numbers, as NumPy saves them."""
    asked = uncoloured(experiment())
    tracer().geometry(asked, held=NUMBER)
    if name == GENERATED:
        shares, file = generated_shares(asked, tracer()), io.BytesIO()
        write_npy(file, shares.shape, [shares])
        body = file.getvalue()
    else:
        body = _found(name, asked).npy()
    return file_to_keep(body, f"{name}.npy", "application/octet-stream")


@blueprint.get("/maps/<name>.svg")
def values(name: str) -> Response:
    """Answer the histogram of a map over the range that its picture shows."""
    asked = experiment()
    plane = _found(name, asked)
    numbers = plane.numbers()
    low, high = (0.0, 1.0) if plane.has_levels else (-plane.range, plane.range)
    words = map_text(name, asked, *summary(numbers))
    drawing = histogram(counts_of(numbers, BINS, low, high), low, high)
    return drawing_file(render_template("histogram.svg", drawing=drawing, words=words))


@blueprint.get("/diagram.svg")
def diagram() -> Response:
    """Answer the diagram as one file that needs nothing else."""
    asked = experiment()
    trace = tracer().trace(asked)
    # Small pictures of large maps cost little; where each has a range of its own, all is made.
    small = isinstance(trace.layer.output, Banded) and not has_each(trace)
    tracer().geometry(asked, outputs=1 if small else asked.layer.outputs)
    volumes = volumes_of(trace, channels_of(trace), Inline(trace, tracer()))
    return drawing_file(render_template("diagram.svg", diagram=volumes.column, faces=volumes.faces))
