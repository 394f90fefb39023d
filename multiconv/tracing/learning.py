"""A layer that learns, from an experiment to its kernels after so many steps, kept as all else is.

What depends on the picture and the kernel's size alone, the spread of the windows, is kept apart
from what depends on the target, so that a step costs neither.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.conv import conv2d
from multiconv.engine.geometry import Geometry
from multiconv.engine.gradient import shifted
from multiconv.engine.learning import Descent, Numbers, Spread, slope_of, spread_of
from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.banks import StoredBank
from multiconv.experiment.learning import USUAL_SHARE, ended, refuse_size, target_layer
from multiconv.experiment.model import LAST_STEP, LIMITS, Experiment, Layer, Target
from multiconv.imaging.ranges import automatic_range, rounded_up
from multiconv.tracing.cache import ArrayCache

LEARNED = "learned kernels"
"""What filters that have learned are called."""

ONE_PERCENT = 0.01
"""The share of the first loss that learning is measured by."""

_EXACT = 8  # places of what weights are counted from: more than any shows


@dataclass(frozen=True)
class Learning:
    """How the outputs of an experiment's layer learn one target, and how far they are.

    ``descents`` has the way of each output's kernels; ``step`` is the one asked for, or the last
    before a weight was larger than a link may say.  ``target`` is what is learned, (H′, W′).
    """

    asked: Experiment
    descents: tuple[Descent, ...]
    step: int
    target: Numbers
    inputs: Numbers
    shape: Geometry

    @property
    def descent(self) -> Descent:
        """The way of the chosen output's kernels."""
        return self.descents[self.asked.focus.k]

    @cached_property
    def kernels(self) -> Numbers:
        """The kernels after the steps, (kh, kw, C, K)."""
        return np.stack([each.kernel(self.step) for each in self.descents], axis=-1)

    @cached_property
    def bias(self) -> tuple[float, ...]:
        """The biases after the steps."""
        return tuple(each.bias(self.step) for each in self.descents)

    @cached_property
    def shown(self) -> Experiment:
        """The experiment whose layer has those kernels and learns no further."""
        layer = self.asked.layer
        name = sha256(self.kernels.tobytes()).hexdigest()
        bank = StoredBank(f"learned-{name}", self.kernels, LEARNED)
        there = replace(layer, bank=bank, kernels=(), bias=self.bias)
        return replace(ended(self.asked), layers=(there,))

    @cached_property
    def error(self) -> Numbers:
        """Output − target after the steps, (H′, W′)."""
        k = self.asked.focus.k
        made = _output(self.inputs, self.kernels[..., k], self.asked.layer)
        return made + self.bias[k] - self.target

    @cached_property
    def scale(self) -> float:
        """The weight that gets the fullest tint: the largest at the start, or where it leads."""
        way = self.descent
        ends = [way.start, way.kernel(LAST_STEP if way.is_stable else self.step)]
        largest = max(float(np.abs(kernel).max()) for kernel in ends)
        return rounded_up(largest) if largest else 1.0

    def standing(self) -> dict[str, Any]:
        """Return the chosen output's numbers after the steps; weights are by input channel."""
        way, step = self.descent, self.step
        first, loss = way.losses(np.array([0, step])).tolist()
        return {
            "step": step,
            "loss": loss,
            "first_loss": first,
            "bias": way.bias(step),
            "weights": by_channel(way.kernel(step)),
            "gradient": by_channel(way.gradient(step)),
        }

    def facts(self) -> dict[str, Any]:
        """Return these and what they come from, as the API tells it."""
        way = self.descent
        return self.standing() | {
            "rate": way.rate,
            "stable": way.spread.stable,
            "condition": way.spread.condition,
            "floor": way.floor,
            "steps_to_one_percent": way.steps_to(ONE_PERCENT),
        }

    @property
    def maker(self) -> Layer:
        """The layer whose only output is the target."""
        return target_layer(self.asked, cast("Target", self.asked.focus.target))

    def way(self) -> dict[str, Any]:
        """Return all steps of the chosen output's kernel at once, as the API tells them."""
        way, spread = self.descent, self.descent.spread
        return {
            "rate": way.rate,
            "level": way.level,
            "floor": way.floor,
            "last": way.last(LIMITS.weight, LAST_STEP),
            "means": spread.means.tolist(),
            "values": spread.values.tolist(),
            "vectors": spread.vectors.round(_EXACT).tolist(),
            "ends": way.end.tolist(),
            "missing": way.missing.tolist(),
        }

    def product(self, q: int, di: int, dj: int) -> Numbers:
        """Return 2 · error × what weight (di, dj) of channel q meets: its mean is the gradient."""
        taps = shifted(self.inputs.transpose(2, 0, 1)[q : q + 1], self.shape)
        at = di * self.shape.kernel_size[1] + dj
        met = next(plane[0] for n, plane in enumerate(taps) if n == at)
        found: Numbers = 2 * self.error * met
        return found

    @cached_property
    def range(self) -> float:
        """What the ends of the colours stand for on target, output and error alike."""
        return automatic_range((self.target.astype(np.float32),))


def learning_of(
    experiment: Experiment,
    target: Target,
    inputs: NDArray[np.float32],
    shape: Geometry,
    cache: ArrayCache,
) -> Learning:
    """Return how far an experiment's layer has learned a target, which must have its size."""
    source, layer, focus = experiment.source, experiment.layer, experiment.focus
    _check_work(shape, layer)
    x = inputs.astype(np.float64)
    maker = target_layer(experiment, target)
    made = maker.geometry(shape.input_size)
    refuse_size(made.output_size, shape.output_size)

    def kept(key: Hashable, make: Callable[[], Numbers]) -> Numbers:
        return cast("Numbers", cache.get(("learning", source, key), make))

    spread = _spread(kept((shape,), lambda: _packed(spread_of(x, shape))))
    if not spread.values.any():
        raise InvalidValue(
            "This picture is of one colour: there is nothing that a kernel could learn from it.",
            "Choose another picture.",
            field="target",
        )
    wanted = kept((made, target), lambda: _output(x, maker.filters()[..., target.k], maker))
    slope = kept((shape, made, target), lambda: slope_of(x, wanted, shape, spread))
    rate = USUAL_SHARE * spread.stable if focus.rate is None else focus.rate
    level, variance, starts = float(wanted.mean()), float(wanted.var()), layer.all_kernels()
    descents = tuple(
        Descent(spread, starts[..., k], slope, level, variance, rate) for k in range(layer.outputs)
    )
    last = min(each.last(LIMITS.weight, focus.steps) for each in descents)
    return Learning(experiment, descents, last, wanted, x, shape)


def _check_work(shape: Geometry, layer: Layer) -> None:
    taps = shape.kernel_size[0] * shape.kernel_size[1] * layer.inputs
    work = shape.output_size[0] * shape.output_size[1] * taps**2
    if work > LIMITS.multiply_adds:
        raise TooLarge(
            f"Learning asks for {work:,} multiply-adds here; {LIMITS.multiply_adds:,} is the most "
            "for one request.",
            "Choose a smaller size or kernel: size=160 goes with every kernel that learns.",
            field="size",
            limit=f"{LIMITS.multiply_adds:,} multiply-adds",
        )


def _output(x: Numbers, kernel: Numbers, layer: Layer) -> Numbers:
    made: Numbers = conv2d(x, kernel[..., np.newaxis], **layer.how())[..., 0]
    return made


def by_channel(kernel: Numbers) -> list[list[float]]:
    """Return a kernel (kh, kw, C) as a list a channel, row by row."""
    found: list[list[float]] = kernel.reshape(-1, kernel.shape[2]).T.tolist()
    return found


def _packed(spread: Spread) -> Numbers:
    return np.vstack([spread.means, spread.values, spread.vectors])


def _spread(packed: NDArray[Any]) -> Spread:
    return Spread(packed[0], packed[1], packed[2:])
