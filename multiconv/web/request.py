"""What every route reads off a request: the experiment, the tracer, the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from flask import current_app, request
from werkzeug.datastructures import MultiDict

from multiconv.experiment import link
from multiconv.experiment.banks import Banks
from multiconv.experiment.model import Experiment
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer


def tracer() -> Tracer:
    """Return the app's tracer."""
    return cast(Tracer, current_app.extensions["multiconv"])


def store() -> Store:
    """Return the app's store of pictures."""
    return cast(Store, current_app.extensions["multiconv_store"])


def pairs(*besides: str, given: MultiDict[str, str] | None = None) -> list[tuple[str, str]]:
    """Return the parameters of the query, or ``given``, without those that a route reads itself."""
    found = request.args if given is None else given
    return [pair for pair in found.items(multi=True) if pair[0] not in {"v", *besides}]


def experiment(*besides: str, given: MultiDict[str, str] | None = None) -> Experiment:
    """Return the experiment that the query, or what else is ``given``, describes."""
    return experiment_of(pairs(*besides, given=given))


def banks() -> Banks:
    """Return where links find the banks in the app's store."""
    return store().get_array


def experiment_of(pairs: Iterable[tuple[str, str]]) -> Experiment:
    """Return the experiment that a link's parameters describe, with the store's banks."""
    return link.read(pairs, banks())


def uncoloured(experiment: Experiment) -> Experiment:
    """Return an experiment of which only numbers are asked, so that no range is looked for."""
    return replace(experiment, view=replace(experiment.view, range=1.0))
