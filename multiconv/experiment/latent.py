"""What a generator takes in place of a picture: z, a hundred numbers, as links write them.

It is the latent vector that one of the generator's pictures was learned with, a mix of two, or
random by seed; single numbers may be changed besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from multiconv.errors import InvalidValue
from multiconv.experiment.numbers import misread, number, plain, quoted, whole

NUMBERS = 100
"""So many numbers a generator takes."""

MOST = 10.0
"""The largest of them that can be asked for, positive or negative."""

SEEDS = 999_999
"""The last seed."""

PLACE = re.compile(r"z\.([0-9]{1,6})")
"""The name of one number's parameter."""

_MIX = re.compile(r"mix\(([^,]*),([^,]*),([^,]*)\)")
_RANDOM = re.compile(r"random\((.*)\)")
_POINT = re.compile(r"0*([0-9A-Fa-f]{1,6})")
_FORMS = "as 1F600, mix(1F600,1F436,0.3) or random(7)"
_DICE = 12  # uniform numbers that make a normal one: their sum has a variance of 1


@dataclass(frozen=True, slots=True)
class Learned:
    """The latent vectors that a generator learned with its pictures.

    ``vectors`` has a row of numbers for each of ``points``, the pictures' code points.
    """

    points: tuple[int, ...]
    vectors: NDArray[np.float64] = field(compare=False, repr=False)

    def of(self, point: int) -> NDArray[np.float64]:
        """Return the vector of a picture."""
        found: NDArray[np.float64] = self.vectors[self.points.index(point)]
        return found

    def words(self) -> str:
        """Return which pictures there are, as 1F600 to 1F63F."""
        points, runs = sorted(self.points), list[list[int]]()
        for point in points:
            if runs and point == runs[-1][-1] + 1:
                runs[-1].append(point)
            else:
                runs.append([point])
        return ", ".join(
            f"{run[0]:X} to {run[-1]:X}" if len(run) > 1 else f"{run[0]:X}" for run in runs
        )


@dataclass(frozen=True, slots=True)
class Latent:
    """z: ``share`` of the picture ``second`` mixed into ``first``, or random by ``seed``.

    ``second`` is None where one picture is asked for alone.  ``changes`` has (index, value) of the
    single numbers that are others, sorted.
    """

    learned: Learned = field(compare=False, repr=False)
    first: int = 0
    second: int | None = None
    share: float = 0.0
    seed: int | None = None
    changes: tuple[tuple[int, float], ...] = ()

    @property
    def text(self) -> str:
        """What it is as links write it, but for single numbers."""
        if self.seed is not None:
            return f"random({self.seed})"
        if self.second is None:
            return f"{self.first:X}"
        return f"mix({self.first:X},{self.second:X},{plain(self.share)})"

    def start(self) -> NDArray[np.float64]:
        """Return the numbers before single ones are changed."""
        if self.seed is not None:
            return random_numbers(self.seed)
        first = self.learned.of(self.first)
        if self.second is None:
            return first.copy()
        return (1 - self.share) * first + self.share * self.learned.of(self.second)

    def numbers(self) -> NDArray[np.float32]:
        """Return the hundred numbers."""
        found = self.start()
        for index, value in self.changes:
            found[index] = value
        return found.astype(np.float32)

    def plane(self) -> NDArray[np.float32]:
        """Return them as the first layer's input, (1, 1, 100)."""
        return self.numbers().reshape(1, 1, NUMBERS)

    def with_number(self, index: int, value: float) -> Latent:
        """Return it with one number another; one that is as it would be anyway is no change."""
        rest = {at: other for at, other in self.changes if at != index}
        if np.float32(value) != np.float32(self.start()[index]):
            rest[index] = value
        return replace(self, changes=tuple(sorted(rest.items())))


@lru_cache(64)
def _drawn(seed: int) -> NDArray[np.float64]:
    # Whole numbers of PCG64 and their sums are the same on every machine; sines are not.
    raw = np.random.PCG64(seed).random_raw(NUMBERS * _DICE).reshape(NUMBERS, _DICE) >> 40
    return np.asarray((raw.sum(axis=1).astype(np.float64) / 2**24 - _DICE / 2).round(2) + 0.0)


def random_numbers(seed: int) -> NDArray[np.float64]:
    """Return a hundred normal numbers of two decimals, as large as those that were learned."""
    return _drawn(seed).copy()


def latent_of(text: str, name: str, learned: Learned) -> Latent:
    """Return what a link's ``z`` asks for."""
    if mix := _MIX.fullmatch(text.strip()):
        first, second = (_point(part, name, learned) for part in mix.groups()[:2])
        share = number(mix[3], field=name, limit=1e6, name=f"{name}’s share of the second picture")
        if not 0 <= share <= 1:
            raise InvalidValue(
                f"{name} takes {plain(share)} of the second picture.",
                "Write a share from 0, the first alone, to 1, the second alone.",
                field=name,
                limit="0 to 1",
            )
        return Latent(learned, first, second, share)
    if seed := _RANDOM.fullmatch(text.strip()):
        return Latent(learned, seed=whole(seed[1], name, 0, SEEDS, name=f"{name}’s seed"))
    return Latent(learned, _point(text, name, learned))


def _point(text: str, name: str, learned: Learned) -> int:
    match = _POINT.fullmatch(text.strip())
    point = int(match[1], 16) if match else -1
    if point in learned.points:
        return point
    known = f"The {len(learned.points)} code points are {learned.words()}."
    if match:
        raise InvalidValue(
            f"{name} names U+{point:04X}, which is none of the pictures that the generator "
            "learned.",
            known,
            field=name,
        )
    raise misread(name, text, "is none of its forms", f"Write {name} {_FORMS}. {known}")


def with_changes(z: Latent, texts: Mapping[str, Sequence[str]]) -> Latent:
    """Return z with the numbers of a link's ``z.<index>`` in place of its own."""
    for place, given in texts.items():
        index = whole(
            place.partition(".")[2],
            place,
            0,
            NUMBERS - 1,
            name=f"The number of {quoted(place)}",
        )
        z = z.with_number(index, number(given[0], field=place, limit=MOST))
    return z


def change_pairs(z: Latent) -> list[tuple[str, str]]:
    """Return the parameters of the single numbers that were changed."""
    return [(f"z.{index}", plain(value)) for index, value in z.changes]
