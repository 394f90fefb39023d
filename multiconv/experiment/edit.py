"""The form in the figure: what a person changed, laid over the experiment it was changed in.

The form sends the previous link (``from``), its visible fields and at most one action.  Fields are
read as the link's own parameters are, so that no value has two sets of rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from urllib.parse import parse_qsl

from multiconv.engine.geometry import Geometry, Pair
from multiconv.errors import MultiConvError
from multiconv.experiment.banks import PLANES, Banks, no_banks
from multiconv.experiment.challenges import answer_text
from multiconv.experiment.changes import (
    CHANGES,
    RESCALE,
    Held,
    after_action,
    holds,
    turns_nothing,
    with_held,
    with_switches,
)
from multiconv.experiment.fields import BY_NAME, FIELDS, LAYER_TURNS, Field
from multiconv.experiment.kernels import PLACE, channel_name, tap_name
from multiconv.experiment.kinds import COLOUR_RANGE, numbers_text
from multiconv.experiment.link import prefix, read, to_pairs
from multiconv.experiment.mixing import MIX_FIELDS, with_mix
from multiconv.experiment.model import LIMITS, Experiment, Layer, Networks, no_networks
from multiconv.experiment.numbers import number, plain, weight_text, whole, with_point
from multiconv.experiment.reshape import reshape
from multiconv.experiment.stacking import TURNED, GeometryOf, over_photo, restacked

TYPED = ".other"
"""What the name of a free entry ends in that stands beside a choice."""

OUTPUT_WIDTH = 320
"""The longest side of the output's picture on a page without JavaScript, in CSS pixels."""

ROW_WIDTH = 160
"""The longest side of a picture in a row."""

PHOTO_WIDTH = 260
"""The longest side of the photograph beside a deep layer."""

_TIGHT, _GRACE = 96, 4  # the longest side of one of many rows, and what a whole divisor may add
_FARTHEST = 100_000  # of a click
_IN_FORM = [row for row in FIELDS if row.part in {"bar", "main", "more", "learning"}]
_FREE = [row for row in FIELDS if row.part == "main" and row.hint]

_NUMBERS = {"range", "answer"}
_BY_NAME = re.compile(r"(?:name|preset)\.([0-9]{1,4})")  # the fields for a kernel's name

HeldOf = Callable[[Experiment], Held]


class Form(dict[str, str]):
    """The first text of each field, in the order they were sent; ``getlist`` has all of one."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._texts: dict[str, list[str]] = {}
        for name, text in pairs:
            self._texts.setdefault(name, []).append(text)
        super().__init__((name, texts[0]) for name, texts in self._texts.items())

    def getlist(self, name: str) -> list[str]:
        """Return every text of a field."""
        return self._texts.get(name, [])


@dataclass(frozen=True)
class Edit:
    """What the form asks for, and in a word each what happened beyond what was asked.

    ``resized`` or ``pasted``: every kernel has another size; ``moved``: the chosen output or
    pixel; ``symmetric``: turning changed nothing; ``comma``: a decimal comma was read; ``turned``:
    a layer was added that is another's adjoint.
    """

    experiment: Experiment
    notices: tuple[str, ...] = ()


def edit_of(
    form: Form,
    geometry_of: GeometryOf,
    banks: Banks = no_banks,
    held_of: HeldOf | None = None,
    networks: Networks = no_networks,
) -> Edit:
    """Return the experiment that a filled-in form asks for; the first mistake names its field.

    ``geometry_of`` has an experiment's sizes, for the pixel that was clicked or moved; ``held_of``
    its range of colours and its rows, which the first change of values holds.
    """
    base = base_of(form, banks, networks)
    chosen = form | _free_entries(form, base)
    changes = {
        q: chosen.pop(f"preset.{q}")
        for q in range(base.layer.inputs)
        if chosen.get(f"preset.{q}") in CHANGES
    }
    typed = read(typed_pairs(form, base).items(), banks, networks=networks).layer
    anew = bool(base.layer.kernels)
    n = base.focus.layer
    layer, size_notice = reshape(chosen, typed, base.focus.k, banks, networks, anew=anew, n=n)
    k = whole(form["k"], "k", 0, layer.outputs - 1) if "k" in form else base.focus.k
    moved = k >= layer.outputs
    focus = replace(base.focus, k=min(k, layer.outputs - 1))
    pairs = dict(to_pairs(replace(base.with_layer(layer), focus=focus)))
    lay_plain(pairs, chosen, base)
    if "answer" in form:
        pairs["answer"] = answer_text(form["answer"], base.view.challenge)
    _refuse_unknown(form)
    experiment = read(pairs.items(), banks, networks=networks)

    layer = experiment.layer
    if "switch" in form:
        layer = with_switches(layer, form.getlist("switch"), form.getlist("on"))
    notice = "symmetric" if turns_nothing(layer, experiment.focus.k, changes) else ""
    experiment = experiment.with_layer(layer)
    for q, name in changes.items():
        experiment = experiment.with_layer(CHANGES[name].of(experiment, q))
    experiment = with_mix(form, experiment)
    experiment, left = _over_the_same_place(base, experiment, geometry_of)
    if (opened := restacked(form, experiment, geometry_of)) != experiment:
        turned = "turned" if form.get("add") == TURNED else ""
        return Edit(opened, tuple(word for word in (size_notice, turned) if word))
    experiment = after_action(form.get("do"), experiment)
    if held_of and form.get("do") != RESCALE and holds(base, experiment):
        experiment = _holding(base, experiment, held_of)
    notices = (size_notice, "moved" if moved or left else "", notice, _comma_notice(form, base))
    return Edit(
        _with_click(form, experiment, geometry_of),
        tuple(word for word in notices if word),
    )


def _holding(before: Experiment, now: Experiment, held_of: HeldOf) -> Experiment:
    try:
        return with_held(now, held_of(before))
    except MultiConvError:
        return now  # the link before could not be shown, so there is no range to hold


def base_of(form: Form, banks: Banks = no_banks, networks: Networks = no_networks) -> Experiment:
    """Return the experiment that the form was filled in over."""
    pairs = parse_qsl(form.get("from", ""), keep_blank_values=True)
    return read(pairs, banks, networks=networks)


def typed_pairs(form: Form, base: Experiment, without: str | None = None) -> dict[str, str]:
    """Return the previous link's parameters with the typed weights and biases over them.

    A field whose text is what the page wrote for the old number keeps that number, so that 1/9
    shown as 0.1111 stays 1/9.  The form's names are those of the opened layer, without its number.
    """
    pairs, own = dict(to_pairs(base)), prefix(base.focus.layer)
    for name in form:
        if without in {name, f"{own}{name}"}:
            continue
        if place := PLACE.fullmatch(name):
            texts = _exact(form.getlist(name), name, int(place[1]), int(place[2]), base)
            if texts:
                kernel = f"{own}{name}"
                pairs = {each: pairs[each] for each in pairs if not each.startswith(f"{kernel}.")}
                pairs[kernel] = ",".join(texts)
        elif name.startswith("bias."):
            k = whole(name.removeprefix("bias."), "bias", 0, base.layer.outputs - 1)
            bias = list(base.layer.bias)
            if form[name] != weight_text(bias[k]):
                text = with_point(form[name])
                bias[k] = number(text, field=name, limit=LIMITS.weight, name="The bias")
                pairs[f"{own}bias"] = numbers_text(bias)
    return pairs


def in_the_forms_words(error: MultiConvError, form: Form, base: Experiment) -> MultiConvError:
    """Return a form's mistake with its field called as the page calls it, not as a link does."""
    name = (error.field or "").removeprefix(prefix(base.focus.layer))
    row, problem = BY_NAME.get(name), error.problem
    by_name = _BY_NAME.fullmatch(name)
    if by_name and (q := int(by_name[1])) < base.layer.inputs:
        channel = channel_name(q, base.focus.layer, base.layer.inputs)
        label = f"{channel.capitalize()}’s kernel"
    elif row and row.label:
        label = row.label_beside if name in _free_entries(form, base) else row.label
    else:
        return error
    if problem.startswith(f"{error.field} "):
        problem = f"{label}{problem.removeprefix(error.field or '')}"
    instead = row.blank if row and row.blank else "leave it empty"
    remedy = error.remedy.replace(f"leave {error.field} out", instead)
    return type(error)(problem, remedy, field=error.field, limit=error.limit)


def _exact(texts: list[str], field: str, q: int, k: int, base: Experiment) -> list[str]:
    """Return a kernel's typed weights, exact where they are as they were; nothing if all are."""
    layer, size = base.layer, base.layer.kernel_size
    if not _has_fields(texts, size):
        return texts
    if q >= layer.inputs or k != base.focus.k:
        return [with_point(text) for text in texts]
    old = layer.kernel(q, k).ravel().tolist()
    as_they_were = [weight_text(value) for value in old]
    if texts == as_they_were:
        return []
    exact = [
        plain(value) if text == was else with_point(text)
        for value, was, text in zip(old, as_they_were, texts, strict=True)
    ]
    for at, text in enumerate(exact):  # called by the place that its field has on the page
        called = tap_name(at, q, size, base.focus.layer, layer.inputs)
        number(text, field=field, limit=LIMITS.weight, name=called)
    return exact


def _has_fields(texts: list[str], size: Pair) -> bool:
    """Tell whether a kernel's texts are those of its fields, one a weight, not a list or name."""
    taps = size[0] * size[1]
    named = texts[0].strip()[:1].isalpha()
    return len(texts) == taps and not (taps == 1 and named)


def _comma_notice(form: Form, base: Experiment) -> str:
    """Return what tells that a decimal comma was read in a field of a single number."""
    texts = [form[name] for name in form if name.startswith("bias.") or name in _NUMBERS]
    for name in form:
        if PLACE.fullmatch(name) and _has_fields(form.getlist(name), base.layer.kernel_size):
            texts += form.getlist(name)
    return "comma" if any(with_point(text) != text for text in texts) else ""


def _entry_text(row: Field, text: str) -> str:
    """Return the text of a free entry as links write it, whatever a phone makes of its letters."""
    if not row.hint:
        return text
    text = text.strip().lower().replace("×", "x")
    return with_point(text) if row.kind is COLOUR_RANGE else text


def lay_plain(pairs: dict[str, str], form: Mapping[str, str], base: Experiment) -> None:
    """Lay over a link the form's fields that are its parameters word for word, if changed."""
    for row in _IN_FORM:
        text = form.get(row.name)
        if row.reshapes or text is None or text == row.text(attrgetter(row.of)(base)):
            continue
        text = _entry_text(row, text)
        name = f"{prefix(base.focus.layer)}{row.name}" if row in LAYER_TURNS else row.name
        if row.blank and text in {"", row.blank}:
            pairs.pop(name, None)
        else:
            pairs[name] = text


def _free_entries(form: Form, base: Experiment) -> dict[str, str]:
    """Return the free entries that count more than the choices that they stand beside.

    ``kernel.other`` and its like always say the present value; those count that were changed.
    """
    return {
        row.name: typed
        for row in _FREE
        if (typed := _entry_text(row, form.get(row.name + TYPED, "")))
        and typed != row.text(attrgetter(row.of)(base))
    }


def _refuse_unknown(form: Iterable[str]) -> None:
    """Refuse a parameter that no field of the form has, in the link's own words."""
    known = {
        "from",
        "do",
        "k",
        "switch",
        "on",
        "add",
        "layer",
        "answer",
        *(row.name for row in _IN_FORM),
    }
    known |= {row.name + TYPED for row in _FREE} | {*MIX_FIELDS}
    read(
        (name, "")
        for name in form
        if name not in known
        and not PLACE.fullmatch(name)
        and not name.startswith(("at.", "bias.", "preset.", "name.", "matrix."))
    )


def centre(shape: Geometry, axis: int, at: int) -> int:
    """Return the input row (axis 0) or column (1) in the centre of an output pixel's window."""
    middle = (shape.kernel_size[axis] - 1) // 2 * shape.dilations[axis]
    if shape.transposed:  # the input whose stamp has its middle there, or before
        return (at + shape.pads[axis][0] - middle) // shape.strides[axis]
    return at * shape.strides[axis] - shape.pads[axis][0] + middle


def _over_the_same_place(
    before: Experiment, now: Experiment, geometry_of: GeometryOf
) -> tuple[Experiment, bool]:
    """Return the experiment with its pinned pixel over the old place, and whether that was left.

    The place is the centre of the old window, on the picture as it is worked on now; it is left
    where no window of the new output comes nearer to it than half a stride.
    """
    shape = geometry_of(now)
    asked = (now.focus.i, now.focus.j)
    if asked == (None, None):
        return now, False
    try:
        old = geometry_of(before)
    except MultiConvError:
        old = shape  # the link before could not be shown, so there is no place to keep
    places = [_place(old, shape, axis, at or 0) for axis, at in enumerate(asked)]
    if old == shape:
        sides = shape.output_size
        nearest = (min(asked[0] or 0, sides[0] - 1), min(asked[1] or 0, sides[1] - 1))
    else:
        nearest = shape.nearest_output(*places)
    left = any(
        nearest[axis] != at
        if old == shape
        else 2 * abs(centre(shape, axis, nearest[axis]) - places[axis]) > _step(shape, axis)
        for axis, at in enumerate(asked)
        if at is not None
    )
    i, j = (None if at is None else found for at, found in zip(asked, nearest, strict=True))
    return replace(now, focus=replace(now.focus, i=i, j=j)), left


def _step(shape: Geometry, axis: int) -> int:
    """Return how far the windows of neighbouring outputs lie apart on the input, rounded up."""
    return 2 if shape.transposed else shape.strides[axis]


def _place(old: Geometry, new: Geometry, axis: int, at: int) -> int:
    """Return the centre of the old window as a row or column of the new input."""
    side, wanted = old.input_size[axis], new.input_size[axis]
    inside = min(max(centre(old, axis, min(at, old.output_size[axis] - 1)), 0), side - 1)
    return (2 * inside + 1) * wanted // (2 * side)


def drawn_size(rows: int, columns: int, longest: int) -> tuple[int, int]:
    """Return (width, height) in CSS pixels of a map whose longest side is given."""
    scale = longest / max(rows, columns)
    return max(1, round(columns * scale)), max(1, round(rows * scale))


def longest_drawn(layer: Layer, size: Pair, *, output: bool = False) -> int:
    """Return how long a map is, in CSS pixels; of many inputs a whole multiple or divisor.

    In a row one and a half times will do: a map that is larger than another is drawn no smaller.
    """
    if layer.inputs <= PLANES or layer.pools:
        return OUTPUT_WIDTH if output else ROW_WIDTH
    side, most = max(size), OUTPUT_WIDTH if output else _TIGHT
    if not output and most < 2 * side and 3 * side <= 2 * most:
        return 3 * side // 2
    if side <= most:
        return side * (most // side)
    return -(-side // -(-side // (most + _GRACE)))


def _with_click(
    form: Mapping[str, str], experiment: Experiment, geometry_of: GeometryOf
) -> Experiment:
    """Return the experiment with the clicked pixel pinned, if a picture was clicked.

    ``at.x`` and ``at.y`` are a click on the output, ``at.<map>.x`` and ``.y`` one on another map,
    both in CSS pixels from its top left corner.
    """
    for name in form:
        if not (name.startswith("at.") and name.endswith(".x")):
            continue
        field = name.removesuffix(".x")
        x = whole(form[name], name, 0, _FARTHEST)
        y = whole(form.get(f"{field}.y", "0"), f"{field}.y", 0, _FARTHEST)
        if field == "at.photo":
            row, column = over_photo(experiment, geometry_of, (y, x), PHOTO_WIDTH)
            return replace(experiment, focus=replace(experiment.focus, i=row, j=column))
        on_input, shape = field.startswith("at.input"), geometry_of(experiment)
        rows, columns = shape.input_size if on_input else shape.output_size
        longest = longest_drawn(experiment.layer, (rows, columns), output=field == "at")
        scale = max(rows, columns) / longest
        row, column = min(int(y * scale), rows - 1), min(int(x * scale), columns - 1)
        if on_input:
            row, column = shape.nearest_output(row, column)
        return replace(experiment, focus=replace(experiment.focus, i=row, j=column))
    return experiment
