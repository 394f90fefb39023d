"""The definition of a convolution with one pixel's indices filled in, as terms of mathematics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from multiconv.engine.geometry import Geometry

LONGEST = 25
"""Characters of a term that stand on one line; a longer one breaks between its places."""
SLIDING, STAMPING = ("di", "dj", "q"), ("i′", "j′", "q")
"""What a convolution's sum goes over, the kernel's taps, and a transposed one's, the input."""


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


def _stamping(at: int, stride: int, dilation: int, before: int, name: str, of: str) -> list[Term]:
    """Return which tap of an input's stamp lies on a pixel: ``(40 + 2 − 2·i′) / 3``, no more."""
    terms = [_filled(name, at), *([Term("+"), _number(before)] if before else []), Term("−")]
    terms += [*([_number(stride), Term("·")] if stride > 1 else []), _index(of)]
    if dilation == 1:
        return terms
    return [Term("("), *terms, Term(")"), Term("/"), _number(dilation)]


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
    what the input is called.  What a pooling takes, ``pooled``, is of channel k alone.  A
    transposed layer's sum goes over the input's pixels, and where the filter is read is worked out.
    """
    batch, channel = [Term("0", "", "b", "mn")], [_filled("k", k)]
    apart, indices = what_if == "apart", STAMPING if shape.transposed else SLIDING
    last = [_index("q")] if apart else channel
    name = "partial" if apart else "output"
    output = _bracketed(name, batch, [_filled("i", i)], [_filled("j", j)], last)
    worked = _stamping if shape.transposed else _place
    places = [
        worked(at, shape.strides[axis], shape.dilations[axis], shape.pads[axis][0], index, summed)
        for axis, (at, index, summed) in enumerate(zip((i, j), "ij", indices[:2], strict=True))
    ]
    taps = [[_index(each)] for each in indices[:2]]
    channels: list[Iterable[Term]] = [[_index("q")], channel]
    if shape.transposed:
        places, taps, channels = taps, places, [channel, [_index("q")]]
    if what_if == "flipped":
        taps = [
            [_number(side - 1), Term("−"), *tap]
            for side, tap in zip(shape.kernel_size, taps, strict=True)
        ]
    window = _bracketed(source, batch, *places, channel if pooled else [_index("q")])
    weight = [Term("·"), *_bracketed("filter", *taps, *channels)]
    bias = [Term("+"), *_bracketed("bias", channel)] if biased and not apart else []
    share = [_number(1), Term("/"), _number(divisor)] if divisor else []
    sigma = Term("∑", tag="munder", under=indices[:2] if apart else indices)
    if pooled:
        sigma = Term(pooled, tag="munder", under=indices[:2])
    first, *others = _broken(window, 5 + len(places[0]))
    parts = _broken(weight, 4 + len(taps[0])) if shape.transposed else [weight]
    parts[-1] += bias
    return [
        [*(replace(term, first=bool(term.name)) for term in output), Term("=")],
        [*share, sigma, *first],
        *others,
        *([] if pooled else parts),
    ]


def _broken(terms: list[Term], behind: int) -> list[list[Term]]:
    """Return terms on one line, or where that is too long on two; ``behind`` the row's place."""
    return [terms] if _length(terms) <= LONGEST else [terms[:behind], terms[behind:]]
