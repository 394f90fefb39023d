"""A layer's bank of filters: a named one, or one that a person stored, by its id."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import NotFound
from multiconv.experiment.numbers import quoted
from multiconv.filters import named as named

Filters = NDArray[np.float64]

_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredBank:
    """A bank in the store; its id is made of its values, so that equal ids are equal banks.

    Attributes
    ----------
    id : str
        64 hex digits.
    filters : (kh, kw, 3, K) float64
    """

    id: str
    filters: Filters = field(compare=False, repr=False)


Bank = str | StoredBank


def _no_store(name: str) -> Filters:
    raise NotFound(
        f"There is no filters “{name}” here.",
        "Use a named bank, or the server that the link is from.",
        field="filters",
    )


STORED: ContextVar[Callable[[str], Filters]] = ContextVar("stored banks", default=_no_store)
"""Where links find stored banks by their id; whoever serves links sets it."""


def bank_of(text: str) -> Bank:
    """Return the bank that a link names.

    Raises
    ------
    NotFound
        If there is none of that name or id.

    Examples
    --------
    >>> bank_of("redness")
    'redness'
    """
    if _ID.fullmatch(text):
        return StoredBank(text, STORED.get()(text))
    if text not in named.BANKS:
        raise NotFound(
            f"filters is {quoted(text)}, which is no bank of filters here.",
            f"Use one of {', '.join(named.BANKS)}, or a stored bank's 64 digits.",
            field="filters",
        )
    return text


def bank_text(bank: Bank) -> str:
    """Return a bank as links write it."""
    return bank if isinstance(bank, str) else bank.id


def own_shape(bank: Bank) -> tuple[Pair, int]:
    """Return a bank's own kernel size and number of outputs.

    Examples
    --------
    >>> own_shape("mixes"), own_shape(StoredBank("0" * 64, np.ones((3, 5, 3, 2))))
    (((1, 1), 7), ((3, 5), 2))
    """
    if isinstance(bank, str):
        return named.BANKS[bank].kernel_size, named.BANKS[bank].outputs
    height, width, _, outputs = bank.filters.shape
    return (height, width), outputs


def own_groups(bank: Bank, outputs: int) -> int:
    """Return the groups that a bank is meant for, where so many outputs can have them.

    Examples
    --------
    >>> own_groups("depthwise", 6), own_groups("depthwise", 7), own_groups("redness", 6)
    (3, 1, 1)
    """
    groups = named.BANKS[bank].groups if isinstance(bank, str) else 1
    return groups if outputs % groups == 0 else 1


def filters_of(bank: Bank, size: Pair, outputs: int) -> Filters:
    """Return a bank's filters, fresh, at a kernel size and with so many outputs.

    Beyond a stored bank's own outputs come random ones, as beyond a named bank's.
    """
    if isinstance(bank, str):
        return named.bank(bank, size, outputs)
    own = named.fitted(bank.filters[..., :outputs], size)
    more = [named.random_filter(at, size) for at in range(own.shape[3], outputs)]
    return np.concatenate([own, np.stack(more, axis=-1)], axis=-1) if more else own
