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
    index's first place, the one that the keyboard reaches.
    """

    text: str
    kind: str = ""
    name: str = ""
    tag: str = "mo"
    first: bool = False


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


def formula(shape: Geometry, i: int, j: int, k: int, *, biased: bool) -> list[list[Term]]:
    """Return the definition's lines; strides, dilation, padding and bias where they matter.

    The tag ``munder`` is the sum sign's, below which ``di``, ``dj`` and ``q`` stand.
    """
    (top, _), (left, _) = shape.pads
    batch = [Term("0", "", "b", "mn")]
    channel = [_filled("k", k)]
    output = _bracketed("output", batch, [_filled("i", i)], [_filled("j", j)], channel)
    row = _place(i, shape.strides[0], shape.dilations[0], top, "i", "di")
    column = _place(j, shape.strides[1], shape.dilations[1], left, "j", "dj")
    window = _bracketed("input", batch, row, column, [_index("q")])
    cut = len(window) if _length(window) <= LONGEST else window.index(row[-1], len(row)) + 2
    weight = _bracketed("filter", [_index("di")], [_index("dj")], [_index("q")], channel)
    bias = [Term("+"), *_bracketed("bias", channel)] if biased else []
    return [
        [*(replace(term, first=bool(term.name)) for term in output), Term("=")],
        [Term("∑", tag="munder"), *window[:cut]],
        *([window[cut:]] if cut < len(window) else []),
        [Term("·"), *weight, *bias],
    ]
