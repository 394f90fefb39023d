"""Clicks on pictures that stand in a form, as pinned pixels; the sizes they stand at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from multiconv.engine.geometry import Geometry
from multiconv.experiment.model import Experiment
from multiconv.experiment.numbers import whole

OUTPUT_WIDTH = 320
"""The longest side of the output's picture on a page without JavaScript, in CSS pixels."""

ROW_WIDTH = 160
"""The longest side of a picture in a row."""

_FARTHEST = 100_000


def drawn_size(rows: int, columns: int, longest: int) -> tuple[int, int]:
    """Return (width, height) in CSS pixels of a map whose longest side is given.

    Examples
    --------
    >>> drawn_size(80, 160, 320)
    (320, 160)
    """
    scale = longest / max(rows, columns)
    return max(1, round(columns * scale)), max(1, round(rows * scale))


def clicked(form: Mapping[str, str], experiment: Experiment, shape: Geometry) -> Experiment:
    """Return the experiment with the clicked pixel pinned, if a picture was clicked.

    ``at.x`` and ``at.y`` are a click on the output, ``at.<map>.x`` and ``.y``
    one on another map, both in CSS pixels from its top left corner.
    """
    for name in form:
        if not (name.startswith("at.") and name.endswith(".x")):
            continue
        field = name.removesuffix(".x")
        x = whole(form[name], name, 0, _FARTHEST)
        y = whole(form.get(f"{field}.y", "0"), f"{field}.y", 0, _FARTHEST)
        on_input = field.startswith("at.input")
        rows, columns = shape.input_size if on_input else shape.output_size
        scale = max(rows, columns) / (OUTPUT_WIDTH if field == "at" else ROW_WIDTH)
        row, column = min(int(y * scale), rows - 1), min(int(x * scale), columns - 1)
        if on_input:
            row, column = shape.nearest_output(row, column)
        return replace(experiment, focus=replace(experiment.focus, i=row, j=column))
    return experiment
