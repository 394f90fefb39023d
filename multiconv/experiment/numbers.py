"""Numbers as people type them, read strictly, and as links and pages write them.

Python's own `float` reads ``1_0``, full-width digits, ``nan`` and ``inf``; a
link must mean the same everywhere, so numbers are plain ASCII decimals here.
U+2212, the true minus, is read as a minus, because the page shows it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from multiconv.errors import InvalidValue

MINUS = "\u2212"

_BLANKS = " \t\r\n"
_ECHOED = 20
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")


def number(text: str, *, field: str, limit: float, name: str | None = None) -> float:
    """Return the number that `text` says, between −`limit` and `limit`.

    Parameters
    ----------
    text : str
        A plain decimal, with an optional sign and exponent; blanks around it are trimmed.
    field : str
        The parameter at fault if there is one.
    limit : float
        The largest magnitude allowed.
    name : str, optional
        What messages call the number, where `field` does not say enough.

    Raises
    ------
    InvalidValue
        If `text` is no such number or lies beyond `limit`.

    Examples
    --------
    >>> number(" −0.25 ", field="bias", limit=1e6)
    -0.25
    """
    name = name or field
    bounds = f"{MINUS}{grouped(limit)} to {grouped(limit)}"
    plain_text = text.strip(_BLANKS).replace(MINUS, "-")
    if not _NUMBER.fullmatch(plain_text):
        raise InvalidValue(
            f"{name} is {quoted(text)}, which is no number.",
            f"Write {_instead(plain_text)}a decimal number from {bounds}, such as {MINUS}0.25.",
            field=field,
            limit=bounds,
        )
    value = float(plain_text)
    if abs(value) > limit:
        raise InvalidValue(
            f"{name} is {quoted(text)}, which is too large.",
            f"Write a number from {bounds}.",
            field=field,
            limit=bounds,
        )
    return value + 0.0  # −0 becomes 0, so that one value has one link


def _instead(text: str) -> str:
    """Return what a number is mistaken for, where that is told from its text."""
    if re.fullmatch(r"[^/]*[0-9] */ *[0-9][^/]*", text):
        return "no fractions, but "
    if re.fullmatch(r"[+-]?[0-9]*,[0-9]+", text):
        return "a point, not a comma: "
    return ""


def whole(text: str, field: str, lowest: int, highest: int, name: str | None = None) -> int:
    """Return the whole number that `text` says, from `lowest` to `highest`.

    Parameters
    ----------
    text : str
        ASCII digits with an optional sign; blanks around them are trimmed.
    field : str
        The parameter at fault if there is one.
    lowest, highest : int
        The bounds, both allowed.
    name : str, optional
        What messages call the number, where `field` does not say enough.

    Raises
    ------
    InvalidValue
        If `text` is no whole number or lies outside the bounds.

    Examples
    --------
    >>> whole("3", "k", 0, 4)
    3
    """
    bounds = f"{lowest} to {highest}".replace("-", MINUS)
    match = _WHOLE.fullmatch(text.strip(_BLANKS).replace(MINUS, "-"))
    if match is None:
        problem = f"{name or field} is {quoted(text)}, which is no whole number."
    else:
        sign, digits = match.groups()
        # int() of thousands of digits is refused by Python itself; no bound here has so many.
        if len(digits) <= 18 and lowest <= (value := int(sign + digits)) <= highest:
            return value
        problem = f"{name or field} is {quoted(text)}, which is out of range."
    raise InvalidValue(problem, f"Write a whole number from {bounds}.", field=field, limit=bounds)


def plain(value: float) -> str:
    """Return the shortest decimal that reads back as `value`, never with an exponent.

    Examples
    --------
    >>> plain(1e-07), plain(-0.0), plain(2.0), plain(-0.25)
    ('0.0000001', '0', '2', '-0.25')
    """
    text = format(Decimal(repr(float(value))), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def shown(value: float, places: int, *, signed: bool = False) -> str:
    """Return `value` for people: so many decimals, a true minus, and never −0.

    Parameters
    ----------
    value : float
    places : int
        Digits after the point.
    signed : bool
        Whether a plus stands before positive values; zero has no sign.

    Examples
    --------
    >>> shown(-0.26666, 3), shown(0.469, 3, signed=True), shown(-0.0001, 2)
    ('−0.267', '+0.469', '0.00')
    """
    text = f"{value:.{places}f}"
    if not text.strip("-0."):
        return text.lstrip("-")
    return text.replace("-", MINUS) if text.startswith("-") else "+" * signed + text


def grouped(value: float) -> str:
    """Return a whole bound with its thousands marked, as messages write it.

    Examples
    --------
    >>> grouped(1e6)
    '1,000,000'
    """
    return f"{value:,.0f}"


def quoted(text: str) -> str:
    """Return `text` between quotation marks for a message: at most 20 characters, none unprintable.

    Examples
    --------
    >>> quoted("abc"), quoted(""), quoted("a" * 21)
    ('“abc”', 'empty', '“aaaaaaaaaaaaaaaaaaaa…”')
    """
    text = text.strip(_BLANKS)
    if not text:
        return "empty"
    echoed = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_ECHOED])
    return f"“{echoed}{'…' * (len(text) > _ECHOED)}”"


DIGITS = 6
"""The most characters of a number that a field has room for, its sign left out."""


def weight_text(value: float) -> str:
    """Return a weight as its field shows it: exact where that is short, else rounded.

    Examples
    --------
    >>> weight_text(-0.05), weight_text(1 / 9), weight_text(-123456.5)
    ('−0.05', '0.1111', '−123456.5')
    """
    exact = plain(value)
    if len(exact.lstrip("-")) > DIGITS:
        rounded = f"{value:.4f}".rstrip("0").rstrip(".")
        exact = rounded if abs(value) >= 0.001 else f"{value:.3g}"
    return exact.replace("-", MINUS)
