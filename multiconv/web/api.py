"""The API: an experiment's facts, one pixel's arithmetic, and planes of colour indices."""

from __future__ import annotations

import io
import json
from collections.abc import Container, Sequence
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from multiconv.engine.geometry import Geometry
from multiconv.engine.probe import ChannelProbe
from multiconv.engine.stack import jump, receptive_field
from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.banks import shares_of
from multiconv.experiment.kinds import channels_named, choice
from multiconv.experiment.link import to_query
from multiconv.experiment.model import ALL, LIMITS, Experiment, Layer
from multiconv.experiment.words import (
    layer_name,
    sentence,
    share_words,
    what_if_words,
    whole_or_float,
)
from multiconv.figure.links import Links, address_of
from multiconv.figure.planes import Map, map_names, map_plane, outputs_worth, planes_held
from multiconv.figure.reach import integers
from multiconv.imaging.bands import nothing, summary
from multiconv.imaging.packed import deflated, differences
from multiconv.imaging.sandbox import decodes
from multiconv.networks.shipped import CREDITS, network
from multiconv.tracing.learning import by_channel
from multiconv.tracing.trace import Trace
from multiconv.web.answers import under
from multiconv.web.request import experiment, own, store, tracer, uncoloured

blueprint = Blueprint("api", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer that the process is up."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer whether uploads can be taken: the store be written, pictures be read."""
    found = {"store": store().is_writable(), "decoder": decodes(LIMITS)}
    words = "".join(f"{name} {'ok' if well else 'fails'}\n" for name, well in found.items())
    status = 200 if all(found.values()) else 503
    return Response(words, status, content_type="text/plain; charset=utf-8")


def _facts(plane: Map, links: Links, *, known: bool = True) -> dict[str, Any]:
    values = [value + 0.0 for value in summary(plane.numbers())] if known else [None] * 3
    return {
        "name": plane.name,
        "shape": list(plane.shape),
        **dict(zip(("min", "max", "mean"), values, strict=True)),
        "png": links.map(plane.name, plane.range),
        "npy": links.numbers(plane.name),
    }


def _layer(n: int, layer: Layer, shapes: Sequence[Geometry]) -> dict[str, Any]:
    """Return the facts of layer n, of the sizes of all."""
    shape, upto = shapes[n - 1], shapes[:n]
    field = receptive_field(upto, 0, 0)
    return {
        "n": n,
        "name": layer_name(n, layer),
        "kind": layer.kind,
        "input_shape": [1, *shape.input_size, layer.inputs],
        "output_shape": [1, *shape.output_size, layer.outputs],
        "kernel": list(shape.kernel_size),
        "strides": list(shape.strides),
        "pads": [list(pair) for pair in shape.pads],
        "dilations": list(shape.dilations),
        "groups": layer.groups,
        "activation": layer.activation,
        "parameters": layer.parameters,
        "multiply_adds": shape.multiply_adds(layer.inputs // layer.groups, layer.outputs),
        **_output_padding(layer, shape),
        "field": [field.height, field.width],
        "jump": [whole_or_float(step) for step in jump(upto)],
    }


def _output_padding(layer: Layer, shape: Geometry) -> dict[str, Any]:
    return {"output_padding": list(shape.output_padding)} if layer.transposed else {}


def _filters_shape(layer: Layer) -> list[int]:
    """Return the sides of the filters as frameworks take them: HWIO, of a transposed layer HWOI."""
    inputs, outputs = layer.inputs, layer.outputs
    channels = (outputs, inputs) if layer.transposed else (inputs, outputs)
    return [*layer.kernel_size, channels[0] // layer.groups, channels[1]]


def _layers(layers: Sequence[Layer], shapes: Sequence[Geometry]) -> list[dict[str, Any]]:
    return [_layer(n, layer, shapes) for n, layer in enumerate(layers, 1)]


def _what_if(asked: Experiment) -> dict[str, Any]:
    """Return the name of a what-if and what it means; nothing where it is the sum."""
    name = asked.focus.what_if
    return {"if": {"name": name, "words": what_if_words(asked)}} if name else {}


def _learning(trace: Trace) -> dict[str, Any]:
    """Return how far a layer that learns is; nothing of another."""
    return {"learning": trace.learning.facts()} if trace.learning else {}


@blueprint.get("/api/experiment")
def facts() -> Response:
    """Answer what an experiment is: link, sentence, shapes, every map's range, cost.

    Where all outputs would be more work than one request may ask for, only the chosen one's
    values are told.
    """
    asked = experiment()
    source = tracer()
    shape = source.geometry(asked)
    trace = source.trace(asked)
    unknown, blank = set(), nothing(shape.output_size)
    try:
        source.geometry(asked, outputs=asked.layer.outputs)
    except TooLarge:
        unknown = {f"output-{k}" for k in range(asked.layer.outputs) if k != asked.focus.k}
    rows, columns, channels = trace.inputs.shape
    layer, links = asked.layer, Links(asked, current_app.config["BUILD"], request.script_root)
    return jsonify(
        query=to_query(asked),
        sentence=sentence(asked, (rows, columns), shape.output_size),
        input_shape=[1, rows, columns, channels],
        filters_of=[
            {"first": share.first, "last": share.last, "of": share_words(share)}
            for share in shares_of(layer.bank, layer.outputs)
        ],
        filters_shape=_filters_shape(layer),
        output_shape=[1, *shape.output_size, layer.outputs],
        layers=_layers(asked.layers, trace.shapes),
        layer=asked.focus.layer,
        pads=[list(pair) for pair in shape.pads],
        **_output_padding(layer, shape),
        k=asked.focus.k,
        pixel=list(trace.pixel),
        range=trace.range,
        maps=[
            _facts(Map(name, blank, trace.range), links, known=False)
            if name in unknown
            else _facts(map_plane(name, trace, source), links)
            for name in map_names(trace)
        ],
        **_what_if(asked),
        **_learning(trace),
        cost={"multiply_adds": shape.multiply_adds(channels // layer.groups, layer.outputs)},
    )


@blueprint.get("/api/networks")
def networks() -> Response:
    """Answer the networks that links may name, each with its layers over a square picture."""
    return jsonify(
        networks=[
            {
                "name": each.name,
                "title": each.title,
                "credit": each.credit,
                "image": each.image,
                "size": each.size,
                "parameters": sum(layer.parameters for layer in each.layers),
                "layers": _layers(each.layers, each.shapes((each.size, each.size))),
                "url": under(address_of("/", f"network={each.name}")),
            }
            for each in map(network, CREDITS)
        ]
    )


def _told(channel: ChannelProbe, tables: Container[int]) -> dict[str, Any]:
    """Return what a channel adds, and all that it is added up from where that is asked for."""
    arrays = {"values": channel.values, "kernel": channel.kernel, "products": channel.products}
    # 0 is added so that −0, which a weight below zero makes of black, is told as 0.
    told = {name: (array + 0.0).tolist() for name, array in arrays.items()}
    return {
        "q": channel.q,
        **(told if channel.q in tables else {}),
        "subtotal": float(channel.subtotal) + 0.0,
    }


@blueprint.get("/api/probe")
def one_pixel() -> Response:
    """Answer the whole arithmetic of one output pixel, of any layer.

    What is for the sum, what against it and the bias add up to it; ``field`` is what of the
    picture the pixel sees, in its pixels, beyond its edges too.  Of a transposed layer ``row_taps``
    and ``col_taps`` are the kernel's rows and columns that meet ``rows`` and ``cols``.  Where
    ``tables`` names channels, the others' values, kernels and products are left out.
    """
    asked = experiment("tables")
    text, every = own("tables", ALL), range(asked.layer.inputs)
    tables = every if text == ALL else channels_named(text, "tables", len(every))
    trace = tracer().trace(uncoloured(asked))
    found = trace.probe(*trace.pixel)
    i, j = trace.pixel
    field = receptive_field(trace.shapes[: asked.focus.layer], i, j)
    taps = {"row_taps": list(found.row_taps), "col_taps": list(found.col_taps)}
    return jsonify(
        i=i,
        j=j,
        k=asked.focus.k,
        rows=list(found.rows),
        cols=list(found.cols),
        **(taps if asked.layer.transposed else {}),
        channels=[_told(channel, tables) for channel in found.channels],
        **{"for": found.gains + 0.0, "against": found.losses + 0.0},
        bias=float(found.bias) + 0.0,
        sum=float(found.total) + 0.0 if asked.sums else None,
        total=float(found.total) + 0.0 if asked.sums else None,
        field={side: getattr(field, side) for side in ("top", "left", "height", "width")},
        **({"divisor": found.divisor} if asked.focus.what_if == "mean" else {}),
        **_what_if(asked),
    )


@blueprint.get("/api/learning")
def learning() -> Response:
    """Answer all steps at once of what the chosen output learns, and what makes its target.

    After step t the weights, in the order (kh, kw, C), are
    ``vectors`` · (``ends`` + ``missing`` · (1 − 2 · ``rate`` · ``values``)ᵗ), their gradient is
    ``vectors`` · 2 · ``values`` · that last product, the bias ``level`` less ``means`` · weights.
    """
    learned = tracer().trace(experiment()).learning
    if learned is None:
        raise InvalidValue(
            "Nothing is learned here.",
            "Say what is learned: target=luminance-edges:0.",
            field="target",
        )
    maker, k = learned.maker, learned.maker.outputs - 1
    target = {
        "kernels": by_channel(maker.filters()[..., k]),
        "geometry": integers(maker.geometry(learned.shape.input_size)),
    }
    return jsonify(learned.way() | {"target": target})


@blueprint.route("/api/planes", methods=["GET", "POST"])
def planes() -> Response:
    """Answer several maps in one body: a line of JSON, then each map's bytes, row by row.

    ``input-<q>`` comes as levels 0…255; every other map as colour indices,
    127 + round(127 · value / range), of its own range, which 0 and 254 bound.  With ``packed=1``
    each byte is what `differences` says, and the body is deflated: a third of the bytes for
    a slow network, a millisecond more here.
    Of a layer that learns the first line has ``learning`` too, its numbers after the steps.
    What is too long for an address is posted, as a form's fields.
    """
    asked = experiment("maps", "packed", given=request.values)
    packed = choice(own("packed", "0", request.values), "packed", ("0", "1")) == "1"
    source = tracer()
    trace = source.trace(asked)
    names = own("maps", "sum", request.values).split(",")
    if len(names) > 2 * LIMITS.outputs:
        raise InvalidValue(
            f"maps names {len(names)} maps.",
            f"Ask for at most {2 * LIMITS.outputs} at a time.",
            field="maps",
            limit=f"{2 * LIMITS.outputs} maps",
        )
    source.geometry(asked, outputs=outputs_worth(names), held=planes_held(names, packed=packed))
    found = [map_plane(name, trace, source) for name in names]
    described = [
        {
            "name": plane.name,
            "height": plane.shape[0],
            "width": plane.shape[1],
            "levels": plane.has_levels,
            "range": plane.range,
        }
        for plane in found
    ]
    head = {"query": to_query(asked), "range": trace.range, "packed": packed, "maps": described}
    if trace.learning:
        head["learning"] = trace.learning.standing()
    file = io.BytesIO()
    file.write(json.dumps(head).encode() + b"\n")
    for plane in found:
        shown = plane.bytes_shown()
        file.write((differences(shown) if packed else shown).data)
    body, kind = file.getvalue(), "application/octet-stream"  # not a copy
    if not packed:
        return Response(body, content_type=kind)
    return Response(deflated([body]), headers={"Content-Encoding": "deflate"}, content_type=kind)
