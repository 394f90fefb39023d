"""The page's view model: everything the template says, computed; the template computes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from multiconv.drawing.junction import junction
from multiconv.errors import MultiConvError
from multiconv.experiment import happened
from multiconv.experiment.changes import changes
from multiconv.experiment.clicks import OUTPUT_WIDTH
from multiconv.experiment.form import Form
from multiconv.experiment.kernels import PLACE
from multiconv.experiment.link import to_query
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.numbers import grouped, weight_text
from multiconv.experiment.words import activation_words, sentence, size_words
from multiconv.figure import controls
from multiconv.figure.article import article_of
from multiconv.figure.bar import samples
from multiconv.figure.exports import CITATION, exports
from multiconv.figure.kernel import FIELDS_SIDE, wrong_cells
from multiconv.figure.links import channel_link, page_link
from multiconv.figure.output import bar_of
from multiconv.figure.outputs import sheet_of
from multiconv.figure.pixel import pixel_of
from multiconv.figure.presets import presets
from multiconv.figure.rows import output_of, rows_of, weight_scale
from multiconv.figure.shapes import shape_words
from multiconv.figure.steps import steps_of
from multiconv.figure.thumbs import FEW, thumbs_of
from multiconv.figure.told import paragraphs
from multiconv.figure.values import values_of
from multiconv.figure.volumes import diagram_of, linked_faces
from multiconv.imaging import colour
from multiconv.imaging.samples import SAMPLES
from multiconv.tracing.trace import Trace

ROW_HEIGHT = 184
"""Height of one row of the working with its caption, in CSS pixels; the style sheet's too."""
JUNCTION_WIDTH = 134
PICTURE_MIDDLE = 80
"""The middle of a row's picture below the row's top."""
ON_BENCH = ("name.", "matrix.")
BEHIND_MORE = frozenset({"size", "range", "dilations", "padding_mode", "groups"})


@dataclass(frozen=True)
class Mistake:
    """Something that could not be used, with the field it stands beside."""

    field: str
    words: str


def _typed_free(form: Form, entries: Sequence[controls.Entry], wrong: set[str | None]) -> bool:
    """Tell whether what is wrong was typed in an entry behind More."""
    return any(
        entry.parameter in wrong and form.get(entry.field, entry.text) != entry.text
        for entry in entries
    )


def _facts(trace: Trace, build: str) -> str:
    """Return what the scripts need to know, as JSON: sizes and the table of colours."""
    shape = trace.layer.geometry
    experiment = trace.experiment
    facts: dict[str, Any] = {
        "build": build,
        "query": to_query(experiment),
        "k": experiment.focus.k,
        "pixel": list(trace.pixel),
        "range": trace.range,
        "ranges": experiment.view.ranges if experiment.view.range is None else "shared",
        "weightScale": weight_scale(trace),
        "bias": trace.layer.bias,
        "activation": trace.layer.activation,
        "activationWords": activation_words(trace.layer.activation),
        "geometry": {
            "input": list(shape.input_size),
            "kernel": list(shape.kernel_size),
            "strides": list(shape.strides),
            "pads": [list(pair) for pair in shape.pads],
            "dilations": list(shape.dilations),
            "mode": shape.padding_mode,
            "output": list(shape.output_size),
        },
        "longest": {"link": LIMITS.link_bytes, "query": LIMITS.query_bytes},
        "palette": colour.palette().tobytes().hex(),
        "groups": experiment.layer.groups,
        "outputs": experiment.layer.outputs,
        "active": [partial is not None for partial in trace.layer.partials],
    }
    return json.dumps(facts)


def page(
    trace: Trace,
    build: str,
    *,
    mistakes: Sequence[MultiConvError] = (),
    form: Form | None = None,
) -> dict[str, Any]:
    """Return the template's context for one experiment.

    Parameters
    ----------
    trace : Trace
    build : str
        The name under which this build's answers may be kept for ever.
    mistakes : sequence of MultiConvError
        What could not be used; shown above the figure and beside its field.
    form : Form, optional
        What the person typed, to be shown again where it could not be used.
    """
    experiment = trace.experiment
    k = experiment.focus.k
    form = form or Form()
    typed = {name: form.getlist(name) for name in form if PLACE.fullmatch(name)}
    wrong = {mistake.field for mistake in mistakes}
    height, width, channels = trace.levels.shape
    rows, output = rows_of(trace, build, typed, wrong_cells(typed)), output_of(trace, build)
    shape = trace.layer.geometry.output_size
    diagram, wide = diagram_of(trace), diagram_of(trace, wide=True)
    entries = controls.more_entries(experiment, (height, width))
    sheet = sheet_of(trace, build) if experiment.layer.outputs > FEW else None
    title = sentence(experiment, (height, width), shape)
    return {
        "title": title,
        "query": to_query(experiment),
        "source": to_query(Experiment(source=experiment.source)),
        "link": page_link(experiment),
        "samples": samples(experiment, build),
        "sample": SAMPLES.get(experiment.source.image.removeprefix("sample:")),
        "diagram": diagram,
        "wide": wide,
        "faces": linked_faces(diagram, trace, build, sheet),
        "slab_links": [channel_link(experiment, at) for at in range(experiment.layer.outputs)],
        "rows": rows,
        "values": values_of(trace, rows, output, build),
        "junction": junction(
            [PICTURE_MIDDLE + ROW_HEIGHT * q for q in range(channels)],
            ROW_HEIGHT * channels,
            JUNCTION_WIDTH,
        ),
        "output": output,
        "below_output": OUTPUT_WIDTH - output.height,
        "bar": bar_of(trace),
        "bias": form.get(f"bias.{k}", weight_text(trace.layer.bias)),
        "bank": controls.bank_choice(experiment),
        "choices": controls.main_choices(experiment),
        "more_choices": controls.more_choices(experiment),
        "more_entries": [
            replace(entry, text=form.get(entry.field, entry.text)) for entry in entries
        ],
        "presets": presets(),
        "changes": changes(),
        "steps": steps_of(trace),
        "bench_open": any((name or "").startswith(ON_BENCH) for name in wrong),
        "names": [form.get(f"name.{q}", "") for q in range(channels)],
        "pasted": [form.get(f"matrix.{q}", "") for q in range(channels)],
        "thumbs": thumbs_of(trace, sheet),
        "sheet": sheet,
        "shape_line": shape_words(trace.layer.geometry, experiment.layer),
        "reshaped": trace.layer.geometry.output_size != trace.layer.geometry.input_size,
        "method": "post" if max(experiment.layer.kernel_size) > FIELDS_SIDE else "get",
        "pixel": pixel_of(trace),
        "k": k,
        "wrong": wrong,
        "more_open": bool(wrong & BEHIND_MORE) or _typed_free(form, entries, wrong),
        "mistakes": [Mistake(mistake.field or "", str(mistake)) for mistake in mistakes],
        "happenings": happened.paragraphs(
            size_words(experiment.layer.kernel_size), experiment.layer.outputs
        ),
        "picture_notes": () if ":" in experiment.source.image else paragraphs(),
        "facts": _facts(trace, build),
        "weight_scale": weight_text(weight_scale(trace)),
        "exports": exports(experiment),
        "citation": CITATION,
        **article_of(experiment),
        "input_shape": f"{height} × {width} × {channels}",
        "output_shape": f"{shape[0]} × {shape[1]} × {experiment.layer.outputs}",
        "multiply_adds": grouped(
            trace.layer.geometry.multiply_adds(
                channels // experiment.layer.groups, experiment.layer.outputs
            )
        ),
    }
