"""The page's view model: everything the template says, computed; the template computes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from multiconv.drawing.sum import junction
from multiconv.errors import InvalidValue, MultiConvError
from multiconv.experiment.kernels import PLACE
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.numbers import number, shown
from multiconv.experiment.query import to_query
from multiconv.experiment.words import activation_words, sentence
from multiconv.imaging import colour
from multiconv.imaging.samples import SAMPLES
from multiconv.tracing import Trace
from multiconv.web import controls
from multiconv.web.article import article_of
from multiconv.web.diagram import diagram_of, linked_faces
from multiconv.web.figure import bar_of, output_of, rows_of, weight_scale
from multiconv.web.kernels import weight_text
from multiconv.web.links import channel_link, page_link
from multiconv.web.pixel import pixel_of

ROW_HEIGHT = 184
"""Height of one row of the working with its caption, in CSS pixels; the style sheet's too."""
JUNCTION_WIDTH = 134
PICTURE_MIDDLE = 80
"""The middle of a row's picture below the row's top."""
BEHIND_MORE = frozenset({"size", "range", "dilations", "padding_mode"})


@dataclass(frozen=True)
class SampleLink:
    """A sample in the top bar."""

    name: str
    title: str
    address: str
    picture: str
    chosen: bool


@dataclass(frozen=True)
class Mistake:
    """Something that could not be used, with the field it stands beside."""

    field: str
    words: str


def _samples(experiment: Experiment, build: str) -> list[SampleLink]:
    """Return links that show each sample with the same filters, its own pixel first."""
    links = []
    for name, sample in SAMPLES.items():
        image = f"sample:{name}"
        there = replace(
            experiment,
            source=replace(experiment.source, image=image),
            focus=replace(experiment.focus, i=None, j=None),
        )
        small = to_query(Experiment(source=replace(experiment.source, image=image, size=72)))
        links.append(
            SampleLink(
                name,
                sample.title,
                page_link(there),
                f"/maps/input.png?{small}&v={build}",
                experiment.source.image == image,
            )
        )
    return links


def _wrong_cells(typed: Mapping[str, Sequence[str]]) -> dict[str, frozenset[int]]:
    """Return which of the typed weights of each kernel are no numbers within the limit."""
    wrong = {}
    for name, texts in typed.items():
        places = []
        for at, text in enumerate(texts):
            try:
                number(text, field=name, limit=LIMITS.weight)
            except InvalidValue:
                places.append(at)
        wrong[name] = frozenset(places)
    return wrong


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
    form: MultiDict[str, str] | None = None,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the template's context for one experiment.

    Parameters
    ----------
    trace : Trace
    build : str
        The name under which this build's answers may be kept for ever.
    mistakes : sequence of MultiConvError
        What could not be used; shown above the figure and beside its field.
    form : MultiDict, optional
        What the person typed, to be shown again where it could not be used.
    notes : sequence of str
        What was done to an uploaded picture.
    """
    experiment = trace.experiment
    k = experiment.focus.k
    form = form or MultiDict()
    typed = {name: form.getlist(name) for name in form if PLACE.fullmatch(name)}
    wrong = {mistake.field for mistake in mistakes}
    rows, columns, channels = trace.levels.shape
    shape = trace.layer.geometry.output_size
    diagram, wide = diagram_of(trace), diagram_of(trace, wide=True)
    title = sentence(experiment, (rows, columns), shape)
    return {
        "title": title,
        "query": to_query(experiment),
        "link": page_link(experiment),
        "samples": _samples(experiment, build),
        "sample": SAMPLES.get(experiment.source.image.removeprefix("sample:")),
        "diagram": diagram,
        "wide": wide,
        "faces": linked_faces(diagram, trace, build),
        "slab_links": [channel_link(experiment, at) for at in range(experiment.layer.outputs)],
        "rows": rows_of(trace, build, typed, _wrong_cells(typed)),
        "junction": junction(
            [PICTURE_MIDDLE + ROW_HEIGHT * q for q in range(channels)],
            ROW_HEIGHT * channels,
            JUNCTION_WIDTH,
        ),
        "output": output_of(trace, build),
        "bar": bar_of(trace),
        "bias": form.get(f"bias.{k}", weight_text(trace.layer.bias)),
        "bank": controls.bank_choice(experiment),
        "choices": controls.main_choices(experiment),
        "more_choices": controls.more_choices(experiment),
        "more_entries": [
            replace(entry, text=form.get(entry.field, entry.text))
            for entry in controls.more_entries(experiment)
        ],
        "presets": controls.presets(),
        "pixel": pixel_of(trace),
        "k": k,
        "wrong": wrong,
        "more_open": bool(wrong & BEHIND_MORE),
        "mistakes": [Mistake(mistake.field or "", str(mistake)) for mistake in mistakes],
        "notes": notes,
        "facts": _facts(trace, build),
        "weight_scale": weight_text(weight_scale(trace)),
        "exports": _exports(experiment),
        **article_of(experiment),
        "input_shape": f"{rows} × {columns} × {channels}",
        "output_shape": f"{shape[0]} × {shape[1]} × {experiment.layer.outputs}",
        "multiply_adds": shown(
            trace.layer.geometry.multiply_adds(
                channels // experiment.layer.groups, experiment.layer.outputs
            ),
            0,
        ),
    }


def _exports(experiment: Experiment) -> list[tuple[str, str]]:
    """Return what can be taken away, as (words, address)."""
    k = experiment.focus.k

    def at(path: str, extra: str = "") -> str:
        link = page_link(experiment, path=path)
        return link + (("&" if "?" in link else "?") + extra if extra else "")

    return [
        ("The diagram, SVG", at("/diagram.svg")),
        (f"Output channel {k}, PNG", at(f"/maps/output-{k}.png", "paper=1")),
        (f"Output channel {k}, numbers (.npy)", at(f"/maps/output-{k}.npy")),
        ("The sum before the activation, numbers (.npy)", at("/maps/sum.npy")),
        *(
            (f"What {name} adds, numbers (.npy)", at(f"/maps/partial-{q}.npy"))
            for q, name in enumerate(("red", "green", "blue"))
        ),
        ("This experiment, JSON", at("/api/experiment")),
        ("This pixel, JSON", at("/api/probe")),
    ]
