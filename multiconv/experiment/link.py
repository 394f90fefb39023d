"""A link's query to an `Experiment` and back.

Every parameter is optional.  The canonical form leaves out what is so anyway
and keeps one order, so that one experiment has one link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from multiconv.errors import InvalidValue
from multiconv.experiment import fields
from multiconv.experiment.banks import bank_text, own_groups, own_shape
from multiconv.experiment.kernels import PLACE, kernel_text
from multiconv.experiment.layers import layer_of
from multiconv.experiment.model import (
    INPUTS,
    LIMITS,
    RANGES,
    Experiment,
    Focus,
    Limits,
    Source,
    View,
)
from multiconv.experiment.numbers import plain, quoted, whole

NAMES = (
    *("image", "size", "kernel", "strides", "padding", "padding_mode", "dilations", "groups"),
    *("outputs", "filters", "bias", "activation", "off", "k", "i", "j"),
    *("range", "ranges", "inputs"),
)
"""Every parameter but the kernels ``w.<q>.<k>``."""


def from_query(pairs: Iterable[tuple[str, str]], limits: Limits = LIMITS) -> Experiment:
    """Return the experiment that a link describes.

    Parameters
    ----------
    pairs : iterable of (str, str)
        The decoded parameters in their order.  Only ``w.<q>.<k>`` may stand more than once.
    limits : Limits
        The bounds that every value is held to.

    Raises
    ------
    InvalidValue
        For an unknown or repeated parameter, or a value that cannot be used, naming the field.
    NotFound
        For a bank of filters that does not exist; stored ones come from `banks.STORED`.

    Examples
    --------
    >>> experiment = from_query([("kernel", "1x1"), ("w.0.0", "−0.25"), ("k", "2")])
    >>> experiment.layer.kernels, experiment.focus.k
    ((((0, 0), (-0.25,)),), 2)
    """
    given, kernels = _sorted(pairs)
    layer, start = layer_of(given, kernels, limits), Source()
    furthest = limits.side + 2 * limits.pad
    pixel = {name: whole(given[name], name, 0, furthest) for name in ("i", "j") if name in given}
    return Experiment(
        source=Source(
            fields.image(given["image"]) if "image" in given else start.image,
            fields.size(given["size"], limits) if "size" in given else start.size,
        ),
        layers=(layer,),
        focus=Focus(whole(given.get("k", "0"), "k", 0, layer.outputs - 1), **pixel),
        view=_view(given),
    )


def _view(given: Mapping[str, str]) -> View:
    start = View()
    return View(
        fields.colour_range(given["range"]) if "range" in given else start.range,
        fields.choice(given.get("ranges", start.ranges), "ranges", RANGES),
        fields.choice(given.get("inputs", start.inputs), "inputs", INPUTS),
    )


def _sorted(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    given: dict[str, str] = {}
    kernels: dict[str, list[str]] = {}
    for name, text in pairs:
        if PLACE.fullmatch(name):
            kernels.setdefault(name, []).append(text)
        elif name not in NAMES:
            raise _unknown(name)
        elif name in given:
            raise InvalidValue(f"{name} is given twice.", "Give it once.", field=name)
        else:
            given[name] = text
    return given, kernels


def _unknown(name: str) -> InvalidValue:
    field = quoted(name).strip("“”")
    if re.match(r"[0-9]+\.", name):
        return InvalidValue(
            f"{quoted(name)} speaks of a further layer; such names are reserved for later.",
            "Describe one layer, without a number and a point before the parameter.",
            field=field,
        )
    return InvalidValue(
        f"There is no parameter {quoted(name)}.",
        f"Use {', '.join(NAMES)}, or w.<q>.<k> for the kernel from input channel q to output k.",
        field=field,
    )


def to_pairs(experiment: Experiment) -> list[tuple[str, str]]:
    """Return the parameters of the canonical link, in their order, without defaults.

    Examples
    --------
    >>> to_pairs(from_query([("k", "2"), ("strides", "2"), ("size", "160")]))
    [('strides', '2x2'), ('k', '2')]
    """
    source, layer, focus = experiment.source, experiment.layer, experiment.focus
    start, (own_size, own_outputs) = Experiment(), own_shape(layer.bank)
    usual_groups = own_groups(layer.bank, layer.outputs)
    size = "full" if source.size is None else str(source.size)
    told = (
        ("image", source.image, source.image != start.source.image),
        ("size", size, source.size != start.source.size),
        ("kernel", fields.sides_text(layer.kernel_size), layer.kernel_size != own_size),
        ("strides", fields.sides_text(layer.strides), layer.strides != start.layer.strides),
        ("padding", padding := fields.padding_text(layer.padding), padding != "same"),
        ("padding_mode", layer.padding_mode, layer.padding_mode != start.layer.padding_mode),
        ("dilations", fields.sides_text(layer.dilations), layer.dilations != start.layer.dilations),
        ("groups", str(layer.groups), layer.groups != usual_groups),
        ("outputs", str(layer.outputs), layer.outputs != own_outputs),
        ("filters", bank_text(layer.bank), layer.bank != start.layer.bank),
        *((f"w.{q}.{k}", kernel_text(kernel), True) for (q, k), kernel in layer.kernels),
        ("bias", fields.joined(layer.bias), any(layer.bias)),
        ("activation", layer.activation, layer.activation != start.layer.activation),
        ("off", ",".join(map(str, layer.off)), bool(layer.off)),
        ("k", str(focus.k), focus.k != 0),
        ("i", str(focus.i), focus.i is not None),
        ("j", str(focus.j), focus.j is not None),
        ("range", plain(experiment.view.range or 0), experiment.view.range is not None),
        ("ranges", experiment.view.ranges, experiment.view.ranges != start.view.ranges),
        ("inputs", experiment.view.inputs, experiment.view.inputs != start.view.inputs),
    )
    return [(name, text) for name, text, differs in told if differs]


def to_query(experiment: Experiment) -> str:
    """Return the canonical query of an experiment, without the question mark.

    Examples
    --------
    >>> to_query(from_query([("image", "sample:card"), ("kernel", "1"), ("w.0.0", "+1e0")]))
    'image=sample:card&kernel=1x1&w.0.0=1'
    """
    return urlencode(to_pairs(experiment), safe=":,()")
