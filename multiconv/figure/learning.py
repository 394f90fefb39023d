"""What a layer that learns shows besides: error, gradients, loss, rate, and where one can go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multiconv.drawing.learning import FAR, LossCurve, loss_curve, rate_place
from multiconv.engine.learning import Numbers
from multiconv.experiment.edit import Form, drawn_size
from multiconv.experiment.fields import BY_NAME
from multiconv.experiment.kinds import Options
from multiconv.experiment.learning import MANY, begun, ended, refusal_of
from multiconv.experiment.model import CONV, LAST_STEP, LIMITS, Experiment, Target
from multiconv.experiment.numbers import plain
from multiconv.experiment.words import size_words
from multiconv.figure.channels import Channel
from multiconv.figure.links import Links
from multiconv.filters.banks import BANKS
from multiconv.imaging.colour import step as tint_step
from multiconv.tracing.learning import ONE_PERCENT, Learning
from multiconv.tracing.trace import Trace

SIDE = 132
"""The longest side of one of its pictures, in CSS pixels."""

LEARNING_START = "/?outputs=1&filters=zero&target=luminance-edges:0"
"""Where learning begins from the bar: edges of luminance, from zeros."""

_OFFERED = ("luminance-edges", "red-green-edges", "redness", "blue-yellow", "one-channel")
_EDGES, _COLOUR = Target("luminance-edges", 0), Target("red-green-edges", 0)


@dataclass(frozen=True, slots=True)
class Scene:
    """One of its pictures: the map's name, where it is, its size, what stands under it."""

    name: str
    address: str
    width: int
    height: int
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class GradientTap:
    """One weight's gradient: its tint, and the picture of the products whose mean it is."""

    place: str
    tint: int
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Gradient:
    """A kernel's gradient, on a scale of its own."""

    channel: Channel
    taps: tuple[tuple[GradientTap, ...], ...]
    scale: str


@dataclass(frozen=True, slots=True)
class Course:
    """Where learning is, and all that leads on.

    ``ways`` are the buttons' (words, address), ``trials`` other experiments, ``alike`` what becomes
    of two outputs; ``facts`` are what scripts need.
    """

    title: str
    step: int
    loss: str
    told: str
    stands: str
    scenes: tuple[Scene, ...]
    product: Scene
    gradients: tuple[Gradient, ...]
    curve: LossCurve
    rate: str
    used_rate: str
    rate_at: float
    stable: str
    usual_rate: str
    target: str
    targets: Options
    ways: tuple[tuple[str, str], ...]
    trials: tuple[tuple[str, str], ...]
    alike: str
    leave: str
    keep: str
    facts: dict[str, Any]
    last: int = LAST_STEP


def course_of(
    trace: Trace, channels: Sequence[Channel], links: Links, form: Form | None = None
) -> Course | None:
    """Return what a layer that learns shows; None of another."""
    learning = trace.learning
    if learning is None:
        return None
    asked, way, step = learning.asked, learning.descent, learning.step
    typed, focus = form or Form(), asked.focus
    losses = way.losses(np.arange(LAST_STEP + 1))
    losses = losses[: way.last(LIMITS.weight, LAST_STEP) + 1]
    gradient = way.gradient(step)
    curve = loss_curve(losses.tolist(), step, LAST_STEP)
    target = BY_NAME["target"].kind.write(focus.target)
    di, dj, q = map(int, np.unravel_index(int(np.abs(gradient).argmax()), gradient.shape))
    return Course(
        f"Learning: {_target_words(asked)}",
        step,
        _share(float(losses[step]), float(losses[0])),
        _told(learning),
        _stands(learning),
        tuple(_scene(learning, links, name) for name in ("target", "error")),
        _product(learning, links, channels[q], di, dj, float(gradient[di, dj, q])),
        tuple(_gradient(links, channel, gradient) for channel in channels),
        curve,
        typed.get("rate", plain(focus.rate) if focus.rate else ""),
        plain(float(f"{way.rate:.4g}")),
        rate_place(way.rate / way.spread.stable),
        plain(float(f"{way.spread.stable:.4g}")),
        links.page(replace(asked, focus=replace(focus, rate=None))) if focus.rate else "",
        target,
        _targets(asked, target),
        _ways(asked, links, step),
        _trials(asked, links, way.spread.stable),
        _alike(learning),
        links.page(ended(asked)),
        links.page(_kept(learning)),
        {
            **{name: learning.standing()[name] for name in ("step", "weights", "gradient", "bias")},
            "heights": curve.heights,
            "losses": [float(f"{loss / (losses[0] or 1):.3g}") for loss in losses],
            "scale": learning.scale,
            "last": LAST_STEP,
        },
    )


def _share(loss: float, first: float) -> str:
    """Return a loss and what it is of the first in words."""
    if not first:
        return "0: there is nothing to learn, the output is the target"
    share = loss / first
    if share >= FAR:
        return f"{loss:.3g}, {share:.2g} × the first"
    text = f"{100 * share:.3g}" if share >= 1e-5 else f"{100 * share:.1e}"
    return f"{loss:.3g}, {text} % of the first"


def _told(learning: Learning) -> str:
    """Return what is to be said of a rate beyond stability, and of one as large as can be."""
    way, asked = learning.descent, learning.asked.focus.steps
    if way.is_stable:
        return ""
    beyond = (
        f"η is {way.rate / way.spread.stable:.3g} × the largest stable rate: each step goes past "
        "the lowest point, further than it stood before it, so the loss grows."
    )
    if learning.step < asked:
        beyond += (
            f" After step {learning.step} a weight would be beyond ±1,000,000, so that is the last "
            "that is shown."
        )
    return beyond


def _stands(learning: Learning) -> str:
    """Return how many steps lead to one percent of the first loss, with what that depends on."""
    way, layer = learning.descent, learning.asked.layer
    how = (
        f"With η = {way.rate:.3g}, {size_words(layer.kernel_size)} kernels and "
        f"padding {BY_NAME['padding'].kind.write(layer.padding)}, this target"
    )
    if not way.is_stable:
        return f"{how} is not learned."
    steps = way.steps_to(ONE_PERCENT)
    slow = (
        f"The slowest direction is learned {way.spread.condition:,.0f} times as slowly as the "
        "fastest."
    )
    if steps is None:
        left = way.floor / max(float(way.losses(0)), 1e-300)
        return f"{how} never comes to 1 % of the first loss: {100 * left:.3g} % stays. {slow}"
    return f"{how} takes {steps:,} step{'s' * (steps != 1)} to 1 % of the first loss. {slow}"


def _scene(learning: Learning, links: Links, kind: str) -> Scene:
    extent = learning.asked.view.range or learning.range
    alt = {"target": "The target", "error": "Output minus target"}[kind]
    return Scene(kind, links.map(kind, extent), *_size(learning), kind, alt)


def _size(learning: Learning) -> tuple[int, int]:
    rows, columns = learning.target.shape
    return drawn_size(rows, columns, SIDE)


def _product(
    learning: Learning, links: Links, channel: Channel, di: int, dj: int, slope: float
) -> Scene:
    name = f"product-{channel.q}-{di}-{dj}"
    words = f"2 · error × {channel.name} at [{di}, {dj}]: mean {_slope_text(slope)}"
    return Scene(name, links.map(name, 1.0), *_size(learning), words, words)


def _slope_text(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−") if value else "0"


def _gradient(links: Links, channel: Channel, gradient: Numbers) -> Gradient:
    q = channel.q
    own = float(np.abs(gradient[:, :, q]).max()) or 1.0
    template = links.map("product-0-0-0", 1.0)

    def tap(di: int, dj: int) -> GradientTap:
        slope = float(gradient[di, dj, q])
        return GradientTap(
            f"{q}-{di}-{dj}",
            tint_step(slope, own),
            template.replace("product-0-0-0", f"product-{q}-{di}-{dj}"),
            f"{channel.label}, row {di + 1}, column {dj + 1}: gradient {_slope_text(slope)}",
        )

    rows, columns = gradient.shape[:2]
    taps = tuple(tuple(tap(di, dj) for dj in range(columns)) for di in range(rows))
    return Gradient(channel, taps, f"±{_slope_text(own).lstrip('+')}")


def _target_words(asked: Experiment) -> str:
    target = asked.focus.target
    if target is None:
        return ""
    if isinstance(target.bank, str) and target.bank in BANKS:
        return BANKS[target.bank].titles[target.k]
    title = target.bank if isinstance(target.bank, str) else target.bank.title
    return f"output {target.k} of {title}"


def _targets(asked: Experiment, chosen: str) -> Options:
    found = tuple(
        (f"{name}:{k}", title) for name in _OFFERED for k, title in enumerate(BANKS[name].titles)
    )
    return found if chosen in dict(found) else ((chosen, _target_words(asked)), *found)


def _ways(asked: Experiment, links: Links, step: int) -> tuple[tuple[str, str], ...]:
    """Return the buttons: to the start, one step, many; at the end none leads further."""

    def to(steps: int) -> str:
        focus = replace(asked.focus, steps=min(steps, LAST_STEP))
        return links.page(replace(asked, focus=focus))

    return (("start", to(0)), ("step", to(step + 1)), (f"{MANY} steps", to(step + MANY)))


def _trials(asked: Experiment, links: Links, stable: float) -> tuple[tuple[str, str], ...]:
    """Return other experiments, each in a sentence."""

    def at(target: Target, steps: int, outputs: int = 1, **focus: Any) -> str:
        found = begun(asked, target, outputs)
        return links.page(replace(found, focus=replace(found.focus, steps=steps, **focus)))

    target = asked.focus.target or _EDGES
    size = asked.layer.kernel_size
    apart = begun(asked, _EDGES, 2)
    layer = replace(apart.layer, bank="redness", kernel_size=size)
    focus = replace(apart.focus, steps=100)
    return (
        ("Edges of luminance", at(_EDGES, 29)),
        ("Edges of colour: what is nearly the same everywhere is learned last", at(_COLOUR, 400)),
        ("Two filters started alike stay alike", at(_EDGES, 100, 2)),
        ("the same two, started apart", links.page(replace(apart, layers=(layer,), focus=focus))),
        ("A rate just beyond the stable one", at(target, 200, rate=float(f"{1.01 * stable:.4g}"))),
    )


def _alike(learning: Learning) -> str:
    kernels, start = learning.kernels, learning.asked.layer.all_kernels()
    if kernels.shape[3] < 2:
        return ""
    apart = float(np.abs(kernels[..., 0] - kernels[..., 1]).max())
    before = float(np.abs(start[..., 0] - start[..., 1]).max())
    if not before:
        return (
            "Outputs 0 and 1 started alike. The same weights make the same error, and the same "
            f"error the same gradient: after {learning.step} steps their weights differ by "
            f"{apart:g}. Two such filters of a network learn as one, so their starts are random."
        )
    return (
        "Outputs 0 and 1 started apart, on the same way: the largest difference between their "
        f"weights was {before:.3g}, and after {learning.step} steps it is {apart:.3g}."
    )


def _kept(learning: Learning) -> Experiment:
    """Return the experiment that has the kernels, the biases too, and learns no further."""
    asked, kernels = ended(learning.asked), learning.kernels
    layer = asked.layer
    for q, k in np.ndindex(*kernels.shape[2:]):
        numbers = tuple(float(f"{value:.6g}") for value in kernels[:, :, q, k].ravel())
        layer = layer.with_kernel(q, k, numbers)
    bias = tuple(float(f"{value:.6g}") for value in learning.bias)
    return asked.with_layer(replace(layer, bias=bias))


def invitation_of(trace: Trace, links: Links) -> tuple[tuple[str, str], ...]:
    """Return what one may watch a layer learn from here, as (words, address); empty: it must store.

    It stands where a picture is convolved by one layer that learns nothing yet.
    """
    asked = links.experiment
    layer, k = asked.layer, asked.focus.k
    if trace.learning or asked.source.z is not None or len(asked.layers) > 1:
        return ()
    found = [("edges of luminance", links.page(begun(asked, _EDGES)))]
    if layer.kind != CONV or layer.groups != 1:
        return tuple(found)
    own = replace(begun(asked, Target(layer.bank, k)), source=asked.source)
    named = isinstance(layer.bank, str) and layer.bank in BANKS and k < BANKS[layer.bank].outputs
    if not (named and not layer.kernels):
        found.append(("these weights, kept as they are", links.at("/learn")))
    elif refusal_of(own) is None:
        found.append(("this filter", links.page(own)))
    return tuple(found)
