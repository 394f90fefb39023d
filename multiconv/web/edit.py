"""The form in the figure: what a person changed, laid over the experiment it was changed in.

The form sends the previous link (``from``), its visible fields and at most one
action.  Fields are read as the link's own parameters are, so that no value has
two sets of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from multiconv.engine.filters import BANKS, fitted
from multiconv.engine.geometry import Geometry
from multiconv.errors import InvalidValue
from multiconv.experiment.kernels import PLACE
from multiconv.experiment.model import LIMITS, Experiment, Kernel, Layer
from multiconv.experiment.numbers import number, plain, whole
from multiconv.experiment.query import from_query, to_pairs
from multiconv.web.clicks import clicked
from multiconv.web.kernels import weight_text

Pairs = list[tuple[str, str]]

PLAIN_FIELDS = (
    "image", "size", "strides", "padding", "padding_mode", "dilations", "groups", "activation",
    "range",
)  # fmt: skip
"""Fields of the form that are parameters of the link, word for word."""


@dataclass(frozen=True)
class Edit:
    """What the form asks for: the link's parameters, and what happened beyond what was asked."""

    experiment: Experiment
    resized: bool = False
    moved: bool = False

    @property
    def fragment(self) -> str:
        """The page's own words for what happened, as the fragment that shows them."""
        told = [word for word in ("resized", "moved") if getattr(self, word)]
        return "#told-" + "-".join(told) if told else ""


def previous(form: MultiDict[str, str]) -> Experiment:
    """Return the experiment that the form was filled in over."""
    return from_query(parse_qsl(form.get("from", ""), keep_blank_values=True))


def typed_pairs(form: MultiDict[str, str], base: Experiment) -> Pairs:
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
            pairs[name] = ",".join(texts)
    for name in form:
        if name.startswith("bias."):
            k = whole(name.removeprefix("bias."), "bias", 0, base.layer.outputs - 1)
            bias = list(base.layer.bias)
            bias[k] = number(form[name], field=name, limit=LIMITS.weight)
            pairs["bias"] = ",".join(plain(value) for value in bias)
    return list(pairs.items())


def edited(form: MultiDict[str, str], geometry_of: Callable[[Experiment], Geometry]) -> Edit:
    """Return the experiment that a filled-in form asks for.

    Parameters
    ----------
    form : MultiDict
        The query of ``GET /edit``.
    geometry_of : callable
        The sizes of an experiment's layer, for the pixel that was clicked or moved.

    Raises
    ------
    MultiConvError
        For the first field that cannot be used.
    """
    base = previous(form)
    layer = from_query(typed_pairs(form, base)).layer
    layer = _with_presets(form, layer, base.focus.k)
    layer, resized = _reshaped(form, layer)
    focus = base.focus
    if "k" in form:
        focus = replace(focus, k=whole(form["k"], "k", 0, layer.outputs - 1))
    moved = focus.k >= layer.outputs
    focus = replace(focus, k=min(focus.k, layer.outputs - 1))
    pairs = dict(to_pairs(replace(base, layers=(layer,), focus=focus)))
    for name in PLAIN_FIELDS:
        if name in form:
            pairs[name] = form[name]
            if name == "range" and form[name] in {"", "auto"}:
                del pairs[name]
    _reject_unknown(form)
    experiment = from_query(pairs.items())
    shape = geometry_of(experiment)
    experiment = clicked(form, experiment, shape)
    inside = _moved_in(experiment, shape)
    return Edit(inside, resized, moved or inside != experiment)


def _with_presets(form: MultiDict[str, str], layer: Layer, k: int) -> Layer:
    """Lay named kernels over the layer; an empty choice leaves the kernel as it is."""
    for q in range(3):
        if name := form.get(f"preset.{q}"):
            layer = layer.with_kernel(q, k, _named(name, f"preset.{q}"))
    return layer


def _named(name: str, field: str) -> Kernel:
    from_query([("w.0.0", name)])  # refuses an unknown name in the link's own words
    if name[:1].isdigit():
        raise InvalidValue("A preset is a kernel's name.", "Choose one in the list.", field=field)
    return name


def _reshaped(form: MultiDict[str, str], layer: Layer) -> tuple[Layer, bool]:
    """Change the bank, the number of outputs and the kernel's size, and tell whether it changed."""
    if (bank := form.get("filters", layer.bank)) != layer.bank:
        fresh = from_query([("filters", bank)]).layer
        kept = replace(
            layer,
            bank=bank,
            kernels=(),
            kernel_size=BANKS[bank].kernel_size,
            outputs=fresh.outputs,
            bias=fresh.bias,
        )
        return kept, False
    outputs = whole(form.get("outputs", str(layer.outputs)), "outputs", 1, LIMITS.outputs)
    if outputs != layer.outputs:
        layer = replace(
            layer,
            outputs=outputs,
            kernels=tuple((place, kernel) for place, kernel in layer.kernels if place[1] < outputs),
            bias=(*layer.bias[:outputs], *(0.0,) * (outputs - layer.outputs)),
        )
    size = layer.kernel_size
    if "kernel" in form:
        size = from_query([("kernel", form["kernel"])]).layer.kernel_size
    if size == layer.kernel_size:
        return layer, False
    resized = replace(layer, kernel_size=size, kernels=())
    for (q, k), kernel in layer.kernels:
        fit = kernel if isinstance(kernel, str) else _fitted(layer.kernel(q, k), size)
        resized = resized.with_kernel(q, k, fit)
    return resized, True


def _fitted(kernel: object, size: tuple[int, int]) -> tuple[float, ...]:
    return tuple(fitted(kernel, size).ravel().tolist())  # type: ignore[arg-type]


def _moved_in(experiment: Experiment, shape: Geometry) -> Experiment:
    """Move a pinned pixel that the output no longer has to the nearest one that it has."""
    focus = experiment.focus
    rows, columns = shape.output_size
    return replace(
        experiment,
        focus=replace(
            focus,
            i=None if focus.i is None else min(focus.i, rows - 1),
            j=None if focus.j is None else min(focus.j, columns - 1),
        ),
    )


def _reject_unknown(form: Iterable[str]) -> None:
    """Refuse a parameter that no field of the form has, in the link's own words."""
    known = {"from", "do", "k", "kernel", "outputs", "filters", *PLAIN_FIELDS}
    from_query(
        (name, "")
        for name in form
        if name not in known
        and not PLACE.fullmatch(name)
        and not name.startswith(("at.", "bias.", "preset."))
    )
