"""The form in the figure: what a person changed, laid over the experiment it was changed in.

The form sends the previous link (``from``), its visible fields and at most one
action.  Fields are read as the link's own parameters are, so that no value has
two sets of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from urllib.parse import parse_qsl

from multiconv.engine.geometry import Geometry, Pair
from multiconv.experiment.actions import acted, noted
from multiconv.experiment.banks import Banks, no_banks
from multiconv.experiment.changes import changed, chosen, nothing_turned, switched
from multiconv.experiment.clicks import clicked
from multiconv.experiment.fields import FIELDS
from multiconv.experiment.follow import followed
from multiconv.experiment.form import Form
from multiconv.experiment.happened import SYMMETRIC, fragment
from multiconv.experiment.kernels import PLACE, tap_name
from multiconv.experiment.link import read, to_pairs
from multiconv.experiment.model import LIMITS, Experiment
from multiconv.experiment.numbers import number, plain, weight_text, whole
from multiconv.experiment.reshape import reshaped

Pairs = list[tuple[str, str]]

PLAIN_FIELDS = tuple(
    each.name for each in FIELDS if each.part in {"bar", "main", "more"} and not each.reshapes
)
"""Fields of the form that are parameters of the link, word for word."""


@dataclass(frozen=True)
class Edit:
    """What the form asks for: the link's parameters, and what happened beyond what was asked."""

    experiment: Experiment
    resized: bool = False
    pasted: bool = False
    moved: bool = False
    note: str = ""

    @property
    def fragment(self) -> str:
        """The page's own words for what happened, as the fragment that shows them."""
        sizes = "pasted" if self.pasted else "resized" if self.resized else ""
        return fragment(sizes, "moved" if self.moved else "", self.note)


def previous(form: Form, banks: Banks = no_banks) -> Experiment:
    """Return the experiment that the form was filled in over."""
    return read(parse_qsl(form.get("from", ""), keep_blank_values=True), banks)


def typed_pairs(form: Form, base: Experiment) -> Pairs:
    """Return the previous link's parameters with the typed weights and biases over them.

    A field whose text is what the page wrote for the old number keeps that
    number, so that 1/9 shown as 0.1111 stays 1/9.
    """
    pairs = dict(to_pairs(base))
    for name in form:
        if place := PLACE.fullmatch(name):
            q, k = int(place[1]), int(place[2])
            texts = form.getlist(name)
            if (q, k) in {(q, base.focus.k) for q in range(3)} and len(texts) > 1:
                old = base.layer.kernel(q, k).ravel().tolist()
                if len(old) == len(texts):
                    if [weight_text(value) for value in old] == texts:
                        continue
                    texts = [
                        plain(value) if weight_text(value) == text else text
                        for value, text in zip(old, texts, strict=True)
                    ]
                    _check_weights(texts, name, q, base.layer.kernel_size)
            pairs[name] = ",".join(texts)
    for name in form:
        if name.startswith("bias."):
            k = whole(name.removeprefix("bias."), "bias", 0, base.layer.outputs - 1)
            bias = list(base.layer.bias)
            if form[name] == weight_text(bias[k]):
                continue
            bias[k] = number(form[name], field=name, limit=LIMITS.weight, name="The bias")
            pairs["bias"] = ",".join(plain(value) for value in bias)
    return list(pairs.items())


def _check_weights(texts: list[str], field: str, q: int, size: Pair) -> None:
    """Refuse the first weight that is no number, by the place that its field has on the page."""
    for at, text in enumerate(texts):
        number(text, field=field, limit=LIMITS.weight, name=tap_name(at, q, size))


def edited(
    form: Form, geometry_of: Callable[[Experiment], Geometry], banks: Banks = no_banks
) -> Edit:
    """Return the experiment that a filled-in form asks for.

    Parameters
    ----------
    form : Form
        The query of ``GET /edit``.
    geometry_of : callable
        The sizes of an experiment's layer, for the pixel that was clicked or moved.

    Raises
    ------
    MultiConvError
        For the first field that cannot be used.
    """
    base = previous(form, banks)
    form = settled_others(form, base)
    changes = chosen(form)
    for q in changes:
        del form[f"preset.{q}"]
    typed = read(typed_pairs(form, base), banks).layer
    change = reshaped(form, typed, base.focus.k, banks, edited=bool(base.layer.kernels))
    layer, focus = change.layer, base.focus
    if "k" in form:
        focus = replace(focus, k=whole(form["k"], "k", 0, layer.outputs - 1))
    moved = focus.k >= layer.outputs
    focus = replace(focus, k=min(focus.k, layer.outputs - 1))
    pairs = dict(to_pairs(replace(base, layers=(layer,), focus=focus)))
    for name in PLAIN_FIELDS:
        if name in form and not (name == "groups" and form[name] == str(base.layer.groups)):
            pairs[name] = form[name]
            if name == "range" and form[name] in {"", "auto"}:
                del pairs[name]
    _reject_unknown(form)
    experiment = read(pairs.items(), banks)
    k = experiment.focus.k
    untouched = switched(experiment.layer, form)
    layer = acted(form.get("do"), untouched, k)
    note = noted(form.get("do"), untouched, layer)
    if nothing_turned(layer, k, changes):
        note = note or SYMMETRIC
    experiment, left = followed(
        base, experiment.with_layer(changed(layer, k, changes)), geometry_of
    )
    experiment = clicked(form, experiment, geometry_of(experiment))
    return Edit(experiment, change.resized, change.pasted, moved or left, note)


def settled_others(form: Form, base: Experiment) -> Form:
    """Return the form with its free entries in place of the choices they stand for.

    ``kernel.other`` and its like always say the present value; one that was
    changed counts more than the choice that it stands beside.
    """
    settled = form.copy()
    for field, text in others(base).items():
        typed = form.get(f"{field}.other", "").strip()
        if typed and typed != text:
            settled[field] = typed
    return settled


def _reject_unknown(form: Iterable[str]) -> None:
    """Refuse a parameter that no field of the form has, in the link's own words."""
    known = {"from", "do", "k", "kernel", "outputs", "filters", "switch", "on", *PLAIN_FIELDS}
    read(
        (name, "")
        for name in form
        if name not in known
        and not PLACE.fullmatch(name)
        and not name.startswith(("at.", "bias.", "preset.", "name.", "matrix."))
        and name.removesuffix(".other") not in {"kernel", "strides", "padding"}
    )


def others(experiment: Experiment) -> dict[str, str]:
    """Return the fields that have a free entry beside their choice, with their present values."""
    return {
        each.name: each.text(attrgetter(each.of)(experiment))
        for each in FIELDS
        if each.part == "main" and each.hint
    }
