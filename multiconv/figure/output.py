"""The output: the summed channel, its colour bar, how its size comes about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from multiconv.drawing.marks import unused
from multiconv.engine.geometry import Geometry
from multiconv.experiment.edit import OUTPUT_WIDTH
from multiconv.experiment.model import ALL, Layer
from multiconv.experiment.numbers import decimal, grouped, weight_text
from multiconv.figure.channels import Channel
from multiconv.figure.kernel import weight_scale
from multiconv.figure.planes import Absent
from multiconv.figure.rows import (
    MapPicture,
    Pictures,
    Words,
    has_each,
    has_ledger,
    map_picture,
    value_of,
)
from multiconv.imaging.bands import nothing
from multiconv.tracing.trace import Trace

EACH = "Every map has a range of its own, and this bar is the output’s: colours do not compare."


@dataclass(frozen=True, slots=True)
class Bar:
    """The colour bar: the range at its ends, what lies beyond them, whose range it is.

    ``held`` says so where the link fixes the range, and how much lies beyond it; ``ends`` what the
    full colour is on each kind of map, of many.
    """

    low: str
    high: str
    clipped: str
    warning: str
    held: str
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """The chosen output channel: its picture, its colour bar, how its shape comes about."""

    k: int
    picture: MapPicture
    bar: Bar
    i: int
    j: int
    reshaped: bool
    shape: str
    formula: str
    multiply_adds: str

    @property
    def last_pixel(self) -> int:
        """The number of its last pixel, counted row by row from 0."""
        return self.picture.rows * self.picture.columns - 1

    @property
    def below(self) -> int:
        """How much lower a square picture would end."""
        return OUTPUT_WIDTH - self.picture.height


def output_of(
    trace: Trace, channels: Sequence[Channel], pictures: Pictures, *, pictured: bool = False
) -> Output:
    """Return the output of a trace; ``pictured`` tells that its kernels stand as pictures."""
    shape, layer, k = trace.layer.geometry, trace.experiment.layer, trace.experiment.focus.k
    rows, columns = shape.output_size
    inputs = len(channels)
    sizes = ((*shape.input_size, inputs), (rows, columns, layer.outputs))
    adds = shape.multiply_adds(inputs // layer.groups, layer.outputs)
    title = f"Output channel {k}: a dot stands for every row, every column"
    caption: tuple[Words, ...] = (
        Words(f"output[·,·,{k}]", "index", title=title),
        value_of(trace, trace.layer.output, "output"),
    )
    called, output = f"Output channel {k}", trace.layer.output
    if not trace.experiment.sums:
        called, output = "No output", nothing(shape.output_size)
        caption = (Words("no output: nothing is summed"),)
    picture = map_picture(
        trace,
        pictures if trace.experiment.sums else Absent(),
        f"output-{k}",
        output,
        "output",
        called,
        caption,
    )
    if not trace.experiment.sums:
        hatched = f"M0 0H{columns}V{rows}H0Z"
        picture = replace(picture, values="nothing is summed", unused=hatched)
    return Output(
        k,
        picture,
        bar_of(trace, channels, pictured),
        *trace.pixel,
        reshaped=shape.output_size != shape.input_size,
        shape=" → ".join(" × ".join(map(str, size)) for size in sizes),
        formula=shape_words(shape, layer),
        multiply_adds=grouped(adds),
    )


def bar_of(trace: Trace, channels: Sequence[Channel], pictured: bool) -> Bar:
    """Return the colour bar of the partials and their sum, or with own ranges the output's."""
    end = weight_text(trace.range_of(trace.layer.output))
    warning = EACH if has_each(trace) else ""
    beyond, held = _beyond(trace, channels), _held(trace)
    return Bar(f"−{end}", f"+{end}", beyond, warning, held, _ends(trace, pictured))


def _held(trace: Trace) -> str:
    """Return that the range holds still and how much lies beyond it; nothing if it does not."""
    extent = trace.experiment.view.range
    if extent is None:
        return ""
    pixels = sum(rows * columns for rows, columns in (plane.shape for plane in trace.maps))
    beyond = sum(counts.below + counts.above for counts in trace.clipped)
    share = 100 * beyond / max(pixels, 1)
    much = "nothing" if not beyond else "under 1 %" if share < 1 else f"{decimal(share, 0)} %"
    most = f"{much} of all maps’ pixels" if beyond else much
    return f"scale held at ±{weight_text(extent)} · {most} beyond it"


def _beyond(trace: Trace, channels: Sequence[Channel]) -> str:
    """Return how many pixels of which maps lie beyond the ends of the bar, in words."""
    names = [
        *(f"what {channel.name} adds" for channel in channels if channel.adds),
        *(["the output"] if trace.experiment.sums else []),
    ]
    told = []
    if has_ledger(trace):
        return _many_beyond(trace)
    for name, plane, counts in zip(names, trace.maps, trace.clipped, strict=True):
        end = weight_text(trace.range_of(plane))
        for count, sign, words in ((counts.below, "−", "below"), (counts.above, "+", "above")):
            if count:
                noun = "pixel" if count == 1 else "pixels"
                told.append(f"{count:,} {noun} of {name} {words} {sign}{end}")
    return "; ".join(told)


def _many_beyond(trace: Trace) -> str:
    """Return how many pixels of the output, and of all partials, lie beyond their ranges."""
    counts = [each.below + each.above for each in trace.clipped]
    partials = counts[: len(counts) - trace.experiment.sums]
    told = []
    if trace.experiment.sums and counts[-1]:
        told.append(f"{_pixels(counts[-1])} of the output")
    if any(partials):
        among = sum(count > 0 for count in partials)
        adding = "one input adds" if among == 1 else f"{among} inputs add"
        told.append(f"{_pixels(sum(partials))} of what {adding}")
    return "; ".join(told)


def _pixels(count: int) -> str:
    return f"{count:,} pixel{'s' * (count != 1)}"


def _ends(trace: Trace, pictured: bool) -> str:
    """Return what the full colour is on each kind of map, where partials may have a gain."""
    if not has_ledger(trace) or has_each(trace):
        return ""
    end, added = weight_text(trace.range), enumerate(trace.layer.partials)
    one = weight_text(trace.range / trace.gain)
    gain = f" (× {trace.gain})" if trace.gain > 1 else ""
    if trace.experiment.focus.rows == ALL:
        output = f"output ±{end}; " * trace.experiment.sums
        return f"Full colour: {output}what one adds ±{one}{gain}."
    left = sum(each is not None and q not in trace.rows for q, each in added)
    first = ["output"] * trace.experiment.sums + [f"the other {left}"] * (left > 0)
    kernels = (
        "each kernel its own largest"
        if pictured
        else f"kernels ±{weight_text(weight_scale(trace))}"
    )
    inputs = weight_text(trace.input_range(trace.inputs))
    told = f"{', '.join([*first, 'inputs'])} ±{end}"
    if inputs != end:
        told = f"{', '.join(first)} ±{end}, z ±{inputs}"
    return f"Full colour: {told}; what one adds ±{one}{gain}; {kernels}."


def shape_words(shape: Geometry, layer: Layer) -> str:
    """Return the output's size as a formula with its numbers, the padding, and what is unused.

    ``out = ⌈160 / 2⌉ = 80; pads 0 before and 1 after`` for a stride of 2.
    """
    rows, columns = (_side(shape, axis, layer.padding == "SAME") for axis in (0, 1))
    told = [f"out = {rows}" if rows == columns else f"rows = {rows}; columns = {columns}"]
    if layer.padding == "SAME":
        told.append(_pads(shape))
    if shape.transposed:
        return "; ".join(told)
    down, across = unused(shape)
    left = [
        f"{count} {noun}s" if count > 1 else noun
        for count, noun in ((down, "row"), (across, "column"))
        if count
    ]
    if left:
        told.append(f"the last {' and '.join(left)} are not reached")
    return "; ".join(told)


def _side(shape: Geometry, axis: int, same: bool) -> str:
    n, k, s, d = (
        pair[axis] for pair in (shape.input_size, shape.kernel_size, shape.strides, shape.dilations)
    )
    (before, after), out = shape.pads[axis], shape.output_size[axis]
    if shape.transposed:
        return f"{n} · {s} = {out}" if same else _grown(shape, axis)
    if same:
        return f"⌈{n} / {s}⌉ = {out}"
    padded = f"{n} + {before} + {after}" if before or after else f"{n}"
    reach = f"({k} − 1)·{d} − 1" if d > 1 else f"{k}"
    return f"⌊({padded} − {reach}) / {s}⌋ + 1 = {out}"


def _grown(shape: Geometry, axis: int) -> str:
    """Return how large a transposed layer's output is: what the stamps cover, and what is cut."""
    n, k, s, d = (
        pair[axis] for pair in (shape.input_size, shape.kernel_size, shape.strides, shape.dilations)
    )
    (before, after), more = shape.pads[axis], shape.output_padding[axis]
    reach = f"({k} − 1)·{d} + 1" if d > 1 else f"{k}"
    cut = f" − {before} − {after}" if before or after else ""
    added = f" + {more}" if more else ""
    return f"({n} − 1)·{s} + {reach}{cut}{added} = {shape.output_size[axis]}"


def _pads(shape: Geometry) -> str:
    (top, bottom), (left, right) = shape.pads
    word, none = "pads", "no padding is needed"
    if shape.transposed:
        word, none = "cuts", "nothing is cut"
    if (top, bottom) == (left, right):
        if top == bottom:
            return f"{word} {top} on every side" if top else none
        return f"{word} {top} before and {bottom} after"
    return f"{word} {top} above, {bottom} below, {left} left, {right} right"
