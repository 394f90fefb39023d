"""The challenges: what each asks, of which figure, what may differ, and what an answer means.

Each is a row of `CHALLENGES`.  What is measured is named here and computed in `tracing/verdict`;
a link says only which one stands above the figure, and what was answered.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from math import inf

from multiconv.errors import InvalidValue
from multiconv.experiment.numbers import with_point

SEEDS = 999_999
"""The largest seed of a challenge's sizes."""

WEIGHTS = "weights"
"""What stands among the fields that may differ for the kernels, whichever bank they are of."""


@dataclass(frozen=True, slots=True)
class Region:
    """The pixels of a map between two circles about one place; what it is called in a sentence."""

    words: str
    row: float
    column: float
    outer: float
    inner: float = 0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One meter: what is measured, where, and from what to what it may go.

    ``failed`` says what is wrong where it is not there, with the ``value`` and ``where`` it is.
    """

    words: str
    measure: str
    failed: str
    regions: tuple[Region, ...] = ()
    low: float = -inf
    high: float = inf
    places: int = 2


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that is told from what was made: something measured that is at most ``high``."""

    measure: str
    words: str
    high: float = 0.001


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is asked of a figure, and what it teaches.

    ``link`` is the figure's query, and only the fields that are ``free`` may differ from it.  One
    that is to be predicted has a ``prediction`` with what ``wrong`` numbers mean by their names,
    a ``hint`` for all others, and how near an answer must be; one that is to be made, ``criteria``.
    ``after`` is said when it is done, and ``see`` leads to what was asked for.
    """

    title: str
    task: str
    teaches: str
    after: str
    link: str = ""
    free: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    slips: tuple[Slip, ...] = ()
    prediction: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    near: float = 0.01
    places: int = 3
    see: str = ""
    sized: bool = False

    @property
    def counts(self) -> bool:
        """Whether what is asked for is a whole number."""
        return self.places == 0


_RED, _GREEN, _BLUE, _WHITE = (
    Region(f"the {name} disc", row, column, 27)
    for name, row, column in (
        ("red", 40, 40), ("green", 40, 120), ("blue", 120, 40), ("white", 120, 120),
    )
)  # fmt: skip
_GROUND = Region("the black ground", 80, 80, 20)
_RED_RIM = Region("the rim of the red disc", 40, 40, 35, 28)
_WHITE_RIM = Region("the rim of the white disc", 120, 120, 35, 28)
_IN_RED = Region("inside the red disc", 40, 40, 26)
_IN_WHITE = Region("inside the white disc", 120, 120, 26)

CHALLENGES = (
    Challenge(
        "Without green",
        "The output at row 118, column 26 is +0.523. What will it be when green is left out?",
        "Each channel adds what it has to add, and leaving one out takes just that away: nothing "
        "is averaged.",
        "Yes. Red adds {red} there, green {green}, blue {blue}; without green "
        "{right} is left.",
        prediction="without green",
        wrong=(
            ("all", "That is what it is now: you left green in."),
            ("minus", "You took 0.210 away once more. Green adds a negative number, and leaving a "
            "minus out is a plus: that was a minus of a minus."),
            ("mean of two", "You averaged the two that are left. Channels are added, not "
            "averaged."),
            ("mean of three", "You averaged all three, with nothing in green’s place. Channels are "
            "added, not averaged."),
            ("red", "That is what red adds alone. Blue is still there."),
            ("green", "That is what green adds: the part that goes, not what is left."),
        ),
        hint="Look at what red and blue add at that pixel, in the captions on the right of the "
        "rows.",
        see="off=1",
    ),
    Challenge(
        "Only red",
        "Light up the red disc alone. Weights, bias and activation may differ.",
        "White is red, green and blue at once: a filter for one colour has to subtract the others, "
        "and an activation to cut off what falls below zero.",
        "Yes. What red adds, green and blue take away again where all three are: white is gone. "
        "Green and blue alone fall below zero, and the activation cuts that off.",
        "image=sample:discs&filters=mixes&outputs=1&w.0.0=1&w.1.0=0&w.2.0=0",
        (WEIGHTS, "bias", "activation"),
        (
            Criterion("red disc", "mean", "The red disc is at {value}: it is to be 0.5 or more.",
                      (_RED,), low=0.5),
            Criterion("furthest of the rest", "furthest mean",
                      "{where} is at {value}, and is to be dark: from −0.05 to 0.05.",
                      (_GREEN, _BLUE, _WHITE, _GROUND), high=0.05),
        ),
        (
            Slip("linear, all but one",
                 "All is right but one ({where}, at {value}), and without an activation it stays "
                 "so: white is red + green + blue, and a bias moves the black ground as well. "
                 "Something has to be cut off after the sum.", 1),
        ),
    ),
)  # fmt: skip
"""The challenges, counted from 1."""


def challenge_of(number: int | None) -> Challenge | None:
    """Return a challenge by its number."""
    return None if number is None else CHALLENGES[number - 1]


def refuse_alone(number: int | None, given: Container[str]) -> None:
    """Refuse an answer or a seed where no challenge asks for it."""
    challenge = challenge_of(number)
    for name, noun, wants in (
        ("answer", "number", bool(challenge and challenge.prediction)),
        ("seed", "seed", bool(challenge and challenge.sized)),
    ):
        if name not in given or wants:
            continue
        if challenge is None:
            raise InvalidValue(
                f"{name} is given, but no challenge.",
                f"Leave {name} out, or say which challenge it is for: challenge=1.",
                field=name,
            )
        raise InvalidValue(
            f"{name} is given, but challenge {number} takes no {noun}.",
            f"Leave {name} out.",
            field=name,
        )


def answer_text(text: str, number: int | None) -> str:
    """Return the text of an answer's field as links write it.

    Where a count is asked for, a comma, a point or a blank may stand between thousands.
    """
    challenge, typed = challenge_of(number), text.strip()
    if (
        challenge
        and challenge.counts
        and re.fullmatch(r"[0-9]{1,3}([,. ’'\u202f][0-9]{3})+", typed)
    ):
        return re.sub(r"[^0-9]", "", typed)
    return with_point(text)


def sizes_of(seed: int) -> tuple[int, int, int]:
    """Return a kernel's side, the inputs and the outputs of a seed; of 0: 5, 32, 45."""
    if seed == 0:
        return 5, 32, 45
    mixed = seed * 2_654_435_761 % 2**32  # neighbours are to be unlike
    return (3, 5, 7)[(mixed >> 8) % 3], 8 + (mixed >> 12) % 57, 10 + (mixed >> 20) % 55
