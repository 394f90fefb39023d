"""The definition of a convolution with one pixel's indices filled in, as terms of mathematics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from multiconv.engine.geometry import Geometry

LONGEST = 25
"""Characters of the input's term that stand on one line; a longer one breaks between its places."""


@dataclass(frozen=True)
class Term:
    """A piece of the formula or of a line.

    ``tag`` is its MathML element, ``name`` the index that it stands for; ``first`` marks an
    index's first place, the one that the keyboard reaches.  Of a sum sign ``under`` are the indices
    below it.
    """

    text: str
    kind: str = ""
    name: str = ""
    tag: str = "mo"
    first: bool = False
    under: tuple[str, ...] = ()


def _index(name: str) -> Term:
    return Term(name, "free", name, "mi")


def _filled(name: str, value: int) -> Term:
    return Term(str(value), "filled", name, "mn")


def _number(value: int) -> Term:
    return Term(str(value), tag="mn")


def _bracketed(name: str, *places: Iterable[Term]) -> list[Term]:
    """Return ``name[…, …]``."""
    terms = [Term(name, tag="mi"), Term("[")]
    for at, place in enumerate(places):
        terms += [*([Term(",")] if at else []), *place]
    return [*terms, Term("]")]


def _place(at: int, stride: int, dilation: int, before: int, name: str, tap: str) -> list[Term]:
    """Return ``2·118 + 3·di − 1`` with what changes nothing left out."""
    terms = [_number(stride), Term("·")] if stride > 1 else []
    terms += [_filled(name, at), Term("+")]
    terms += [_number(dilation), Term("·")] if dilation > 1 else []
    terms.append(_index(tap))
    return [*terms, Term("−"), _number(before)] if before else terms


def _length(terms: Iterable[Term]) -> int:
    return sum(len(term.text) for term in terms)


def activated(lines: list[list[Term]], name: str) -> list[list[Term]]:
    """Return the lines with an activation around what stands right of the equals sign."""
    first, *rest, last = lines
    opened = [*first, Term(name, tag="mi"), Term("(")]
    return [opened, *rest, [*last, Term(")")]]


def formula(
    shape: Geometry,
    i: int,
    j: int,
    k: int,
    *,
    biased: bool,
    divisor: int = 0,
    what_if: str = "",
    source: str = "input",
    pooled: str = "",
) -> list[list[Term]]:
    """Return the definition's lines; strides, dilation, padding and bias where they matter.

    The tag ``munder`` is the sum sign's.  A mean's ``divisor`` stands before it; a kernel that is
    ``flipped`` is read from its end; partials that are left ``apart`` keep their q; ``source`` is
    what the input is called.  What a pooling takes, ``pooled``, is of channel k alone.
    """
    (top, _), (left, _) = shape.pads
    batch = [Term("0", "", "b", "mn")]
    channel = [_filled("k", k)]
    apart, indices = what_if == "apart", ("di", "dj", "q")
    last = [_index("q")] if apart else channel
    name = "partial" if apart else "output"
    output = _bracketed(name, batch, [_filled("i", i)], [_filled("j", j)], last)
    row = _place(i, shape.strides[0], shape.dilations[0], top, "i", "di")
    column = _place(j, shape.strides[1], shape.dilations[1], left, "j", "dj")
    window = _bracketed(source, batch, row, column, channel if pooled else [_index("q")])
    cut = len(window) if _length(window) <= LONGEST else window.index(row[-1], len(row)) + 2
    taps = [[_index(tap)] for tap in indices[:2]]
    if what_if == "flipped":
        taps = [
            [_number(side - 1), Term("−"), *tap]
            for side, tap in zip(shape.kernel_size, taps, strict=True)
        ]
    weight = _bracketed("filter", *taps, [_index("q")], channel)
    bias = [Term("+"), *_bracketed("bias", channel)] if biased and not apart else []
    share = [_number(1), Term("/"), _number(divisor)] if divisor else []
    sigma = Term("∑", tag="munder", under=indices[:2] if apart else indices)
    if pooled:
        sigma, weight, bias = Term(pooled, tag="munder", under=indices[:2]), [], []
    return [
        [*(replace(term, first=bool(term.name)) for term in output), Term("=")],
        [*share, sigma, *window[:cut]],
        *([window[cut:]] if cut < len(window) else []),
        *([[Term("·"), *weight, *bias]] if weight else []),
    ]
