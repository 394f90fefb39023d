"""A transposed layer in the figure: its rows, the rest and the bias are the sum, pixel by pixel."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from multiconv.experiment.link import parse
from multiconv.experiment.model import Layer
from multiconv.figure.links import Links
from multiconv.figure.planes import map_plane
from multiconv.figure.stage import STAMPS, figure_of, stage_of

LAYERS = range(1, 6)
PIXELS = 40


def opened(app, query):
    """The trace of a link."""
    tracer = app.extensions["multiconv"]
    return tracer.trace(experiment_of(app, query)), tracer


def experiment_of(app, query):
    with app.test_request_context(f"/?{query}"):
        from multiconv.web.request import experiment

        return experiment()
