"""How a parameter's value is read from a text and written: one `Kind` for each sort of value.

Every reader takes the text as it stands in the link, the parameter's name, and what was read
before; it returns a value within the limits or raises `InvalidValue`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from multiconv.engine.geometry import Padding, Pair
from multiconv.errors import InvalidValue
from multiconv.experiment.banks import (
    PLANES,
    RANDOM,
    Bank,
    Banks,
    bank_of,
    bank_text,
    no_banks,
    own_shape,
)
from multiconv.experiment.challenges import CHALLENGES, SEEDS, answer_of
from multiconv.experiment.latent import MOST as Z_MOST
from multiconv.experiment.latent import Latent, Learned, latent_of
from multiconv.experiment.model import (
    ALL,
    KINDS,
    LAST_STEP,
    LIMITS,
    MOST,
    TRANSPOSED,
    Limits,
    Networks,
    Rows,
    Target,
    bank_of_network,
    no_networks,
)
from multiconv.experiment.numbers import MINUS, misread, number, plain, weight_text, whole
from multiconv.filters.banks import BANKS
from multiconv.filters.fitting import ENLARGING, FITTING

Options = tuple[tuple[str, str], ...]
Schema = Mapping[str, Any]

NUMBER = r"^[+\-−]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
"""The pattern of a number, as scripts are told it."""

_OFFERED = 64  # of outputs: more can be asked for, and are seldom meant
_RANGES = (1e-30, 1e12)  # so that no float32 division overflows
_IMAGE = re.compile(r"[0-9a-f]{64}|sample:[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass
class Reading:
    """What a text is read against: the limits, where banks are, and what was read before it.

    ``layer`` has what is known of the layer so far: its inputs, its bank, its outputs; ``learned``
    what a generator's numbers are made of.
    """

    limits: Limits = LIMITS
    banks: Banks = no_banks
    networks: Networks = no_networks
    learned: Learned | None = None
    layers: int = LIMITS.layers
    layer: Any = field(
        default_factory=lambda: SimpleNamespace(inputs=PLANES, outputs=LIMITS.outputs)
    )


Read = Callable[[str, str, Reading], Any]


@dataclass(frozen=True)
class Kind:
    """How a value is read from a text (text, parameter, `Reading`), written, described, offered."""

    read: Read
    write: Callable[[Any], str] = str
    schema: Schema = field(default_factory=lambda: {"type": "string"})
    options: Options | Callable[[Any], Options] = ()


def count_text(count: int, noun: str) -> str:
    """Return a number with its noun, as in “9 numbers”."""
    return f"{count} {noun}{'s' * (count != 1)}"


def numbers_text(values: Iterable[float]) -> str:
    """Return numbers as links write them, with commas."""
    return ",".join(map(plain, values))


_COUNT = re.compile(f"[+{MINUS}-]?[0-9]+")


def sides(text: str, name: str, lowest: int, highest: int) -> Pair:
    """Return ``3x2`` as two whole numbers (vertical, horizontal); one number stands for both."""
    parts = text.split("x")
    if len(parts) <= 2:
        with suppress(InvalidValue):
            vertical, horizontal = (whole(part, name, lowest, highest) for part in (parts * 2)[:2])
            return vertical, horizontal
    counted = len(parts) <= 2 and all(_COUNT.fullmatch(part.strip()) for part in parts)
    what = "is out of range" if counted else "is no whole number and no two joined by x"
    limit = f"{lowest} to {highest}"
    remedy = f"Write one whole number, or two joined by x, each from {limit}."
    raise misread(name, text, what, remedy, limit=limit)


def sides_text(pair: Pair) -> str:
    """Return a pair as links write it, always both numbers."""
    return f"{pair[0]}x{pair[1]}"


def choice(text: str, name: str, known: Iterable[str]) -> str:
    """Return `text` if it is one of the `known` words."""
    if text not in (words := tuple(known)):
        raise misread(name, text, "is not known here", f"Use one of {', '.join(words)}.")
    return text


def padding_text(padding: Padding) -> str:
    """Return a padding as links write it, in its shortest form."""
    match simplest(padding):
        case str(name):
            return name.lower()
        case ((top, bottom), (left, right)):
            return f"{top},{bottom},{left},{right}"
        case (vertical, horizontal):
            return f"{vertical}x{horizontal}"
        case amount:
            return str(amount)


def simplest(padding: Padding) -> Padding:
    """Return a padding as its shortest text is read: one number for all sides, or a pair."""
    match padding:
        case ((top, bottom), (left, right)) if (top, left) == (bottom, right):
            return simplest((top, left))
        case (int(vertical), int(horizontal)) if vertical == horizontal:
            return vertical
    return padding


def _layer_kind(text: str, name: str, _: Reading) -> str:
    return choice(text, name, KINDS)


def _bank(text: str, name: str, reading: Reading) -> Bank:
    networks = reading.networks
    return bank_of(
        text, reading.banks, reading.layer.inputs, name, lambda of: bank_of_network(of, networks)
    )


def _banks_offered(layer: Any) -> Options:
    fits = FITTING if layer.inputs != PLANES else {}
    more = ENLARGING if layer.kind == TRANSPOSED else {}
    named = BANKS.items() if layer.inputs == PLANES else ()
    return (
        *(() if named else ((RANDOM, "Random"),)),
        *((name, bank.title) for name, bank in named),
        *((name, each.title) for name, each in {**fits, **more}.items()),
    )


def _image(text: str, name: str, _: Reading) -> str:
    # Its form alone is checked; whether it is there, the store knows.
    if not _IMAGE.fullmatch(text):
        remedy = "Write sample:<name>, or the 64 digits 0–9, a–f of an upload."
        raise misread(name, text, "names neither a sample nor an upload", remedy)
    return text


def _size(text: str, name: str, reading: Reading) -> int | None:
    return None if text == "full" else whole(text, name, 1, reading.limits.working_size)


def _z(text: str, name: str, reading: Reading) -> Latent:
    if reading.learned is None:
        raise no_generator(name)
    return latent_of(text, name, reading.learned)


def no_generator(name: str) -> InvalidValue:
    """Return the mistake of a generator's numbers where there is a picture."""
    return InvalidValue(
        f"{name} is given, but there is no generator, which has numbers in place of a picture.",
        f"Leave {name} out, or choose one: network=emoji.",
        field=name,
    )


def _padding(text: str, name: str, reading: Reading) -> Padding:
    if text.upper() in ("SAME", "VALID"):
        return text.upper()
    most = reading.limits.pad
    sides_or_edges = re.fullmatch(r"[^,x]*(x[^,x]*)?|[^,x]*(,[^,x]*){3}", text)
    if not sides_or_edges or any(letter.isalpha() for letter in text.replace("x", "")):
        remedy = (
            "Write same, valid, one whole number, two joined by x (vertical x horizontal), "
            f"or four with commas (top, bottom, left, right), each from 0 to {most}."
        )
        raise misread(name, text, "is no padding", remedy, limit=f"0 to {most}")
    if "," not in text:
        return simplest(sides(text, name, 0, most))
    top, bottom, left, right = (whole(part, name, 0, most) for part in text.split(","))
    return simplest(((top, bottom), (left, right)))


def _groups(text: str, name: str, reading: Reading) -> int:
    inputs, outputs = reading.layer.inputs, reading.layer.outputs
    groups = whole(text, name, 1, inputs)
    if inputs % groups or outputs % groups:
        raise InvalidValue(
            f"{name} is {groups}, but it must divide both the {inputs} input channels "
            f"and the {outputs} output channels.",
            f"Use 1, or {inputs} with a number of outputs that {inputs} divides.",
            field=name,
            limit=f"1 or {inputs}",
        )
    return groups


def _groups_offered(layer: Any) -> Options:
    n = layer.inputs
    needs = "" if layer.outputs % n == 0 else f" (needs {n}, {2 * n}, {3 * n} … outputs)"
    return (("1", "1: every output sees all channels"), (str(n), f"{n}: one channel each{needs}"))


def _biases(text: str, name: str, reading: Reading) -> tuple[float, ...]:
    parts, outputs = text.split(","), reading.layer.outputs
    if len(parts) != outputs:
        wanted = count_text(outputs, "number")
        given, channels = count_text(len(parts), "number"), count_text(outputs, "output channel")
        raise InvalidValue(
            f"{name} has {given} for {channels}.",
            f"Give {wanted} separated by commas.",
            field=name,
            limit=wanted,
        )
    return tuple(
        number(part, field=name, limit=reading.limits.weight, name=f"{name} {k}")
        for k, part in enumerate(parts)
    )


def channels_named(text: str, name: str, inputs: int) -> tuple[int, ...]:
    """Return the channels of so many that `text` names with commas, each once, in their order."""
    return tuple(sorted({whole(part, name, 0, inputs - 1) for part in text.split(",")}))


def _channels(text: str, name: str, reading: Reading) -> tuple[int, ...]:
    return channels_named(text, name, int(reading.layer.inputs))


def _rows(text: str, name: str, reading: Reading) -> Rows:
    inputs = reading.layer.inputs
    if text == ALL and inputs > PLANES:
        return ALL
    if inputs <= MOST + 1:
        raise misread(name, text, f"chooses of {inputs} inputs: all have a row", "Leave it out.")
    found = _channels(text, name, reading)
    if len(found) > MOST:
        raise InvalidValue(
            f"{name} names {len(found)} channels.",
            f"Name at most {MOST}, from 0 to {inputs - 1}, or write {ALL}.",
            field=name,
        )
    return found


def _target(text: str, name: str, reading: Reading) -> Target:
    bank, colon, k = text.strip().rpartition(":")
    if not colon:
        remedy = (
            "Write a bank’s name, or a stored one’s 64 digits, a colon and one of its outputs: "
            f"{name}=luminance-edges:0."
        )
        raise misread(name, text, "names no output of a bank", remedy)
    found = bank_of(bank, reading.banks, reading.layer.inputs, name)
    _, outputs = own_shape(found, reading.layer.inputs)
    return Target(found, whole(k, name, 0, outputs - 1, name=f"The output in {name}"))


def _rate(text: str, name: str, reading: Reading) -> float:
    value = number(text, field=name, limit=reading.limits.weight, positive=True)
    if value <= 0:
        raise InvalidValue(
            f"{name} is {weight_text(value)}, which learns nothing.",
            f"Write a positive number, or leave {name} out for 0.9 of the largest stable one.",
            field=name,
            limit="above 0",
        )
    return value


def _colour_range(text: str, name: str, _: Reading) -> float:
    value = number(text, field=name, limit=_RANGES[1], positive=True)
    if value < _RANGES[0]:
        raise InvalidValue(
            f"{name} is {weight_text(value)}, but colours need a range above zero.",
            f"Write a positive number, or leave {name} out for the automatic one.",
            field=name,
            limit="above 0",
        )
    return value


def number_of(lowest: int, highest: Callable[[Reading], int], options: Options = ()) -> Kind:
    """Return the kind of whole numbers within bounds; the schema knows the highest of all."""
    return Kind(
        lambda text, name, reading: whole(text, name, lowest, highest(reading)),
        schema={"type": "integer", "minimum": lowest, "maximum": highest(Reading())},
        options=options,
    )


def sides_to(limit: str, options: Options = (), lowest: int = 1) -> Kind:
    """Return the kind of pairs such as ``3x2``, each side up to one of the `Limits`."""
    first = "[1-9][0-9]?" if lowest else "[0-9]{1,2}"
    return Kind(
        lambda text, name, reading: sides(text, name, lowest, getattr(reading.limits, limit)),
        sides_text,
        {
            "type": "string",
            "pattern": f"^{first}(x{first})?$",
            "examples": ["3x3"] if lowest else ["1x1"],
            "description": f"vertical x horizontal, each from {lowest} to {getattr(LIMITS, limit)}",
        },
        options,
    )


def word_of(options: Mapping[str, str], *, closed: bool = True) -> Kind:
    """Return the kind of a word among some, each with what people are told of it."""
    known: Schema = {"enum": list(options)} if closed else {"examples": list(options)}
    return Kind(
        lambda text, name, _: choice(text, name, options),
        schema={"type": "string", **known},
        options=tuple(options.items()),
    )


IMAGE = Kind(_image, schema={"type": "string", "pattern": "^([0-9a-f]{64}|sample:[a-z0-9-]+)$"})
SIZE = Kind(
    _size,
    lambda size: "full" if size is None else str(size),
    {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": LIMITS.working_size},
            {"type": "string", "enum": ["full"]},
        ],
        "description": "longest side worked on, in pixels",
    },
)
Z = Kind(
    _z,
    attrgetter("text"),
    {
        "type": "string",
        "examples": ["1F600", "mix(1F600,1F436,0.3)", "random(7)"],
        "description": "a generator's hundred numbers: of a picture by its code point, of two with "
        "the share of the second, or by seed; "
        f"z.<n>, {-Z_MOST:g} to {Z_MOST:g}, changes one of them",
    },
)
PADDING = Kind(
    _padding,
    padding_text,
    {
        "type": "string",
        "pattern": "^(same|valid|[0-9]{1,2}(x[0-9]{1,2})?|[0-9]{1,2}(,[0-9]{1,2}){3})$",
        "examples": ["same", "valid", "1", "1x2", "0,1,0,1"],
    },
    tuple((text, text) for text in ("same", "valid", "1", "2")),
)
GROUPS = Kind(_groups, schema={"type": "integer", "enum": [1, PLANES]}, options=_groups_offered)
OUTPUTS = number_of(
    1,
    lambda reading: reading.limits.outputs,
    tuple((str(n), str(n)) for n in range(1, _OFFERED + 1)),
)
K = number_of(0, lambda reading: reading.layer.outputs - 1)
NETWORK = Kind(lambda text, _, reading: reading.networks(text), attrgetter("name"))
LAYER_KIND = Kind(_layer_kind, schema={"type": "string", "enum": list(KINDS)})
OPENED = number_of(1, lambda reading: reading.layers)
BANK = Kind(_bank, bank_text, {"type": "string", "examples": list(BANKS)}, _banks_offered)
BIASES = Kind(
    _biases,
    numbers_text,
    {"type": "string", "description": "one number for each output, with commas"},
)
INPUT_CHANNELS = Kind(
    _channels,
    lambda channels: ",".join(map(str, channels)),
    {
        "type": "string",
        "pattern": f"^[0-{PLANES - 1}](,[0-{PLANES - 1}])*$",
        "description": "input channels left out of the sums",
    },
)
ROWS = Kind(
    _rows,
    lambda rows: rows if isinstance(rows, str) else ",".join(map(str, rows)),
    {
        "type": "string",
        "pattern": "^(all|[0-9]+(,[0-9]+)*)$",
        "examples": ["0,1,5,36", ALL],
        "description": f"at most {MOST} input channels that have a row, or {ALL}",
    },
)
GAIN = Kind(
    lambda text, name, _: int(choice(text, name, ("1", "10", "100"))),
    schema={"type": "integer", "enum": [1, 10, 100]},
)
COLOUR_RANGE = Kind(
    _colour_range, plain, {"type": "string", "pattern": NUMBER, "examples": ["0.5"]}
)
CHALLENGE = number_of(1, lambda _: len(CHALLENGES))
ANSWER = Kind(
    lambda text, name, reading: answer_of(text, name, reading.limits.weight),
    plain,
    {"type": "string", "pattern": NUMBER, "examples": ["0.733"]},
)
SEED = number_of(0, lambda _: SEEDS)
TOUR_STEPS = 8
"""So many steps the tour has."""

TOUR = number_of(1, lambda _: TOUR_STEPS)
PIXEL = number_of(0, lambda reading: reading.limits.side + 2 * reading.limits.pad)
TARGET = Kind(
    _target,
    lambda target: f"{bank_text(target.bank)}:{target.k}",
    {
        "type": "string",
        "pattern": "^.+:[0-9]{1,3}$",
        "examples": ["luminance-edges:0"],
        "description": "a bank and one of its outputs, which the layer’s outputs learn",
    },
)
RATE = Kind(_rate, plain, {"type": "string", "pattern": NUMBER, "examples": ["0.4"]})
STEPS = number_of(0, lambda _: LAST_STEP)
