"""The few kinds of mistake that multiconv explains to people.

Every error says what was wrong, what the limit is (where there is one) and
what to do, and names the field or argument at fault.  The web layer gives
each kind its HTTP status; the library raises them as they are.
"""

from __future__ import annotations


class MultiConvError(Exception):
    """Something that a person can mend.

    Parameters
    ----------
    problem : str
        What was wrong, as a whole sentence with the value that was given.
    remedy : str
        What to do about it, as a whole sentence.
    field : str or None
        The argument, form field or query parameter at fault.
    limit : str or None
        The bound that was passed, with its unit (``"10 MiB"``).

    Examples
    --------
    >>> print(InvalidValue("strides is 0.", "Use 1 or more.", field="strides"))
    strides is 0. Use 1 or more.
    """

    def __init__(
        self, problem: str, remedy: str, *, field: str | None = None, limit: str | None = None
    ) -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy
        self.field = field
        self.limit = limit


class InvalidValue(MultiConvError, ValueError):
    """An argument or field whose value cannot be used."""


class NotFound(MultiConvError, LookupError):
    """A name or id that stands for nothing here."""


class TooLarge(MultiConvError):
    """More bytes, pixels or work than one request may ask for."""


class UnsupportedPicture(MultiConvError):
    """An upload that is no picture, or none of a kind that is read here."""


class StoreFull(MultiConvError):
    """No room left for another upload."""


class StoreAway(MultiConvError):
    """The store of uploads cannot be reached at this moment; the same request may pass later."""


class TooMany(MultiConvError):
    """More uploads from one address than it may send in a minute."""


class Busy(MultiConvError):
    """Too much under way at this moment; the same request may pass later."""
