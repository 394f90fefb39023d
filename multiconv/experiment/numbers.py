"""Numbers as people type them, read strictly, and as links and pages write them.

Python's own `float` reads ``1_0``, full-width digits, ``nan`` and ``inf``; a
link must mean the same everywhere, so numbers are plain ASCII decimals here.
U+2212, the true minus, is read as a minus, because the page shows it, and so are the short dashes
that word processors make of one.  What else looks like a number is named when it is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from multiconv.errors import InvalidValue

MINUS = "\u2212"

UNSEEN = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters that cannot be seen and mean nothing in a number or link, as a pattern's class."""

_MINUSES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_LONG_DASHES = "\u2014\u2015\ufe58"
_BLANKS = " \t\r\n"
_ECHOED = 20
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"([+-]?[0-9]*),([0-9]+(?:[eE][+-]?[0-9]+)?)")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_WHOLE = re.compile(r"([+-]?)0*([0-9]+)")


def number(
    text: str, *, field: str, limit: float, name: str | None = None, positive: bool = False
) -> float:
    """Return the number that `text` says, between −`limit` and `limit`.

    It is a plain decimal, with an optional sign and exponent; blanks around it are trimmed.
    Messages call it ``name`` where the field does not say enough; they ask for a ``positive`` one
    where the caller refuses all others.
    """
    plain_text = _plain(text)
    if _NUMBER.fullmatch(plain_text):
        value = float(plain_text)
        if abs(value) <= limit:
            return value + 0.0  # −0 becomes 0, so that one value has one link
        problem, remedy, example = "too large", "Write a number", ""
    else:
        problem, remedy = "no number", f"Write {_instead(plain_text)}a decimal number"
        example = f", such as {'' if positive else MINUS}0.25"
    bounds = f"{MINUS}{grouped(limit)} to {grouped(limit)}"
    within = f"above 0, up to {grouped(limit)}" if positive else f"from {bounds}"
    bounds = within if positive else bounds
    remedy = f"{remedy} {within}{example}."
    raise misread(name or field, text, f"is {problem}", remedy, field=field, limit=bounds)


def _plain(text: str) -> str:
    return with_minus(text).strip(_BLANKS)


def with_minus(text: str) -> str:
    """Return a text with a plain minus in place of the true one and of short dashes."""
    return text.translate(_MINUSES)


def with_point(text: str) -> str:
    """Return the text of a field that holds a single number with a point for its decimal comma.

    ``1,234`` stays as it is: its comma may stand between thousands.
    """
    match = _COMMA.fullmatch(_plain(text))
    if not match or _THOUSANDS.fullmatch(match[0]):
        return text
    return f"{match[1]}.{match[2]}"


def _instead(text: str) -> str:
    """Return what a number is mistaken for, where that is told from its text."""
    if re.fullmatch(r"[^/]*[0-9] */ *[0-9][^/]*", text):
        return "no fractions, but "
    if _THOUSANDS.fullmatch(text):
        return "a point before decimals and nothing between thousands: "
    if _COMMA.fullmatch(text):
        return "a point, not a comma: "
    return f"{foreign}, but " if (foreign := foreign_in(text)) else ""


def foreign_in(text: str) -> str:
    """Name the first character that looks like a part of a number, or like nothing, and is none."""
    for each in text:
        if each not in _BLANKS and (each.isspace() or re.match(f"[{UNSEEN}]", each)):
            return f"no character U+{ord(each):04X}, which cannot be seen"
        numeral = not each.isascii() and unicodedata.category(each) in {"Nd", "No"}
        if numeral or each in _LONG_DASHES:
            return f"no “{each}”"
    return ""


def whole(text: str, field: str, lowest: int, highest: int, name: str | None = None) -> int:
    """Return the whole number that `text` says, from `lowest` to `highest`, both allowed."""
    match = _WHOLE.fullmatch(_plain(text))
    problem = "no whole number"
    if match:
        problem = "out of range"
        sign, digits = match.groups()
        # int() of thousands of digits is refused by Python itself; no bound here has so many.
        if len(digits) <= 18 and lowest <= (value := int(sign + digits)) <= highest:
            return value
    bounds = f"{lowest} to {highest}".replace("-", MINUS)
    only = f"Only {lowest} goes here.".replace("-", MINUS)
    remedy = only if lowest == highest else f"Write a whole number from {bounds}."
    raise misread(name or field, text, f"is {problem}", remedy, field=field, limit=bounds)


def misread(
    name: str, text: str, what: str, remedy: str, *, field: str | None = None, limit: str = ""
) -> InvalidValue:
    """Return the mistake of a text that cannot be used: “name is “text”, which ``what``.”."""
    problem = f"{name} is {quoted(text)}, which {what}."
    return InvalidValue(problem, remedy, field=field or name, limit=limit or None)


def plain(value: float) -> str:
    """Return the shortest decimal that reads back as `value`, never with an exponent."""
    text = repr(float(value))
    if "e" in text:
        text = format(Decimal(text), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def decimal(value: float, places: int, *, signed: bool = False) -> str:
    """Return `value` for people: so many decimals, a true minus, and never −0.

    Where it is ``signed`` a plus stands before positive values; zero has no sign.
    """
    text = f"{value:.{places}f}"
    if not text.strip("-0."):
        return text.lstrip("-")
    return text.replace("-", MINUS) if text.startswith("-") else "+" * signed + text


def terms_text(terms: Iterable[str]) -> str:
    """Return signed terms as a sum: a zero, which has no sign, gets its plus behind another."""
    first, *others = list(terms) or [""]
    return " ".join([first, *(f"+{term}" if term[:1].isdigit() else term for term in others)])


def grouped(value: float) -> str:
    """Return a whole bound with its thousands marked, as messages write it."""
    return f"{value:,.0f}"


def quoted(text: str) -> str:
    """Return `text` in quotation marks: at most 20 characters of it, none unprintable."""
    text = text.strip(_BLANKS)
    if not text:
        return "empty"
    echoed = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:_ECHOED])
    return f"“{echoed}{'…' * (len(text) > _ECHOED)}”"


DIGITS = 6
"""The most characters of a number that a field has room for, its sign left out."""


SMALL = 1e-5
"""Below it a rounded number has an exponent: its zeros would fill the field."""


def weight_text(value: float) -> str:
    """Return a weight as its field shows it: exact where that is short, else rounded."""
    exact = plain(value)
    if len(exact.lstrip("-")) > DIGITS:
        rounded = f"{value:.4f}".rstrip("0").rstrip(".")
        if abs(value) < 0.001:
            rounded = f"{value:.3g}"
            rounded = rounded if abs(float(rounded)) < SMALL else plain(float(rounded))
        exact = rounded
    return exact.replace("-", MINUS)
