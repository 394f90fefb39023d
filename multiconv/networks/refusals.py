"""Why a file of weights cannot be used, and what to do about it."""

from __future__ import annotations

from multiconv.errors import InvalidValue, TooLarge
from multiconv.experiment.numbers import quoted

FILE_BYTES = 10 * 2**20
"""The most bytes of a file, and of any tensor once it is unpacked."""

JSON_BYTES = 2 * 2**20
"""Text grows a lot when it is read."""

_CONVERT = (
    "Convert it where you trust it: import numpy, torch; "
    'state = torch.load("weights.pt", weights_only=True); '
    'numpy.savez("weights.npz", **{name: t.numpy() for name, t in state.items() if t.ndim == 4}).'
)


def refused(problem: str, remedy: str, *, field: str = "weights") -> InvalidValue:
    """Return the error for a file, or a field beside it, that cannot be used."""
    return InvalidValue(problem, remedy, field=field)


def pickled(what: str) -> InvalidValue:
    """Return the error for a file that would run code when it is read."""
    return refused(f"The file is {what}: reading it could run code.", _CONVERT)


def too_large(what: str, size: int, limit: int = FILE_BYTES) -> TooLarge:
    """Return the error for something that would take too much room."""
    return TooLarge(
        f"{what} has {size:,} bytes; {limit:,} is the most.",
        "Save only the first layer's filters.",
        field="weights",
        limit=f"{limit // 2**20} MiB",
    )


def damaged(kind: str) -> InvalidValue:
    """Return the error for a file that is cut short or not what it says."""
    return refused(f"The {kind} file is damaged or cut short.", "Save it again and send it whole.")


def of_dtype(name: str, dtype: object) -> InvalidValue:
    """Return the error for numbers of a kind that is not read."""
    return refused(
        f"{quoted(name)} holds {str(dtype)[:40]}.", "Save it as float32, float64 or float16."
    )
