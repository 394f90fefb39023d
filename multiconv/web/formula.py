"""The definition of a convolution with one pixel's indices filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from multiconv.engine.geometry import Geometry


@dataclass(frozen=True)
class Term:
    """A piece of the formula or of a line; ``name`` is the index that it stands for."""

    text: str
    kind: str = ""
    name: str = ""


def _place(at: int, stride: int, dilation: int, before: int, name: str, tap: str) -> list[Term]:
    """Return ``2·118 + 3·di − 1`` with what changes nothing left out."""
    terms = [Term(f"{stride}·")] if stride > 1 else []
    terms.append(Term(str(at), "filled", name))
    terms.append(Term(f" + {dilation}·" if dilation > 1 else " + "))
    terms.append(Term(tap, "", tap))
    if before:
        terms.append(Term(f" − {before}"))
    return terms


def formula(shape: Geometry, i: int, j: int, k: int, *, biased: bool) -> list[Term]:
    """Return the definition, strides, dilation, padding and bias written where they matter."""
    (top, _), (left, _) = shape.pads
    parts: Iterable[Term] = chain(
        [Term("output[0, "), Term(str(i), "filled", "i"), Term(", ")],
        [Term(str(j), "filled", "j"), Term(", "), Term(str(k), "filled", "k"), Term("] = Σ")],
        [Term(" "), Term("di", "under", "di"), Term(", ", "under"), Term("dj", "under", "dj")],
        [Term(", ", "under"), Term("q", "under", "q"), Term("", "break"), Term("input[0, ")],
        _place(i, shape.strides[0], shape.dilations[0], top, "i", "di"),
        [Term(", ")],
        _place(j, shape.strides[1], shape.dilations[1], left, "j", "dj"),
        [Term(", "), Term("q", "free", "q"), Term("]"), Term("", "break"), Term("· filter[")],
        [Term("di", "", "di"), Term(", "), Term("dj", "", "dj"), Term(", ")],
        [Term("q", "free", "q"), Term(", "), Term(str(k), "filled", "k"), Term("]")],
        [Term(f" + bias[{k}]")] if biased else [],
    )
    return list(parts)
