"""Addresses of pages and pictures, each with only what its answer depends on."""

from __future__ import annotations

from dataclasses import replace

from multiconv.experiment.link import to_query
from multiconv.experiment.maps import pixels_experiment
from multiconv.experiment.model import Experiment


def page_link(experiment: Experiment, *, path: str = "/") -> str:
    """Return the canonical address of an experiment's page, or of ``path`` for it."""
    query = to_query(experiment)
    return f"{path}?{query}" if query else path


def channel_link(experiment: Experiment, k: int) -> str:
    """Return the page on which output channel ``k`` is the chosen one."""
    return page_link(replace(experiment, focus=replace(experiment.focus, k=k)))


def map_link(
    experiment: Experiment, name: str, extent: float | None, build: str, *, ending: str = "png"
) -> str:
    """Return the address of one map, good for ever within this build.

    ``extent`` is the fixed range of its colours; numbers need none.
    """
    query = to_query(pixels_experiment(experiment, name, extent))
    return f"/maps/{name}.{ending}?{query}{'&' if query else ''}v={build}"
