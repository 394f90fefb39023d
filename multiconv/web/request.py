"""What every route reads off a request: the experiment, the tracer, the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import cast

from flask import current_app, g, request
from werkzeug.datastructures import MultiDict

from multiconv.errors import MultiConvError
from multiconv.experiment import link
from multiconv.experiment.banks import STORED, Banks
from multiconv.experiment.model import Experiment
from multiconv.experiment.transit import (
    Arrival,
    Pairs,
    arrival,
    explained,
    straightened,
    without_ending,
)
from multiconv.networks.shipped import network
from multiconv.store.pictures import Store
from multiconv.tracing.trace import Tracer


def tracer() -> Tracer:
    """Return the app's tracer, over the store as this request sees it."""
    return cast(Tracer, current_app.extensions["multiconv"]).over(store())


def store() -> Store:
    """Return the app's store of pictures, which this request asks once of each of them."""
    if "store" not in g:
        g.store = cast(Store, current_app.extensions["multiconv_store"]).once()
    return cast(Store, g.store)


def is_of_uploads() -> bool:
    """Tell whether a picture or filters of somebody's own are in what the query asks for."""
    given = request.args
    own = any(not name.startswith("sample:") for name in given.getlist("image"))
    return own or any(STORED.search(text) for _, text in given.items(multi=True))


_OF_EVERY_ADDRESS = {"v"}

Given = MultiDict[str, str] | None
"""What a route reads in place of the query."""


def form_pairs() -> Pairs:
    """Return the fields of a form that came as the query."""
    return [pair for pair in request.args.items(multi=True) if pair[0] not in _OF_EVERY_ADDRESS]


def pairs(*besides: str, given: Given = None) -> Pairs:
    """Return a link's parameters without those that a route reads itself.

    What the link met on its way is put right, and every answer says so (`repairs`).
    """
    return _arrival(besides, given).pairs


def _arrival(besides: Collection[str], given: Given) -> Arrival:
    asked = request.args if given is None else given
    found = arrival(asked.items(multi=True), experiment_of, {*_OF_EVERY_ADDRESS, *besides})
    g.repairs = found.repairs
    return found


def repairs() -> tuple[str, ...]:
    """Return what of this request's link was put right, as words of `REPAIRS`."""
    return cast(tuple[str, ...], g.get("repairs", ()))


def own(name: str, usual: str, given: Given = None) -> str:
    """Return a parameter that a route reads itself: a word, a number or a list of words."""
    asked = request.args if given is None else given
    found, _ = straightened(list(asked.items(multi=True)))
    return next((without_ending(text) for each, text in found if each == name), usual)


def experiment(*besides: str, given: Given = None) -> Experiment:
    """Return the experiment that the query, or what else is ``given``, describes."""
    found = _arrival(besides, given)
    try:
        return found.experiment or experiment_of(found.pairs)
    except MultiConvError as error:
        raise explained(error, found.pairs) from error


def banks() -> Banks:
    """Return where links find the banks in the app's store."""
    return store().get_array


def experiment_of(pairs: Iterable[tuple[str, str]]) -> Experiment:
    """Return the experiment that a link's parameters describe, with the store's banks."""
    return link.read(pairs, banks(), networks=network)


def uncoloured(experiment: Experiment) -> Experiment:
    """Return an experiment of which only numbers are asked, so that no range is looked for."""
    return replace(experiment, view=replace(experiment.view, range=1.0))
