"""The what-ifs of an experiment as buttons: words, what each does, where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from multiconv.experiment.changes import ACTIONS, action_notice
from multiconv.figure.links import Links
from multiconv.figure.notices import telling


@dataclass(frozen=True, slots=True)
class Button:
    """A what-if in the page: the form's value, its words, what it does, where it leads."""

    value: str
    words: str
    told: str
    link: str


def buttons(links: Links) -> list[Button]:
    """Return the what-ifs that make sense for an experiment."""
    shown = links.experiment
    layer, k = shown.layer, shown.focus.k
    hidden = "depthwise" if layer.groups > 1 else "together"
    changed = {name: each.of(layer, k) for name, each in ACTIONS.items() if name != hidden}
    return [
        Button(
            name,
            ACTIONS[name].words,
            ACTIONS[name].hint,
            telling(links.page(shown.with_layer(after)), [action_notice(name, layer, after)]),
        )
        for name, after in changed.items()
    ]
