"""The gallery of filters, and the way from it into the store."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request

from multiconv.experiment.link import to_pairs
from multiconv.experiment.model import Experiment
from multiconv.experiment.numbers import whole
from multiconv.figure.gallery import COUNT, SEEDS, SIDE, kept, learned, shelves, small_input
from multiconv.figure.links import page_link
from multiconv.filters.learned import seeded
from multiconv.web.request import experiment, store, tracer

blueprint = Blueprint("gallery", __name__)


def _asked_seed() -> int:
    return whole(request.args.get("seed", "1"), "seed", 0, SEEDS)


@blueprint.get("/filters")
def gallery() -> Response:
    """Answer the gallery for an experiment's picture."""
    asked, seed = experiment(besides=("seed",)), _asked_seed()
    page = render_template(
        "article/gallery.html",
        shelves=shelves(asked, tracer(), seed),
        back=page_link(asked),
        seed=seed,
        kept=to_pairs(Experiment(source=asked.source)),
    )
    return Response(page, content_type="text/html; charset=utf-8")


@blueprint.post("/filters/<any(learned, glorot, he):kind>")
def opened(kind: str) -> Response:
    """Put learned or random filters into the store and go on to their experiment."""
    asked, seed = experiment(besides=("seed",)), _asked_seed()
    x = small_input(asked.source, tracer())
    found = learned(x).filters if kind == "learned" else seeded(kind, seed, (SIDE, SIDE), COUNT)
    link = page_link(replace(kept(found, store()), source=asked.source))
    response = redirect(link, 303)
    return Response(response.get_data(), 303, headers=response.headers)
