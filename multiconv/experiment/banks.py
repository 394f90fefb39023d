"""A layer's bank of filters: a named one, or one that a person stored, by its id."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from multiconv.engine.geometry import Pair
from multiconv.errors import InvalidValue, NotFound
from multiconv.experiment.numbers import quoted
from multiconv.filters.banks import BANKS, Share, bank_shares
from multiconv.filters.banks import bank as named_bank
from multiconv.filters.fitting import ENLARGING, FITTING, fitting
from multiconv.filters.kernels import fitted
from multiconv.filters.kernels import kernel as named_kernel

Filters = NDArray[np.float64]
Banks = Callable[[str], Filters]
"""Where links find stored banks by their id; raises `NotFound` for one that is not there."""

RANDOM = "random"
"""The bank of a layer whose inputs are no picture's planes: nothing learnt yet, by seed."""

NO_BANK = ""
"""The bank of a pooling, which has no filters."""

PLANES = 3
"""Input channels of a picture, which the named banks are made for."""

STORED = re.compile(r"[0-9a-f]{64}")
"""What a link names a stored bank by."""

_OF_A_NETWORK = re.compile(r"[a-z]{1,20}-(?:de)?conv[0-9]{1,2}")
_OWN_RANDOM: tuple[Pair, int] = ((3, 3), 4)
_OWN_POOL: tuple[Pair, int] = ((2, 2), 1)


@dataclass(frozen=True, slots=True)
class StoredBank:
    """A bank in the store, (kh, kw, C_in, K), whose id is made of its values, or of a network.

    That has a ``title`` within a sentence and a ``credit``, which stands where it is shown.
    """

    id: str
    filters: Filters = field(compare=False, repr=False)
    title: str = field(default="a stored bank", compare=False)
    credit: str = field(default="", compare=False)


Bank = str | StoredBank


def no_banks(name: str) -> Filters:
    """Refuse a stored bank where there is no store."""
    raise NotFound(
        f"There are no filters “{name}” here.",
        "Use a named bank, or the server that the link is from.",
        field="filters",
    )


def bank_of(
    text: str,
    banks: Banks,
    inputs: int = PLANES,
    name: str = "filters",
    of_networks: Callable[[str], StoredBank] | None = None,
) -> Bank:
    """Return the bank that a link names for a layer of so many inputs."""
    bank = StoredBank(text, banks(text)) if STORED.fullmatch(text) else None
    if of_networks and _OF_A_NETWORK.fullmatch(text):
        bank = of_networks(text)
    if bank:
        if (made_for := bank.filters.shape[2]) != inputs:
            raise _unfit("a bank", made_for, inputs, name)
        return bank
    if (inputs != PLANES and text == RANDOM) or fitting(text):
        return text
    if text not in BANKS:
        raise NotFound(
            f"{name} is {quoted(text)}, which is no bank of filters here.",
            f"Use one of {', '.join((*BANKS, *FITTING, *ENLARGING))}, or a stored bank's 64 "
            "digits.",
            field=name,
        )
    if inputs != PLANES:
        raise _unfit(quoted(text), PLANES, inputs, name)
    return text


def _unfit(what: str, made_for: int, inputs: int, name: str) -> InvalidValue:
    return InvalidValue(
        f"{name} is {what} for {made_for} input channels, but this layer has {inputs}.",
        f"Use {', '.join((RANDOM, *FITTING, *ENLARGING))}, or a stored bank for {inputs} input "
        "channels.",
        field=name,
    )


def usual_bank(inputs: int) -> Bank:
    """Return the bank of a layer that names none."""
    return "redness" if inputs == PLANES else RANDOM


def bank_text(bank: Bank) -> str:
    """Return a bank as links write it."""
    return bank if isinstance(bank, str) else bank.id


def own_shape(bank: Bank, inputs: int = PLANES) -> tuple[Pair, int]:
    """Return a bank's own kernel size and number of outputs, as ((3, 3), 5)."""
    if isinstance(bank, str) and (fits := fitting(bank)):
        return (fits.side, fits.side), fits.outputs(inputs)
    if bank == NO_BANK:
        return _OWN_POOL
    if bank == RANDOM:
        return _OWN_RANDOM
    if isinstance(bank, str):
        return BANKS[bank].kernel_size, BANKS[bank].outputs
    height, width, _, outputs = bank.filters.shape
    return (height, width), outputs


def own_groups(bank: Bank, outputs: int) -> int:
    """Return the groups that a bank is meant for, where so many outputs can have them."""
    groups = BANKS[bank].groups if isinstance(bank, str) and bank in BANKS else 1
    return groups if outputs % groups == 0 else 1


def shares_of(bank: Bank, outputs: int) -> tuple[Share, ...]:
    """Return whose filters each of so many outputs has; a stored bank's own are of its title."""
    if bank == NO_BANK:
        return ()
    if bank == RANDOM:
        return (Share(0, outputs - 1),)
    if isinstance(bank, str) and (fits := fitting(bank)):
        return (Share(0, outputs - 1, fits.title),)
    if isinstance(bank, str):
        return bank_shares(bank, outputs)
    own = min(bank.filters.shape[3], outputs)
    rest = (Share(own, outputs - 1),) if own < outputs else ()
    return (Share(0, own - 1, bank.title), *rest)


def filters_of(bank: Bank, size: Pair, outputs: int, inputs: int = PLANES) -> Filters:
    """Return a bank's filters, fresh, at a kernel size and with so many outputs.

    Beyond a stored bank's own outputs come random ones, as beyond a named bank's; no bank is zeros.
    """
    if bank == NO_BANK:
        return np.zeros((*size, inputs, outputs))
    if isinstance(bank, str) and (fits := fitting(bank)):
        return fits.filters(size, inputs, outputs)
    if isinstance(bank, str) and bank != RANDOM:
        return named_bank(bank, size, outputs)
    own = np.empty((*size, inputs, 0))
    if not isinstance(bank, str):
        own = fitted(bank.filters[..., :outputs], size)
    first = own.shape[3]
    return np.concatenate([own, _random(first, outputs, size, inputs)], axis=-1)


@lru_cache(64)
def _random(first: int, stop: int, size: Pair, inputs: int) -> Filters:
    """Return random filters of the outputs from one to another, read-only."""
    filters = np.empty((*size, inputs, max(0, stop - first)))
    for at in range(first, stop):
        filters[..., at - first] = _random_filter(at, size, inputs)
    filters.setflags(write=False)
    return filters


def _random_filter(at: int, size: Pair, inputs: int) -> Filters:
    kernels = [named_kernel(f"{RANDOM}({inputs * at + q})", size) for q in range(inputs)]
    return np.stack(kernels, axis=-1)
