"""What tests of the article share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multiconv.experiment.model import Experiment
from multiconv.figure.article import try_of


@pytest.fixture
def traced(app):
    """The trace of an experiment of the article: ``traced(name)``."""
    tracer = app.extensions["multiconv"]

    def found(name, **focus):
        experiment = try_of(name, Experiment())
        if focus:
            experiment = replace(experiment, focus=replace(experiment.focus, **focus))
        return tracer.trace(experiment)

    return found
