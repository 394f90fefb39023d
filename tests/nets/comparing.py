"""What counts as the same, and how a difference is told."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from typing import Any

_DECIMAL = re.compile(r"(?<![\w.])([+−-]?\d[\d,]*\.\d+)(?![\w.])")
_EXACT = re.compile(r"^(input|select|textarea|  option|form|button)")


def same_words(old: str, new: str) -> bool:
    """Tell whether two lines say the same, decimals to within one of their last digit.

    Sums come in another order from another BLAS or processor, and a value on the edge of two
    roundings then shows the other one. What stands in fields and links is compared as it is.
    """
    if old == new:
        return True
    if _EXACT.match(old) and " alt “" not in old:
        return False
    if _DECIMAL.sub("#", old) != _DECIMAL.sub("#", new):
        return False
    return all(
        len(a.rpartition(".")[2]) == len(b.rpartition(".")[2]) and _near(a, b)
        for a, b in zip(_DECIMAL.findall(old), _DECIMAL.findall(new), strict=True)
    )


def _near(old: str, new: str) -> bool:
    places = len(old.rpartition(".")[2])
    values = [float(text.replace("−", "-").replace(",", "")) for text in (old, new)]
    return abs(values[0] - values[1]) < 1.5 * 10.0**-places


def lines_apart(old: Sequence[str], new: Sequence[str]) -> str:
    """Return the lines that differ, as a diff from what was recorded to what is; "" if none."""
    if len(old) == len(new):
        new = [a if same_words(a, b) else b for a, b in zip(old, new, strict=True)]
    if list(old) == list(new):
        return ""
    return "\n".join(difflib.unified_diff(old, new, "recorded", "now", lineterm="", n=1))


def texts_apart(old: Sequence[str], new: Sequence[str]) -> str:
    """Return the lines that differ at all, as a diff; "" if none."""
    if list(old) == list(new):
        return ""
    return "\n".join(difflib.unified_diff(old, new, "recorded", "now", lineterm="", n=1))


def values_apart(old: Any, new: Any, at: str = "", bound: float = 0.0) -> list[str]:
    """Return where two JSON values differ; numbers with a fraction may by 1e-5 of themselves.

    Long lists of numbers are products and their like, which cancel in sums: there a number may
    differ by as much of the largest beside it.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        lost = [f"{at}: {name} is gone" for name in old if name not in new]
        come = [f"{at}: {name} is new" for name in new if name not in old]
        both = [name for name in old if name in new]
        return (
            lost
            + come
            + [line for name in both for line in values_apart(old[name], new[name], f"{at}.{name}")]
        )
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return [f"{at}: {len(old)} were recorded, {len(new)} are there"]
        largest = max((abs(each) for each in old if isinstance(each, float)), default=0.0)
        return [
            line
            for n, (a, b) in enumerate(zip(old, new, strict=True))
            for line in values_apart(a, b, f"{at}[{n}]", 1e-5 * largest)
        ]
    numbers = {type(old), type(new)} <= {int, float} and float in {type(old), type(new)}
    if numbers and abs(old - new) <= max(1e-6, 1e-5 * abs(old), bound):
        return []
    if isinstance(old, str) and isinstance(new, str) and same_words(old, new):
        return []
    if old == new:
        return []
    was, now = (json.dumps(each, ensure_ascii=False) for each in (old, new))
    return [f"{at}: {was} was recorded, {now} is"]
