"""The whole stage as one drawing: where every picture, number and curve of it stands."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

import numpy as np

from multiconv.drawing.junction import Junction, junction
from multiconv.experiment.numbers import shown, weight_text
from multiconv.figure.cells import Weight, weights
from multiconv.figure.output import EACH
from multiconv.figure.scene import Scene
from multiconv.imaging.bands import nothing
from multiconv.imaging.colour import rounded_up

ROWS = 4
"""So many input channels have a row; of more, those that add most at the pinned pixel."""

_TOP, _ROW, _MAP, _OUTPUT, _LEAST = 40, 196, 160, 320, 610
_LINE = 52  # characters under the output
_PLANE, _KERNEL, _PARTIAL, _SUM, _RESULT = 340, 536, 736, 900, 1040


@dataclass(frozen=True, slots=True)
class Picture:
    """A map where it stands: corner, size, its bytes, and the mark of the window or pixel on it."""

    x: float
    y: float
    width: float
    height: float
    uri: str
    role: str
    mark: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class StageRow:
    """One input channel: plane, kernel, what it adds."""

    label: str
    index: str
    role: str
    middle: float
    plane: Picture
    weights: tuple[Weight, ...]
    font: float
    partial: Picture
    adds: str
    extent: str


@dataclass(frozen=True, slots=True)
class Stage:
    """The drawing, 1440 units wide."""

    width: float
    height: float
    rows: tuple[StageRow, ...]
    left_out: str
    junction: Junction
    junction_at: tuple[float, float]
    output: Picture
    value: str
    place: str
    bias: str
    ramp: str
    ends: tuple[str, str]
    total: str
    warning: tuple[str, ...]


def stage_of(scene: Scene) -> Stage:
    """Return the stage of a scene, everything placed."""
    i, j = scene.pixel
    adds = {q: float(p[i, j]) for q, p in enumerate(scene.layer.partials) if p is not None}
    channels = range(scene.levels.shape[2])
    most = sorted(sorted(channels, key=lambda q: -abs(adds.get(q, 0.0)))[:ROWS])
    first = _TOP + max(0, _OUTPUT - _ROW * (len(most) - 1) - _MAP) // 2
    rows = tuple(_row(scene, q, first + _ROW * at) for at, q in enumerate(most))
    tall = _ROW * len(rows)
    drawing = junction([row.middle - first for row in rows], tall, 134, [row.role for row in rows])
    top = first + (tall - _ROW + _MAP - _OUTPUT) / 2
    output = _picture(scene, scene.layer.output, (_RESULT, top), _OUTPUT, "output", scene.pixel)
    end, left_out = weight_text(scene.extent_of(scene.layer.output)), len(channels) - len(rows)
    return Stage(
        width=1440,
        height=max(first + tall + (44 if left_out else 20), _LEAST),
        rows=rows,
        left_out=f"and {left_out} more input channels, in the sum" if left_out else "",
        junction=drawing,
        junction_at=(_SUM, first),
        output=output,
        value=shown(float(scene.layer.output[i, j]), 3, signed=True),
        place=f"output[{i}, {j}, {scene.k}]",
        bias=weight_text(scene.layer.bias),
        ramp=scene.ramp(_OUTPUT),
        ends=(f"−{end}", f"+{end}"),
        total=_total(scene, list(adds.values())),
        warning=tuple(wrap(EACH, _LINE)) if scene.each else (),
    )


def _total(scene: Scene, adds: list[float]) -> str:
    """Return the subtotals, rounded, as one line; exact ones stand in the page."""
    terms = " ".join(shown(value, 3, signed=True) for value in adds)
    if len(adds) > ROWS:
        terms = f"{len(adds)} subtotals"
    bias = f" {shown(scene.layer.bias, 3, signed=True)} of bias" if scene.layer.bias else ""
    total = float(scene.layer.sum[scene.pixel])
    return f"{terms}{bias} ≈ {shown(total, 3, signed=True)}"


def _row(scene: Scene, q: int, y: float) -> StageRow:
    role, (i, j) = scene.roles[q], scene.pixel
    added = scene.layer.partials[q]
    shown_partial = nothing(scene.layer.geometry.output_size) if added is None else added
    plane = _picture(scene, None, (_PLANE, y), _MAP, role, (i, j), q)
    partial = _picture(scene, shown_partial, (_PARTIAL, y), _MAP, role, (i, j))
    largest = float(np.abs(scene.layer.filters).max())
    extent = rounded_up(largest) if largest else 1.0
    squares, font = weights(scene.layer.filters[:, :, q], extent, _KERNEL, y)
    subtotal = float(shown_partial[i, j])
    return StageRow(
        scene.label(q),
        f"{q}",
        role,
        y + _MAP / 2,
        plane,
        squares,
        font,
        partial,
        shown(subtotal, 3, signed=True),
        f"±{weight_text(scene.extent_of(shown_partial))}" if scene.each else "",
    )


def _picture(
    scene: Scene,
    values: np.ndarray | None,
    at: tuple[float, float],
    longest: float,
    role: str,
    pixel: tuple[int, int],
    q: int = 0,
) -> Picture:
    """Return a map, or input plane q where there are no values, with its mark."""
    rows, columns = scene.levels.shape[:2] if values is None else values.shape
    scale = longest / max(rows, columns)
    times = max(1, int(scale))
    body = scene.grey(q, times) if values is None else scene.signed(values, times)
    top, left, bottom, right = _marked(scene, values is None, pixel)
    x, y = at[0], round(at[1] + (longest - rows * scale) / 2, 2)
    return Picture(
        x,
        y,
        round(columns * scale, 2),
        round(rows * scale, 2),
        body,
        role,
        tuple(
            round(value, 2)
            for value in (
                x + left * scale,
                y + top * scale,
                (right - left) * scale,
                (bottom - top) * scale,
            )
        ),
    )


def _marked(scene: Scene, window: bool, pixel: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return top, left, bottom, right of the window's part on the input, or of the pixel."""
    if not window:
        return pixel[0], pixel[1], pixel[0] + 1, pixel[1] + 1
    taps = scene.layer.geometry.window_of(*pixel)
    rows = [row for row in taps.rows if row >= 0] or [0]
    columns = [column for column in taps.cols if column >= 0] or [0]
    return min(rows), min(columns), max(rows) + 1, max(columns) + 1
