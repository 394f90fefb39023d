"""The figure, and the figure as one drawing that needs nothing else.

A `Figure` is what the page, ``/stage.svg`` and notebooks show alike: a picture, a number or a
caption that one of them is to have is said here or in the part it belongs to, and all have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from multiconv.experiment.edit import OUTPUT_WIDTH, ROW_WIDTH, Form
from multiconv.experiment.words import (
    kernel_count_words,
    origin_words,
    pooling_words,
    sentence,
    what_if_words,
)
from multiconv.figure.channels import Channel, channels_of
from multiconv.figure.kernel import Kernel
from multiconv.figure.layers import ROOMS, Layers, Stacked, layers_of
from multiconv.figure.ledger import STILL, Ledger, RowLinks, ledger_of
from multiconv.figure.output import Output, output_of
from multiconv.figure.outputs import InColour, in_colour_of
from multiconv.figure.planes import ramp
from multiconv.figure.reach import Reach, reach_of
from multiconv.figure.rest import Rest, rest_of
from multiconv.figure.rows import ROW_HEIGHT, TIGHT, MapPicture, Pictures, Row, Words, rows_of
from multiconv.figure.sight import Sight, sight_of
from multiconv.figure.sum import Sum, sum_of
from multiconv.figure.volumes import Volumes, volumes_of
from multiconv.imaging.colour import ORANGE, VIOLET
from multiconv.tracing.trace import Trace

WIDTH = 1440
STAMPS = "stamps"
"""What an input does with its kernel in a transposed layer, where else a star stands."""
_PLANE, _KERNEL, _PARTIAL, _SUM, _RESULT = 340, 536, 736, 900, 1040  # left edges of the columns
_TIGHT, _SIDE = (316.0, 404.0, 546.0, 688.0, 788.0), 100  # the same for many inputs
LEDGER_TOP, _RIGHT = 52.0, 1340.0
_TOP, _LEAST, _LINE = 40, 590, 16
_UNDER, _FOOT = 46, 185  # characters on a line under the output, and at the foot
_LARGEST, _NUMBERED = 52.0, 20  # a weight's square, and one too small for a number
_SHARES = (0, 0.09, 0.17, 0.24, 0.31, 0.38, 0.45, 0.52, 0.58)  # the style sheet's tints


@dataclass(frozen=True, slots=True)
class Figure:
    """What is said of one trace: its inputs, the rows, the sum, the output, the volumes.

    ``title`` is the experiment in a sentence, ``origin`` whose filters they are, ``what_if`` what
    is computed in place of the sum, if anything is; ``star`` stands between a plane and its kernel;
    what rows add is drawn ``gain`` times as strong as the sum.
    """

    title: str
    origin: str
    what_if: str
    star: str
    channels: tuple[Channel, ...]
    rows: tuple[Row, ...]
    sum: Sum
    output: Output
    volumes: Volumes
    layers: Layers | None = None
    sight: Sight | None = None
    reach: Reach | None = None
    rest: Rest | None = None
    ledger: Ledger | None = None
    pooling: str = ""
    gain: int = 1
    kernels: str = ""
    in_colour: InColour | None = None

    @property
    def is_tight(self) -> bool:
        """Whether it is of many channels, so that words stand beside the pictures of its rows."""
        return any(channel.source for channel in self.channels)

    @property
    def maps(self) -> tuple[MapPicture, ...]:
        """The maps that take part: the inputs, what they add, the output."""
        partials = (row.partial for row in self.rows if row.channel.adds)
        output = () if self.sum.apart else (self.output.picture,)
        return (*(row.plane for row in self.rows), *partials, *output)


def figure_of(
    trace: Trace,
    pictures: Pictures,
    *,
    title: str = "",
    form: Form | None = None,
    all_faces: bool = True,
    outputs: Stacked | None = None,
    turns: RowLinks = STILL,
) -> Figure:
    """Return the figure of a trace.

    ``form`` holds texts to show in place of the kernels' own; without ``all_faces`` other outputs
    than the chosen one have no picture on their slab; ``outputs`` has those of the last layer;
    ``turns`` lead to other rows.
    """
    experiment, shape = trace.experiment, trace.layer.geometry
    channels = channels_of(trace)
    rows = rows_of(trace, channels, pictures, form)
    sight, reach = sight_of(trace), reach_of(trace)
    rest = rest_of(trace, channels, pictures, turns)
    return Figure(
        title or sentence(experiment, shape.input_size, shape.output_size),
        origin_words(experiment.layer, experiment.focus.k, experiment.network),
        what_if_words(experiment),
        _between(trace),
        channels,
        rows,
        sum_of(trace, rows, pictures, rest),
        output_of(trace, channels, pictures, pictured=rows[0].kernel.pictured),
        volumes_of(
            trace,
            channels,
            pictures,
            all_faces=all_faces,
            strong=trace.rows,
            low=sight is not None or reach is not None,
        ),
        layers_of(trace, pictures, outputs),
        sight,
        reach,
        rest,
        ledger_of(trace, channels, turns),
        pooling_words(experiment.layer),
        trace.gain,
        "" if experiment.layer.pools else kernel_count_words(experiment.layer),
        in_colour_of(trace, pictures, turns),
    )


def _between(trace: Trace) -> str:
    """Return what stands between a plane and its kernel."""
    if trace.layer.geometry.transposed:
        return STAMPS
    return "∗" if trace.experiment.focus.what_if == "flipped" else "⋆"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of words where it stands; what kind they are tells their type."""

    x: float
    y: float
    parts: tuple[Words, ...]
    role: str = ""
    anchor: Literal["start", "middle", "end"] = "start"
    size: float = 13


@dataclass(frozen=True, slots=True)
class Placed:
    """A map where it stands, with the rectangle of the window or pixel on it."""

    x: float
    y: float
    picture: MapPicture
    mark: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Square:
    """A weight where it stands, in its colour, and whether it reaches the pinned pixel."""

    x: float
    y: float
    side: float
    fill: str
    outlined: bool = False


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small picture where it stands, in its frame."""

    x: float
    y: float
    address: str
    role: str
    thick: float = 1.1
    side: float = 64


@dataclass(frozen=True, slots=True)
class RestBar:
    """What is for the rest's sum, or against it, where it stands."""

    x: float
    y: float
    width: float
    sign: Literal["for", "against"]
    height: float = 14


@dataclass(frozen=True, slots=True)
class Stage:
    """The drawing: everything placed."""

    height: float
    pictures: tuple[Placed, ...]
    squares: tuple[Square, ...]
    texts: tuple[Text, ...]
    sum_top: float
    ramp_top: float
    sum_left: float = _SUM
    bars: tuple[RestBar, ...] = ()
    tiles: tuple[Thumb, ...] = ()


def stage_of(figure: Figure) -> Stage:
    """Return the drawing of a figure."""
    return _tight_stage(figure) if figure.is_tight else _roomy_stage(figure)


def _roomy_stage(figure: Figure) -> Stage:
    rows, output = figure.rows, figure.output
    tall = ROW_HEIGHT * (len(rows) - 1) + ROW_WIDTH
    first: float = _TOP + max(0, OUTPUT_WIDTH - tall) // 2
    pictures, squares, texts = [], [], []
    for at, row in enumerate(rows):
        top = first + ROW_HEIGHT * at
        middle, caption = top + ROW_WIDTH / 2, top + ROW_WIDTH + 17
        numbered = () if figure.pooling else tuple(_squares(row.kernel, top))
        squares += [square for square, _ in numbered]
        texts += [text for _, text in numbered if text]
        pictures += [
            _placed(row.plane, _PLANE, top, ROW_WIDTH),
            _placed(row.partial, _PARTIAL, top, ROW_WIDTH),
        ]
        name = Words(row.channel.label, "name")
        between, named = caption, Words(row.kernel.name, "index")
        if figure.pooling:
            between, named = middle + 6, Words(figure.pooling)
        texts += [
            Text(_PLANE, caption, (name, *row.plane.caption), row.channel.role),
            _star(figure, _PLANE + 178, middle, 20),
            Text(_KERNEL + 80, between, (named,), anchor="middle"),
            Text(_PARTIAL - 18, middle + 6, (Words("="),), anchor="middle", size=20),
            Text(_PARTIAL, caption, row.partial.caption),
        ]
    top = first + (tall - OUTPUT_WIDTH) / 2
    result = _placed(output.picture, _RESULT, top, OUTPUT_WIDTH)
    foot = top + OUTPUT_WIDTH
    under = list(_under(figure, foot))
    height, last = _foot(figure, max(first + ROW_HEIGHT * len(rows), under[-1].y))
    texts += [*last, *under]
    return Stage(height, (*pictures, result), tuple(squares), tuple(texts), first, foot + 34)


def _tight_stage(figure: Figure) -> Stage:
    """Return the drawing of many inputs: the ledger above tight rows, words at their curves."""
    label, plane, kernel, partial, curves = _TIGHT
    first: float = LEDGER_TOP + 140 if figure.ledger else _TOP
    pictures, squares, texts, bars = [], [], [], []
    for at, row in enumerate(figure.rows):
        top = first + TIGHT * at
        squares += [square for square, _ in _squares(row.kernel, top, kernel, _SIDE)]
        pictures.append(_placed(row.plane, plane, top, _SIDE))
        pictures.append(_placed(row.partial, partial, top, _SIDE))
        texts += [
            Text(label, top + 13, (Words(row.channel.label, "name"),), row.channel.role),
            Text(label, top + 30, (Words(row.channel.source),), size=12),
            Text(label, top + 46, (Words(row.place, "index"),)),
            _star(figure, plane + 121, top + 48, 18),
            Text(partial - 21, top + 54, (Words("="),), anchor="middle", size=18),
            *_said(row.partial, curves + 8, top),
        ]
    if rest := figure.rest:
        top = first + TIGHT * len(figure.rows)
        pictures.append(_placed(rest.picture, partial, top, _SIDE))
        texts += [
            Text(label, top + 13, (Words(rest.title, "name"),), "input", size=12),
            Text(plane, top + 28, (Words(rest.gains, "value"), Words(rest.from_gains))),
            Text(plane, top + 82, (Words(rest.losses, "value"), Words(rest.from_losses))),
            Text(partial - 21, top + 54, (Words("="),), anchor="middle", size=18),
            *_said(rest.picture, curves + 8, top),
        ]
        bars = [
            RestBar(plane, top + 35, rest.bars[0], "for"),
            RestBar(plane, top + 52, rest.bars[1], "against"),
        ]
    if ledger := figure.ledger:
        texts += [
            Text(label, LEDGER_TOP - 12, (Words(ledger.title),)),
            Text(_RIGHT, LEDGER_TOP - 12, (Words(ledger.headline.words, "value"),), anchor="end"),
        ]
    picture = figure.output.picture
    result = Placed(_RESULT, first, picture, _mark_on(picture, _RESULT, first))
    foot = first + picture.height
    under = list(_under(figure, foot))
    tiles, named = _tiles(figure, under[-1].y + 8)
    under += named
    rows = len(figure.sum.junction.curves)
    height, last = _foot(figure, max(first + TIGHT * rows, under[-1].y))
    texts += [*last, *under]
    return Stage(
        height,
        (*pictures, result),
        tuple(squares),
        tuple(texts),
        first,
        foot + 34,
        curves,
        tuple(bars),
        tiles,
    )


def _star(figure: Figure, x: float, y: float, size: float) -> Text:
    """Return what stands between a plane and its kernel; a word is small and leans."""
    if figure.star == STAMPS:
        return Text(x, y + 4, (Words(STAMPS, "verb"),), anchor="middle", size=11)
    star = "→" if figure.pooling else figure.star
    return Text(x, y + 6, (Words(star),), anchor="middle", size=size)


def _said(picture: MapPicture, x: float, top: float) -> Iterator[Text]:
    """Yield what a map says beside it: words above its middle, the value below."""
    first, *others = picture.caption
    yield Text(x, top + 40, (first,), size=12)
    if others:
        yield Text(x, top + 68, tuple(others))


def _foot(figure: Figure, lowest: float) -> tuple[float, list[Text]]:
    """Return the drawing's height, and its last lines: what it shows, and whose filters."""
    last = wrap(f"{figure.title} {figure.origin}", _FOOT)
    height = max(lowest, _LEAST - 20) + 20 + _LINE * len(last)
    return height, [
        Text(26, height - 14 - _LINE * (len(last) - 1 - at), (Words(line),), size=12)
        for at, line in enumerate(last)
    ]


def _under(figure: Figure, foot: float) -> Iterator[Text]:
    """Yield what stands under the output: its caption, the bar's ends, the sum, what is beyond."""
    output, bar = figure.output, figure.output.bar
    place = Words(f"at row {output.i}, column {output.j}")
    if figure.in_colour:
        place = replace(place, text=f"{place.text}: level {figure.in_colour.level}")
    yield Text(
        _RESULT, foot + 20, (*output.picture.caption, *(() if figure.sum.apart else (place,)))
    )
    low = Text(_RESULT, foot + 62, (Words(bar.low),), size=12)
    yield low
    yield replace(low, x=_RESULT + OUTPUT_WIDTH * 0.5, parts=(Words("0"),), anchor="middle")
    yield replace(low, x=_RESULT + OUTPUT_WIDTH, parts=(Words(bar.high),), anchor="end")
    beyond = f"Beyond the scale: {bar.clipped}." if bar.clipped else ""
    y = foot + 90
    held = f"{bar.held[:1].upper()}{bar.held[1:]}." if bar.held else ""
    told = (
        (figure.what_if, "warning"),
        (figure.sum.total, "words"),
        (held, "words"),
        (beyond, "words"),
        (bar.warning, "warning"),
    )
    for words, kind in told:
        for line in wrap(words, _UNDER):
            yield Text(_RESULT, y, (Words(line, kind),))
            y += _LINE


def _tiles(figure: Figure, top: float) -> tuple[tuple[Thumb, ...], list[Text]]:
    """Return the outputs of a generator and the picture they make, in a line, with their names."""
    found = figure.in_colour
    if not found:
        return (), []
    tiles, texts = [], []
    for at, third in enumerate(found.thirds):
        x = _RESULT + 76 * at
        tiles.append(Thumb(x, top, third.picture, third.role, 3 if third.chosen else 1.1))
        name = Words(third.name, "name")
        texts.append(Text(x + 32, top + 80, (name,), third.role, anchor="middle", size=12))
    x = _RESULT + OUTPUT_WIDTH - 64
    tiles.append(Thumb(x, top, found.picture, "output"))
    texts.append(Text(x - 20, top + 38, (Words("→"),), anchor="middle", size=18))
    texts.append(Text(x + 32, top + 80, (Words("G(z)", "verb"),), anchor="middle", size=14))
    return tuple(tiles), texts


def _placed(picture: MapPicture, x: float, top: float, longest: int) -> Placed:
    y = top + (longest - picture.height) / 2
    return Placed(x, y, picture, _mark_on(picture, x, y))


def _mark_on(picture: MapPicture, x: float, y: float) -> tuple[float, float, float, float]:
    across, down = picture.width / picture.columns, picture.height / picture.rows
    mark = picture.mark
    left, upper = x + mark.column * across, y + mark.row * down
    width, height = mark.width * across, mark.height * down
    return round(left, 2), round(upper, 2), round(width, 2), round(height, 2)


def _squares(
    kernel: Kernel, top: float, left: float = _KERNEL, wide: float = ROW_WIDTH
) -> Iterator[tuple[Square, Text | None]]:
    """Yield a kernel's weights in the square of a row, each with its number where there is room."""
    side = min(wide / kernel.side, _LARGEST)
    upper = top + (wide - side * len(kernel.weights)) / 2
    left += (wide - side * kernel.columns) / 2
    gap = 3 if side > _NUMBERED else 0.5
    inner = round(side - gap, 2)
    longest = max(len(weight.text) for row in kernel.weights for weight in row)
    size = round(min(13.0, inner / longest / 0.62), 2)
    for di, row in enumerate(kernel.weights):
        for dj, weight in enumerate(row):
            x, y = round(left + side * dj, 2), round(upper + side * di, 2)
            number = None
            if side > _NUMBERED:
                middle = round(y + inner / 2 + size * 0.35, 2)
                words = (Words(weight.text, "weight"),)
                number = Text(round(x + inner / 2, 2), middle, words, anchor="middle", size=size)
            shown = weight.tone if kernel.pictured else weight.step
            yield Square(x, y, inner, _tint(shown), weight.reaches), number


def _tint(steps: int) -> str:
    """Return the colour of a coarse step, as the page tints its fields, on white."""
    share, ink = _SHARES[abs(steps)], ORANGE if steps > 0 else VIOLET
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in ink)


@cache
def _templates() -> Environment:
    """Return the templates: the wheel's copy, else the checkout's."""
    package = Path(__file__).resolve().parents[1]
    packed = package / "web" / "templates"
    folder = packed if packed.is_dir() else package.parent / "templates"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def stage_svg(figure: Figure) -> str:
    """Return the whole figure as one drawing; its pictures must be within it (`Inline`)."""
    template = _templates().get_template("stage.svg")
    stage = stage_of(figure)
    row = figure.layers.drawings["wide"] if figure.layers else None
    lead = row.height + _LINE if row else 0
    return template.render(
        figure=figure,
        stage=stage,
        lead=lead,
        row_left=26 + round((ROOMS["wide"][0] - row.width) / 2) if row else 0,
        width=WIDTH,
        result=_RESULT,
        ramp=ramp(),
        ledger_top=LEDGER_TOP,
    )
