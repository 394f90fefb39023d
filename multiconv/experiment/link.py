"""A link's query to an `Experiment` and back, both by walking `FIELDS`.

Every parameter is optional.  The canonical form leaves out what is so anyway and keeps one order,
so that one experiment has one link.  A further layer's parameters have its number before them.
Those that trackers add are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from multiconv.errors import InvalidValue
from multiconv.experiment.banks import PLANES, Banks, no_banks
from multiconv.experiment.challenges import refuse_alone, refuse_part
from multiconv.experiment.fields import (
    BY_NAME,
    LAYER_TURNS,
    NAMES,
    OTHER_TURNS,
    Field,
    fields_of,
    usual,
)
from multiconv.experiment.kernels import PLACE, TAP, kernel_pairs, laid_over
from multiconv.experiment.kinds import K, Reading, no_generator
from multiconv.experiment.latent import NUMBERS, change_pairs, with_changes
from multiconv.experiment.latent import PLACE as NUMBER_PLACE
from multiconv.experiment.learning import refusal_of
from multiconv.experiment.model import (
    AVG_POOL,
    CONV,
    LIMITS,
    MAX_POOL,
    SUMMING,
    TRANSPOSED,
    Experiment,
    Focus,
    Layer,
    Limits,
    Network,
    Networks,
    Source,
    View,
    no_networks,
)
from multiconv.experiment.numbers import quoted, whole
from multiconv.experiment.transit import is_tracker

COUNT = "layers"
"""The parameter that says how many layers there are, where their own do not."""

_ALIKE = {"range": "ranges", "ranges": "range", "layer": COUNT}
"""What is easily mistaken for another, which a refusal then names."""

_SOURCE, _LAYER, _FOCUS, _VIEW = map(fields_of, ("source", "layer", "focus", "view"))
_FURTHER = re.compile(r"([0-9]+)\.(.+)", re.DOTALL)

_NUMBERED_K = (
    ".k"  # the chosen output of a layer where its number stands before it, the first's too
)

_NO_LAYERS = {COUNT, "network"} | {row.name for row in OTHER_TURNS}

_Given = dict[str, list[str]]  # the texts of one layer's parameters by their names in it


def prefix(layer: int) -> str:
    """Return what stands before the parameters of a layer, counted from 1."""
    return f"{layer}." if layer > 1 else ""


def read(
    pairs: Iterable[tuple[str, str]],
    banks: Banks = no_banks,
    limits: Limits = LIMITS,
    networks: Networks = no_networks,
) -> Experiment:
    """Return the experiment that a link's decoded parameters describe.

    Stored banks come from ``banks``, networks by name from ``networks``.  Only ``w.<q>.<k>`` may
    stand more than once.  Raises `InvalidValue` or `NotFound`, naming the field.
    """
    given = _sorted(pairs, limits)
    reading = Reading(limits, banks, networks)
    network = _value(BY_NAME["network"], given[1], "", reading, None)
    reading.learned = network.z.learned if network and network.z else None
    _refuse_other_source(given[1], network)
    reading.layers = count = _count(given, limits, network)
    layers: list[Layer] = []
    for n in range(1, count + 1):
        layers.append(_layer(n, given.get(n, {}), layers, reading, network))
    chosen = _chosen(given, layers, reading)
    parts: dict[str, dict[str, Any]] = {"source": {}, "focus": {}, "view": {}}
    for row in OTHER_TURNS:
        part, _, place = row.of.partition(".")
        reading.layer = layers[parts["focus"].get("layer", 1) - 1]
        parts[part][place] = _value(row, given[1], "", reading, network)
    if parts["source"]["z"]:
        changes = {name: texts for name, texts in given[1].items() if NUMBER_PLACE.fullmatch(name)}
        parts["source"]["z"] = with_changes(parts["source"]["z"], changes)
    refuse_alone(parts["view"]["challenge"], given[1])
    refuse_part(parts["view"]["challenge"], parts["view"]["answer"])
    parts["focus"] |= _focus(parts["focus"], chosen, "k" in given[1])
    if parts["focus"]["what_if"] and reading.layer.kind != CONV:
        summing = "transposed convolution, of which no what-if is told"
        opened = "pooling, which sums nothing" if reading.layer.pools else summing
        raise InvalidValue(
            f"if is {parts['focus']['what_if']}, but the opened layer is a {opened}.",
            "Leave if out, or open a convolution.",
            field="if",
        )
    found = Experiment(
        Source(**parts["source"]),
        tuple(layers),
        Focus(**parts["focus"]),
        View(**parts["view"]),
        network,
    )
    if refusal := refusal_of(found):
        raise refusal
    return found


def _refuse_other_source(given: _Given, network: Network | None) -> None:
    """Refuse a picture where a generator's numbers stand in its place, and these elsewhere."""
    for name in given:
        if NUMBER_PLACE.fullmatch(name) and not (network and network.z):
            raise no_generator(name)
        if name in {"image", "size"} and network and network.z:
            raise InvalidValue(
                f"{name} is given beside {network.title}, which makes pictures out of {NUMBERS} "
                "numbers and takes none.",
                f"Leave {name} out; z says what it is given: z=1F600.",
                field=name,
            )


def _chosen(given: Mapping[int, _Given], layers: list[Layer], reading: Reading) -> dict[int, int]:
    """Return the chosen output of each layer whose number stands before a ``k``."""
    found = {}
    for n, layer in enumerate(layers, 1):
        if texts := given.get(n, {}).get(_NUMBERED_K):
            reading.layer = layer
            found[n] = K.read(texts[0], f"{n}.k", reading)
    return found


def _focus(focus: dict[str, Any], chosen: dict[int, int], has_k: bool) -> dict[str, Any]:
    """Return the chosen outputs: ``k`` and the opened layer's ``n.k`` are the same."""
    n = focus["layer"]
    k = chosen.pop(n, focus["k"])
    if has_k and k != focus["k"]:
        raise InvalidValue(
            f"{n}.k is {k}, but k, of the same layer, is {focus['k']}.",
            "Give one of them: k is of the opened layer.",
            field=f"{n}.k",
        )
    return {"k": k, "others": tuple((at, other) for at, other in chosen.items() if other)}


def _value(
    row: Field, given: _Given, before: str, reading: Reading, network: Network | None, n: int = 1
) -> Any:
    if row.name not in given:
        return usual(row, reading.layer, network, n)
    text = given[row.name][0]
    try:
        return row.kind.read(text, before + row.name, reading)
    except InvalidValue as error:
        other = "" if network and row.name == "layer" else _ALIKE.get(row.name, "")
        if _can_be(other, text, reading):
            raise _or_meant(error, f"{other}={text}") from error
        raise


def _can_be(name: str, text: str, reading: Reading) -> bool:
    """Tell whether a text can be the value of a parameter that is easily mistaken for another."""
    try:
        if name == COUNT:
            return whole(text, name, 1, reading.limits.layers) > reading.layers
        return name in BY_NAME and BY_NAME[name].kind.read(text, name, reading) is not None
    except InvalidValue:
        return False


def _or_meant(error: InvalidValue, other: str) -> InvalidValue:
    remedy = f"{error.remedy} Or did you mean {other}?"
    return InvalidValue(error.problem, remedy, field=error.field, limit=error.limit)


def _layer(
    n: int, given: _Given, before: list[Layer], reading: Reading, network: Network | None
) -> Layer:
    given_first = PLANES if reading.learned is None else NUMBERS
    inputs = before[-1].outputs if before else given_first
    if network and network.layers[n - 1].inputs != inputs:
        _check_fit(n, given, inputs, network)
    elif network and not any(_is_of_layer(name) for name in given):
        return network.layers[n - 1]
    reading.layer = SimpleNamespace(inputs=inputs)
    kernels = {name: texts for name, texts in given.items() if _is_kernel(name)}
    for row in LAYER_TURNS:
        setattr(reading.layer, row.place, _value(row, given, prefix(n), reading, network, n))
        if row.name == "kind":
            _refuse_what_lacks(n, reading.layer.kind, given, kernels)
    layer = Layer(**vars(reading.layer))
    return (
        replace(layer, kernels=laid_over(kernels, layer, reading.limits, n)) if kernels else layer
    )


def _check_fit(n: int, given: _Given, inputs: int, network: Network) -> None:
    """Refuse a network's layer that is given more or fewer channels than its filters are for."""
    own = network.layers[n - 1]
    if "filters" in given or given.get("kind", [own.kind])[0] != own.kind:
        return
    raise InvalidValue(
        f"Layer {n} of {network.title} takes {own.inputs} channels, but layer {n - 1} puts out "
        f"{inputs} now.",
        f"Leave {prefix(n - 1)}outputs and {prefix(n - 1)}kind as they are, or choose other "
        f"filters for the next: {prefix(n)}filters=random.",
        field=f"{prefix(n - 1)}outputs",
        limit=f"{own.inputs}",
    )


_WHAT_IT_IS = {
    CONV: "a convolution",
    TRANSPOSED: "a transposed convolution",
    MAX_POOL: "a pooling (max_pool), which works on every channel alone",
    AVG_POOL: "a pooling (avg_pool), which works on every channel alone",
}


def _refuse_what_lacks(n: int, kind: str, given: _Given, kernels: Iterable[str]) -> None:
    """Refuse what layers of a kind do not have."""
    lacking = [row.name for row in LAYER_TURNS if kind not in row.kinds and row.name in given]
    for name in (*lacking, *(kernels if kind not in SUMMING else ())):
        has = ", ".join(row.name for row in _LAYER if kind in row.kinds and row.name != "kind")
        called = _WHAT_IT_IS[kind].partition(" (")[0]
        of = BY_NAME[name].kinds if name in BY_NAME else SUMMING
        other = ", or say {0}kind=transposed"
        if CONV in of:  # a network’s layer is of its kind where the link says none
            other = ", or leave out {0}kind for a convolution" if "kind" in given else ""
        raise InvalidValue(
            f"{prefix(n)}{name} is given, but layer {n} is {_WHAT_IT_IS[kind]}.",
            f"{called[0].upper()}{called[1:]} has {has}. Leave {prefix(n)}{name} "
            f"out{other.format(prefix(n))}.",
            field=f"{prefix(n)}{name}",
        )


def _sorted(pairs: Iterable[tuple[str, str]], limits: Limits) -> dict[int, _Given]:
    """Return the texts by the layer that they belong to; the first has all that is no layer's."""
    found: dict[int, _Given] = {1: {}}
    for name, text in pairs:
        if is_tracker(name):
            continue
        n, own = _divided(name, limits)
        texts = found.setdefault(n, {}).setdefault(own, [])
        if texts and not PLACE.fullmatch(own):
            raise InvalidValue(f"{name} is given twice.", "Give it once.", field=name)
        texts.append(text)
    return found


def _is_of_layer(name: str) -> bool:
    """Tell whether a parameter says something of its layer itself, and not which is looked at."""
    return name not in {_NUMBERED_K, *_NO_LAYERS} and not NUMBER_PLACE.fullmatch(name)


def _is_kernel(name: str) -> bool:
    return bool(PLACE.fullmatch(name) or TAP.fullmatch(name))


def _divided(name: str, limits: Limits) -> tuple[int, str]:
    """Return the layer that a parameter is of, and its name there."""
    if name in BY_NAME or name == COUNT or _is_kernel(name) or NUMBER_PLACE.fullmatch(name):
        return 1, name
    further = _FURTHER.fullmatch(name)
    if further:
        number, own = further.groups()
        called = quoted(name).strip("“”")
        first = 1 if own == "k" else 2
        n = whole(number, called, first, limits.layers, f"The layer of {quoted(name)}")
        of_layer = own in BY_NAME and BY_NAME[own].of.startswith("layer.")
        if number == str(n) and own == "k":
            return n, _NUMBERED_K
        if number == str(n) and (of_layer or _is_kernel(own)):
            return n, own
    raise _unknown(name)


def _unknown(name: str) -> InvalidValue:
    called = quoted(name).strip("“”")
    return InvalidValue(
        f"There is no parameter {quoted(name)}.",
        f"Use {', '.join((*NAMES, COUNT))}, z.<n> for one of a generator's numbers, or w.<q>.<k> "
        "for the kernel from input channel q to output k, w.<q>.<k>.<di>.<dj> for one number of "
        "it; of a further layer n, with n. before it.",
        field=called,
    )


def _count(given: Mapping[int, _Given], limits: Limits, network: Network | None) -> int:
    spoken_of = max(given)
    if network:
        return _count_of(network, given)
    if COUNT not in given[1]:
        return spoken_of
    count = whole(given[1][COUNT][0], COUNT, 1, limits.layers)
    if count < spoken_of:
        raise InvalidValue(
            f"{COUNT} is {count}, but a parameter speaks of layer {spoken_of}.",
            f"Say as many as are described, or leave {COUNT} out. To open layer {count}, write "
            f"layer={count}.",
            field=COUNT,
        )
    return count


def _count_of(network: Network, given: Mapping[int, _Given]) -> int:
    count, spoken_of = len(network.layers), max(given)
    if COUNT in given[1]:
        raise InvalidValue(
            f"{COUNT} is given beside network, which has {count} layers.",
            f"Leave {COUNT} out; or leave network out and describe every layer.",
            field=COUNT,
        )
    if spoken_of > count:
        name = f"{spoken_of}.{next(iter(given[spoken_of]))}".replace("..", ".")
        raise InvalidValue(
            f"{name} speaks of layer {spoken_of}, but {network.title} has {count}.",
            f"Speak of layers 1 to {count}.",
            field=name,
            limit=f"1 to {count}",
        )
    return count


def to_pairs(experiment: Experiment) -> list[tuple[str, str]]:
    """Return the parameters of the canonical link, in their order, without what is so anyway."""
    network, source = experiment.network, experiment.source
    # With one layer of one's own a kernel is written whole, as links have been from the first on.
    single = network is not None or len(experiment.layers) > 1
    said = [("network", network.name)] if network else []
    if source.z:
        # Single numbers stand after what they are changed in.
        said += _said(_SOURCE, replace(source, z=replace(source.z, changes=())), network)
        said += change_pairs(source.z)
    else:
        said += _said(_SOURCE, source, network)
    for n, layer in enumerate(experiment.layers, 1):
        if network and layer == network.layers[n - 1]:
            continue
        own = [(f"{prefix(n)}{name}", text) for name, text in _said_of(layer, network, n, single)]
        if n > 1 and n == len(experiment.layers) and not own and not network:
            own = [(COUNT, str(n))]
        said += own
    said += [(f"{n}.k", str(k)) for n, k in experiment.focus.others]
    return said + _said(_FOCUS, experiment.focus, network) + _said(_VIEW, experiment.view)


def to_query(experiment: Experiment) -> str:
    """Return the canonical query of an experiment, without the question mark."""
    return urlencode(to_pairs(experiment), safe=":,()")


def _said(
    rows: Iterable[Field], owner: object, network: Network | None = None, n: int = 1
) -> list[tuple[str, str]]:
    return [
        (row.name, row.kind.write(value))
        for row in rows
        if (value := getattr(owner, row.place)) != usual(row, owner, network, n)
    ]


_TO_BANK = _LAYER[: _LAYER.index(BY_NAME["filters"]) + 1]
_BEYOND = _LAYER[len(_TO_BANK) :]


def _said_of(layer: Layer, network: Network | None, n: int, single: bool) -> list[tuple[str, str]]:
    # Kernels stand after the bank that they lie over.
    kernels = kernel_pairs(layer, single=single)
    return [*_said(_TO_BANK, layer, network, n), *kernels, *_said(_BEYOND, layer, network, n)]
