"""Below the figure: kernels by name, pasted matrices, the fields of kernels shown as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from multiconv.experiment.edit import Form
from multiconv.figure.rows import Row

FIELDS = ("name.", "matrix.")


@dataclass(frozen=True, slots=True)
class Place:
    """What one row's kernel is given by: a name or a matrix, as far as typed."""

    row: Row
    name: str
    matrix: str


@dataclass(frozen=True, slots=True)
class Bench:
    """A place a row, and whether the bench is open, since what is wrong was typed there."""

    places: tuple[Place, ...]
    open: bool


def bench_of(rows: Sequence[Row], form: Form, wrong: frozenset[str | None]) -> Bench:
    """Return the bench with what was typed in a form that could not be used."""
    return Bench(
        tuple(
            Place(row, *(form.get(f"{field}{row.channel.q}", "") for field in FIELDS))
            for row in rows
        ),
        any((name or "").startswith(FIELDS) for name in wrong),
    )
