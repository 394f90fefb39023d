"""The page: the figure, and around it what is chosen, told, mistaken and taken away."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multiconv.engine.geometry import Pair
from multiconv.errors import MultiConvError
from multiconv.experiment.changes import CHANGES
from multiconv.experiment.edit import Form
from multiconv.experiment.fields import WHAT_IFS
from multiconv.experiment.kinds import Options
from multiconv.experiment.link import prefix
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.words import activation_words
from multiconv.figure import controls
from multiconv.figure.channels import channels_of
from multiconv.figure.controls import Button, Choice, Entry, buttons, presets
from multiconv.figure.exports import Group, exports
from multiconv.figure.faces import Faces, faces_of
from multiconv.figure.kernel import weight_scale
from multiconv.figure.latent import Emoji, Mixing, emojis, mixing_of
from multiconv.figure.learning import LEARNING_START, Course, course_of, invitation_of
from multiconv.figure.links import Links
from multiconv.figure.notices import notices_of
from multiconv.figure.outputs import FEW, Sheet, sheet_of
from multiconv.figure.partials import Partials, partials_of
from multiconv.figure.pixel import Pixel, pixel_of
from multiconv.figure.reach import integers
from multiconv.figure.rows import has_ledger, lender_of
from multiconv.figure.sizes import Measured, Trial, trials_of, untried
from multiconv.figure.stage import Figure, figure_of
from multiconv.figure.stamps import Stamps, stamps_of
from multiconv.figure.steps import Pace, Step, paces_of, steps_of
from multiconv.figure.strip import TaskStrip, outlined, task_strip_of
from multiconv.figure.tour import START, Tour, tour_of
from multiconv.figure.values import LayerTable, layer_table, parameter_words
from multiconv.imaging import colour
from multiconv.imaging.samples import SAMPLES, Sample
from multiconv.tracing.trace import Trace


@dataclass(frozen=True, slots=True)
class Controls:
    """The fields under the output, those behind More, and whether More is open.

    ``stack`` opens and adds layers; ``buttons`` are the what-ifs, the way back to the sum, what
    lets go of a fixed range, and what takes a layer away; ``what_ifs`` name the first of them,
    ``what_if`` the one that is on.
    """

    bank: Choice | None
    main: tuple[Choice, ...]
    more: tuple[Choice, ...]
    stack: tuple[Choice, ...]
    entries: tuple[Entry, ...]
    more_open: bool
    what_ifs: tuple[str, ...]
    what_if: str
    buttons: Mapping[str, Button]


@dataclass(frozen=True, slots=True)
class Offer:
    """A network that the top bar offers: what it does, and where it is."""

    name: str
    title: str
    words: str
    link: str


OFFERS = (
    Offer("faces", "Faces", "seven convolutions find faces in a photograph", "/?network=faces"),
    Offer(
        "emoji",
        "Emoji",
        "five transposed convolutions make a picture of a hundred numbers",
        "/?network=emoji&1.k=42&2.k=58&3.k=26&4.k=13",
    ),
    Offer(
        "own",
        "Your own stack",
        "two small layers to begin with; under More, “Add a layer” puts others behind them",
        "/?strides=2&activation=relu&layers=2&layer=2",
    ),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page says of one experiment but the article.

    ``mistakes`` are said above the figure and beside their fields, which are ``wrong``; ``form`` is
    what was typed, to be shown again where it could not be used; ``facts`` what scripts need.
    A generator has ``mixing`` and ``emojis`` in place of a sample.  What is ``embedded`` stands in
    another's page, without the bar and the article.
    """

    links: Links
    embedded: bool
    figure: Figure
    strip: TaskStrip | None
    tour: Tour | None
    learning: Course | None
    invitation: tuple[tuple[str, str], ...]
    mixing: Mixing | None
    emojis: tuple[Emoji, ...]
    tour_start: str
    learning_start: str
    networks: tuple[Offer, ...]
    network: str
    samples: Mapping[str, Sample]
    sample: Sample | None
    mistakes: Sequence[MultiConvError]
    wrong: Mapping[str | None, str]
    notices: tuple[tuple[str, str], ...]
    form: Form
    changes: Options
    presets: Options
    bench_open: bool
    long_form: bool
    controls: Controls
    steps: tuple[Step, ...]
    paces: tuple[Pace, ...]
    stamps: Stamps | None
    faces: Faces | None
    sheet: Sheet | None
    partials: Partials | None
    table: LayerTable | None
    parameters: str
    trials: tuple[Trial, ...]
    untried: str
    pixel: Pixel
    exports: tuple[Group, ...]
    facts: str


def page(
    trace: Trace,
    links: Links,
    *,
    mistakes: Sequence[MultiConvError] = (),
    form: Form | None = None,
    told: Collection[str] = (),
    outputs: Measured | None = None,
) -> Page:
    """Return the page of one experiment; ``told`` are words for what the way here did besides.

    ``outputs`` has those of the last layer.
    """
    experiment, typed = trace.experiment, form or Form()
    layer, k = experiment.layer, experiment.focus.k
    # The form's names are those of the opened layer, without its number.
    own = prefix(experiment.focus.layer)
    wrong = {each.field and each.field.removeprefix(own): str(each) for each in mistakes}
    few = layer.outputs <= FEW
    figure = figure_of(trace, links, form=typed, all_faces=few, outputs=outputs, turns=links)
    mixing = mixing_of(trace, links)
    course = course_of(trace, figure.channels, links, typed)
    return Page(
        links,
        experiment.view.embed == "1",
        outlined(figure, trace),
        task_strip_of(trace, links, typed),
        tour_of(trace.asked, links, figure),
        course,
        invitation_of(trace, links),
        mixing,
        emojis(trace, links),
        START,
        LEARNING_START,
        OFFERS,
        experiment.network.name if experiment.network else "",
        {name: sample for name, sample in SAMPLES.items() if sample.offered},
        SAMPLES.get(experiment.source.image.removeprefix("sample:")),
        mistakes,
        wrong,
        notices_of(told, layer, k if experiment.focus.layer == 1 else None),
        form=typed,
        changes=tuple((name, change.words) for name, change in CHANGES.items()),
        presets=presets(),
        bench_open=any((name or "").startswith(("name.", "matrix.")) for name in wrong),
        long_form=figure.rows[0].kernel.pictured,
        controls=_controls(trace, links, typed, wrong, _own_size(trace, outputs)),
        steps=() if figure.pooling else steps_of(trace, figure.channels),
        paces=paces_of(figure.output.last_pixel + 1),
        stamps=stamps_of(trace),
        faces=faces_of(trace, outputs) if figure.sight else None,
        sheet=sheet_of(trace, links),
        partials=partials_of(trace, figure.channels, links),
        table=layer_table(trace),
        parameters=parameter_words(layer),
        trials=trials_of(trace, links, outputs),
        untried=untried(trace, outputs),
        pixel=pixel_of(trace, figure.channels, links),
        exports=exports(links, k, figure.channels),
        facts=_facts(trace, links, figure, mixing, course),
    )


def _own_size(trace: Trace, outputs: Measured | None) -> Pair | None:
    """Return an uploaded picture's own size."""
    source = trace.experiment.source
    if outputs is None or source.z is not None or source.image.startswith("sample:"):
        return None
    return outputs.own_size(source)


def _controls(
    trace: Trace, links: Links, form: Form, wrong: Collection[str | None], own: Pair | None
) -> Controls:
    """Return the fields, with what was chosen and typed in a form that could not be used."""
    experiment = trace.asked
    entries = controls.more_entries(experiment, trace.shapes[0].input_size, own)
    typed_free = any(
        entry.parameter in wrong and form.get(entry.field, entry.text) != entry.text
        for entry in entries
    )
    bank = controls.bank_choice(experiment)
    return Controls(
        next(_as_chosen([bank], form)) if bank else None,
        tuple(_as_chosen(controls.main_choices(experiment), form)),
        tuple(_as_chosen(controls.more_choices(experiment), form)),
        tuple(controls.stack_choices(trace)),
        tuple(replace(entry, text=form.get(entry.field, entry.text)) for entry in entries),
        not controls.BEHIND_MORE.isdisjoint(wrong) or typed_free,
        tuple(WHAT_IFS),
        experiment.focus.what_if,
        buttons(links, trace.held),
    )


def _as_chosen(choices: Iterable[Choice], form: Form) -> Iterator[Choice]:
    for choice in choices:
        text = form.get(choice.field, choice.chosen)
        known = text in {value for value, _ in choice.options}
        yield replace(choice, chosen=text) if known and text != choice.chosen else choice


def _of_a_stack(experiment: Experiment) -> dict[str, object]:
    """Return what stands before the opened layer's parameters, and its biases, said or not."""
    return {"prefix": prefix(experiment.focus.layer), "biases": experiment.layer.bias}


def _facts(
    trace: Trace, links: Links, figure: Figure, mixing: Mixing | None, course: Course | None
) -> str:
    """Return what the scripts need to know, as JSON: sizes and the table of colours."""
    experiment = trace.experiment
    lender = lender_of(trace, channels_of(trace))
    facts: dict[str, Any] = {
        "build": links.build,
        **({"root": links.root} if links.root else {}),
        "query": links.query,
        "k": experiment.focus.k,
        "pixel": trace.pixel,
        "range": trace.range,
        "ranges": experiment.view.ranges if experiment.view.range is None else "shared",
        "weightScale": weight_scale(trace),
        "bias": trace.layer.bias,
        "whatIf": experiment.focus.what_if,
        "ones": experiment.view.unit == "one",
        "divisor": trace.layer.divisor,
        "lender": lender and lender.q,
        "activation": trace.layer.activation,
        "activationWords": activation_words(trace.layer.activation),
        "geometry": integers(trace.layer.geometry),
        "longest": {"link": LIMITS.link_bytes, "query": LIMITS.query_bytes},
        **({} if trace.inputs.dtype == np.uint8 else {"values": True}),
        "palette": colour.palette().tobytes().hex(),
        "groups": experiment.layer.groups,
        "outputs": experiment.layer.outputs,
        **({"sight": figure.sight.facts} if figure.sight else {}),
        **({"reach": figure.reach.facts} if figure.reach else {}),
        **(_of_a_stack(experiment) if len(experiment.layers) > 1 else {}),
        "active": [partial is not None for partial in trace.layer.partials],
        **({"z": mixing.facts} if mixing else {}),
        **({"learning": course.facts} if course else {}),
    }
    if experiment.layer.pools:
        facts["pooling"] = figure.pooling
    if has_ledger(trace):
        rows = trace.held.rows
        facts |= {"gain": trace.gain, "rows": rows and list(rows)}
    return json.dumps(facts)
