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
from multiconv.experiment.numbers import number, plain, quoted, with_minus, with_point

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
    ``asked`` is what is asked for in words, ``scale`` from where to where the meter goes, where
    they do not follow from the bounds.
    """

    words: str
    measure: str
    failed: str
    regions: tuple[Region, ...] = ()
    low: float = -inf
    high: float = inf
    places: int = 2
    asked: str = ""
    scale: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake that is told from what was made, by the name that `tracing/verdict` knows it by.

    One that ``passes`` is none: it is another way to do what was asked.
    """

    measure: str
    words: str
    passes: bool = False


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
_IN_RED = Region("inside the red disc", 40, 40, 28)
_IN_WHITE = Region("inside the white disc", 120, 120, 28)

_FLAT = ",".join(["0.15"] * 25)

CHALLENGES = (
    Challenge(
        "Without green",
        "The output at row 118, column 26 is +0.523. What will it be when green is left out?",
        "What becomes of a sum when one of its channels is missing.",
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
        "What a sum alone cannot do, and what an activation is for.",
        "Yes. What red adds, the others take away again where all three are: white is gone. What "
        "falls below zero where they are alone, the activation cuts off.",
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
                 "Something has to be cut off after the sum."),
        ),
    ),
    Challenge(
        "Vanishing",
        "Make the disc vanish, with weights whose sizes add up to 0.5 or more.",
        "What it means that channels cancel.",
        "Yes. From the ground to the disc red rises by 0.953, green falls by 0.482 and blue by "
        "0.016: your weights make {value} of these three. The weights of luminance, 0.299, 0.587 "
        "and 0.114, make less than 0.001: to a grey camera there is no disc.",
        "image=sample:edge&filters=mixes&outputs=1&w.0.0=1&w.1.0=0&w.2.0=0",
        (WEIGHTS,),
        (
            Criterion("sizes of the weights, added", "weights",
                      "The sizes of the weights add up to {value}: they are to be 0.5 or more. "
                      "With zeros everything vanishes.", low=0.5),
            Criterion("highest − lowest", "contrast",
                      "The disc still differs from its ground, by {value}. From ground to disc red "
                      "rises by 0.953, green falls by 0.482 and blue by 0.016: what the weights "
                      "make of these three has to be 0.", high=0.01, places=3),
        ),
        (
            Slip("one channel",
                 "Yes: blue is nearly the same on the disc and around it, and so little of it "
                 "makes {value} of that. Red and green show the disc clearly: can you let them "
                 "cancel?", passes=True),
            Slip("one channel",
                 "That is one channel alone, and each shows the disc: this one by {value}."),
            Slip("equal weights",
                 "Equal weights make the mean of the channels, times a number; there the disc "
                 "differs by {value}. The channels do not change alike."),
            Slip("opposite signs",
                 "Inside the disc red is higher and green is lower. With opposite signs both pull "
                 "the same way, and the disc differs by {value}."),
        ),
    ),
    Challenge(
        "Edges of colour",
        "Show the rim of the red disc, and nothing of the white one. Weights alone may differ.",
        "How a filter sees a change of colour, and not one of brightness.",
        "Yes. On the white rim red, green and blue change together, and your kernels cancel there; "
        "on the red rim red changes alone.",
        "image=sample:discs&filters=luminance-edges",
        (WEIGHTS,),
        (
            Criterion("red’s rim, mean size", "mean size",
                      "The rim of the red disc is at {value}: it is to be 0.2 or more.",
                      (_RED_RIM,), low=0.2),
            Criterion("furthest of the rest", "furthest mean size",
                      "{where} is at {value}, and is to be 0.02 or less.",
                      (_WHITE_RIM, _IN_WHITE, _IN_RED), high=0.02, places=3),
        ),
        (
            Slip("no edges",
                 "{where} is at {value}, but nothing changes there. The numbers of an edge "
                 "filter’s kernel add up to 0."),
            Slip("white edges",
                 "{where} is at {value}: white has an edge as well. Red, green and blue change "
                 "together there, so the three kernels have to cancel each other."),
        ),
    ),
    Challenge(
        "One step to the right",
        "Make the output the green channel, moved one pixel to the right. Weights alone may "
        "differ.",
        "What the place of a weight in its kernel does.",
        "Yes. A single 1 left of the middle fetches, for each pixel, its left neighbour: so all "
        "that was there comes to stand one pixel further right.",
        "",
        (WEIGHTS,),
        (
            Criterion("mean distance from green, moved", "from moved green",
                      "The output and green, moved to the right, are {value} apart in the mean. "
                      "One weight of green’s kernel is to be 1, and all others of the three "
                      "kernels 0.",
                      high=0.001, places=4),
        ),
        (
            Slip("moved left",
                 "That is green moved to the left. A weight right of the middle fetches what lies "
                 "to the right, so the picture goes the other way."),
            Slip("unmoved", "That is green, but it has not moved: its 1 is in the middle."),
            Slip("moved up", "That is green moved up: a weight below the middle fetches from "
                 "below."),
            Slip("moved down",
                 "That is green moved down: a weight above the middle fetches from above."),
            Slip("red moved", "That moves red. Green has its own kernel, in the second row."),
            Slip("blue moved", "That moves blue. Green has its own kernel, in the second row."),
            Slip("all moved",
                 "That moves all three and adds them. Red’s and blue’s kernels are to be 0."),
        ),
    ),
    Challenge(
        "How many numbers",
        "A layer has kernels of {kernel} × {kernel}, {inputs} inputs and {outputs} outputs, each "
        "with a bias. How many numbers does it learn?",
        "What the numbers of a layer are, and how many.",
        "Yes: {kernels} kernels, one for each pair of an input and an output, have {weights} "
        "weights; with a bias for each output that is {right}. The picture’s size is not in it.",
        prediction="parameters",
        wrong=(
            ("one kernel an output", "You counted one kernel for each output. Each output has a "
             "kernel for every input."),
            ("no bias", "You counted all weights. Each output has a bias besides."),
            ("bias a kernel", "You counted a bias for each kernel. There is one for each output: "
             "it is added once, after the sum."),
            ("bias an input", "You counted a bias for each input. There is one for each output."),
            ("one output", "That is one output’s filter and its bias. There are {outputs} of "
             "them."),
            ("one output and all biases", "You counted one output’s kernels, and all biases. Each "
             "output has kernels of its own."),
            ("one kernel an input", "You counted one kernel for each input. Each output has its "
             "own for each of them."),
            ("kernels and biases", "That is how many kernels and biases there are. Each kernel "
             "has many weights."),
        ),
        hint="Count the weights of one kernel, then the kernels of one output, then the outputs; "
        "and the biases.",
        near=0.5,
        places=0,
        sized=True,
    ),
    Challenge(
        "No chequerboard",
        "Each pixel stamps its kernel two pixels further: choose weights that leave the flat grey "
        "flat, with a mean of 0.5 or more.",
        "Where the chequerboards in generated pictures come from.",
        "Yes. Nine, six or four weights meet in an output pixel, by turns; yours add up to the "
        "same each time. A kernel of 4 × 4 would overlap evenly by itself.",
        f"image=sample:grey&size=64&kind=transposed&kernel=5x5&strides=2x2&outputs=1&w.0.0={_FLAT}"
        "&off=1,2",
        (WEIGHTS,),
        (
            Criterion("mean", "mean inside",
                      "The mean inside is {value}: it is to be 0.5 or more.", low=0.5),
            Criterion("deviation ÷ mean", "variation",
                      "It still varies, by {value} of its mean. Nine, six or four weights meet in "
                      "an output pixel, by turns: each time they have to add up to the same.",
                      high=0.01, places=3),
        ),
        (
            Slip("gaps", "Some output pixels are met by no weight but 0, and stay 0: the deviation "
                 "is {value} of the mean."),
            Slip("equal weights",
                 "With all weights the same, nine times, six times or four times that weight comes "
                 "together, by turns: the deviation is {value} of the mean."),
        ),
    ),
    Challenge(
        "Blind",
        "Blind the network for this face: leave out at most four of the 45 channels of its last "
        "layer, so that every score is below 0.",
        "How many channels a network’s decision rests on.",
        "Yes: the highest score is below 0 now, and the network finds no face. Those few channels "
        "carried it.",
        "network=faces",
        ("off",),
        (
            Criterion("channels left out", "left out",
                      "{value} channels are left out; four are the most.", high=4, places=0,
                      scale=(0, 8)),
            Criterion("highest score", "highest",
                      "It still finds a face: the highest score is {value}. Leave out channels "
                      "with long orange bars in the ledger: they speak for it.",
                      high=-1e-6, asked="below 0", scale=(-1.5, 1.5)),
        ),
    ),
    Challenge(
        "Seeing further",
        "Three layers of 3 × 3 see 7 × 7 pixels. Let a number of the last one see exactly 15 × 15, "
        "and keep 160 rows: strides and dilations (under More) may differ, in each layer.",
        "What widens the field that a number sees, and at what cost.",
        "Yes: 1 + 2 × 7 = 15, where the three dilations add up to 7. Strides would see as far, and "
        "throw numbers away.",
        "outputs=3&2.outputs=3&3.outputs=1",
        ("strides", "dilations", "layer"),
        (
            Criterion("pixels seen, a side", "field",
                      "A number of the last layer sees {value} × {value} pixels. Each layer adds "
                      "2 × its dilation × the strides before it to the 1 that it starts from.",
                      low=15, high=15, places=0, scale=(0, 30)),
            Criterion("rows of the last output", "rows",
                      "It sees as far as it is to, but has {value} rows: strides throw numbers "
                      "away.", low=160, places=0),
        ),
        (
            Slip("uneven", "A number of the last layer sees {where} pixels, down and across: it "
                 "is to be a square of 15 × 15."),
        ),
    ),
    Challenge(
        "In the corner",
        "A flat grey of 0.6 under a box of nine weights, 1/9 each. Padded with zeros, what is the "
        "output in the corner, row 0, column 0?",
        "What padding does at the edges of a picture.",
        "Yes: {right}. Four of the nine weights lie on the grey, five on zeros: 0.6 · 4/9.",
        "image=sample:grey&outputs=1&w.0.0=box&padding=valid&off=1,2",
        prediction="corner",
        wrong=(
            ("middle", "That is what it is in the middle, or with the edge repeated. The zeros "
             "outside are summed as well."),
            ("edge", "That is what it is along an edge, where three weights lie outside. In the "
             "corner five do."),
            ("one", "One weight alone lies on the corner itself; three more lie on grey beside "
             "it."),
            ("outside", "Those are the five weights that lie outside, and they are on zeros."),
            ("sum", "Those are the four grey pixels, added. Each weighs 1/9."),
            ("nothing", "The zeros lie outside. Four weights still lie on the grey."),
        ),
        hint="Count how many of the nine weights lie on the grey when the window’s middle is in "
        "the corner.",
        near=0.004,
        # So small that the corner's pixel is seen within its mark.
        see="image=sample:grey&size=16&outputs=1&w.0.0=box&off=1,2&i=0&j=0",
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


def refuse_part(of: int | None, answer: float | None) -> None:
    """Refuse an answer that is no whole number where a count is asked for."""
    challenge = challenge_of(of)
    if challenge and challenge.counts and answer is not None and answer != round(answer):
        raise _no_count(plain(answer))


def _no_count(typed: str) -> InvalidValue:
    return InvalidValue(
        f"Your answer is {quoted(typed)}, and a whole number is asked for.",
        "Write it without a point; between thousands a comma may stand.",
        field="answer",
    )


def answer_text(text: str, of: int | None) -> str:
    """Return the text of an answer's field as links write it.

    Where a count is asked for, a comma or a blank may stand between thousands, and no point; any
    other answer may be a fraction.
    """
    challenge, typed = challenge_of(of), text.strip()
    if challenge and challenge.counts:
        if re.fullmatch(r"[0-9]{1,3}([, ’'\u202f][0-9]{3})+", typed):
            return re.sub(r"[^0-9]", "", typed)
        if re.fullmatch(r"[+-]?[0-9]*\.[0-9]*", with_point(typed)) and typed != ".":
            raise _no_count(typed)
    elif match := re.fullmatch(r"([+-]?[0-9]{1,6}) */ *([0-9]{1,6})", with_minus(typed)):
        over, under = (int(each) for each in match.groups())
        return plain(round(over / under, 6)) if under else text
    return with_point(text)


def answer_of(text: str, field: str, limit: float) -> float:
    """Return the number that an answer says; messages call it “Your answer”."""
    if not text.strip():
        raise InvalidValue("Your answer is empty.", "Write a number such as 0.5.", field=field)
    return number(text, field=field, limit=limit, name="Your answer")


def sizes_of(seed: int) -> tuple[int, int, int]:
    """Return a kernel's side, the inputs and the outputs of a seed; of 0: 5, 32, 45."""
    if seed == 0:
        return 5, 32, 45
    mixed = seed * 2_654_435_761 % 2**32  # neighbours are to be unlike
    return (3, 5, 7)[(mixed >> 8) % 3], 8 + (mixed >> 12) % 57, 10 + (mixed >> 20) % 55
