"""The fixtures that the page's scripts share with the engine.

Each is worked out here by plain rules that use none of the engine's code, compared with the file,
and then with the engine; ``tests/js/*.test.js`` compares the scripts with the same files.
``python -m tests.js.test_shared`` writes them anew.
"""

import itertools
import json
import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from multiconv import activation, partials
from multiconv.drawing.beam import beam_of
from multiconv.drawing.ledger import ledger
from multiconv.engine.geometry import Geometry, TransposedGeometry
from multiconv.errors import InvalidValue
from multiconv.experiment.numbers import number, plain, weight_text, with_point
from multiconv.figure import reach
from multiconv.figure.kernel import Kernel, Weight, tint
from multiconv.figure.ledger import voices_of
from multiconv.figure.pixel import level_kind
from multiconv.figure.stamps import stamp_of
from multiconv.imaging.colour import indices, palette, step
from multiconv.imaging.packed import differences

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def padded(side, before, after, mode):
    """Input index behind each index of the padded input, as NumPy pads; −1 for a zero."""
    numbers = np.arange(side)
    if mode == "zeros":
        return np.pad(numbers, (before, after), constant_values=-1).tolist()
    return np.pad(numbers, (before, after), mode=MODES[mode]).tolist()


def worked_window(geometry, i, j):
    found = {}
    for axis, at, names in (
        (0, i, ("rows", "sourceRows", "rowTaps")),
        (1, j, ("cols", "sourceCols", "colTaps")),
    ):
        side, (before, after) = geometry["input"][axis], geometry["pads"][axis]
        stride, gap = geometry["strides"][axis], geometry["dilations"][axis]
        count = geometry["kernel"][axis]
        if geometry.get("transposed"):
            stamps = [
                (place if 0 <= place < side else -1, tap)
                for place in range(-40, side + 40)
                for tap in range(count)
                if place * stride + tap * gap - before == at
            ]
            places = [place for place, _ in stamps]
            found |= dict(zip(names, (places, places, [tap for _, tap in stamps]), strict=True))
            continue
        taps = [at * stride + gap * tap for tap in range(count)]
        known = padded(side, before, after, geometry["mode"])
        inside = padded(side, before, after, "zeros")
        worked = [inside[tap] for tap in taps], [known[tap] for tap in taps], [*range(count)]
        found |= dict(zip(names, worked, strict=True))
    return found


def worked_feeds(geometry, row, col):
    """Which outputs an input pixel feeds, axis by axis, by looking through every window."""
    found = {"row": row, "col": col}
    for axis, place, name, of, by in (
        (0, row, "rows", "sourceRows", "rowTaps"),
        (1, col, "cols", "sourceCols", "colTaps"),
    ):
        found[name] = []
        for at in range(geometry["output"][axis]):
            window = worked_window(geometry, at * (axis == 0), at * (axis == 1))
            found[name] += [
                [at, tap]
                for source, tap in zip(window[of], window[by], strict=True)
                if source == place
            ]
    return found


def worked_geometry():
    cases = []
    for mode, kernel, strides, pads, gaps in itertools.product(
        ("zeros", *MODES),
        ([1, 1], [3, 3], [2, 5]),
        ([1, 1], [2, 3]),
        ([[0, 0], [0, 0]], [[1, 1], [2, 2]], [[0, 1], [3, 0]]),
        ([1, 1], [2, 1]),
    ):
        size = [6, 9]
        output = [
            (size[a] + sum(pads[a]) - (kernel[a] - 1) * gaps[a] - 1) // strides[a] + 1
            for a in (0, 1)
        ]
        geometry = {
            "input": size,
            "kernel": kernel,
            "strides": strides,
            "pads": pads,
            "dilations": gaps,
            "mode": mode,
            "output": output,
        }
        cases.append(worked_case(geometry))
    return [*cases, *(worked_case(geometry) for geometry in transposed())]


def worked_case(geometry):
    last = [side - 1 for side in geometry["output"]]
    windows = [
        {"i": i, "j": j, **worked_window(geometry, i, j)}
        for i, j in ((0, 0), last, [side // 2 for side in geometry["output"]])
    ]
    feeds = [worked_feeds(geometry, row, col) for row, col in ((0, 0), (5, 8), (3, 4))]
    return {"geometry": geometry, "windows": windows, "feeds": feeds}


def transposed():
    """Sizes of transposed layers: strides below and beyond the kernel, dilation, uneven cuts."""
    for kernel, strides, pads, gaps, more in (
        ([5, 5], [2, 2], [[2, 2], [2, 2]], [1, 1], [1, 1]),
        ([4, 4], [2, 2], [[1, 1], [1, 1]], [1, 1], [0, 0]),
        ([4, 3], [1, 3], [[0, 0], [0, 1]], [1, 1], [0, 0]),
        ([3, 2], [2, 4], [[1, 0], [0, 0]], [2, 1], [1, 0]),
        ([1, 3], [1, 1], [[0, 0], [1, 1]], [1, 2], [0, 0]),
    ):
        size = [6, 9]
        output = [
            (size[a] - 1) * strides[a] + (kernel[a] - 1) * gaps[a] + 1 - sum(pads[a]) + more[a]
            for a in (0, 1)
        ]
        yield {
            "input": size,
            "kernel": kernel,
            "strides": strides,
            "pads": pads,
            "dilations": gaps,
            "mode": "zeros",
            "output": output,
            "transposed": True,
        }


def stamped(geometry):
    """How many stamps lie on each output pixel, by stamping them one by one."""
    rows, columns = geometry["output"]
    counts = np.zeros((rows, columns), int)
    steps, gaps, pads = (geometry[name] for name in ("strides", "dilations", "pads"))
    for row, column in np.ndindex(*geometry["input"]):
        for di, dj in np.ndindex(*geometry["kernel"]):
            i = row * steps[0] + di * gaps[0] - pads[0][0]
            j = column * steps[1] + dj * gaps[1] - pads[1][0]
            if 0 <= i < rows and 0 <= j < columns:
                counts[i, j] += 1
    return counts


def worked_reach():
    cases = []
    for geometry in transposed():
        counts = stamped(geometry)
        steps, high, wide = geometry["strides"], *counts.shape
        far = stamped({**geometry, "input": [40, 40], "pads": [[0, 0]] * 2, "output": [60, 60]})
        middle = far[30 : 30 + steps[0], 30 : 30 + steps[1]]
        half = [
            (side - 1) * gap / 2
            for side, gap in zip(geometry["kernel"], geometry["dilations"], strict=True)
        ]
        for i, j in ((0, 0), (high // 2, wide // 2), (high // 2, wide // 2 + 1), (high - 1, 1)):
            beside = [
                (i + down, j + across, where)
                for down, across, where in ((0, 1, "right"), (0, -1, "left"), (1, 0, "lower"))
                if 0 <= i + down < high and 0 <= j + across < wide
            ]
            beside += [(i - 1, j, "upper")] if i else []
            other = [each for each in beside if counts[each[:2]] != counts[i, j]]
            window = worked_window(geometry, i, j)
            dots = []
            for row, column in np.ndindex(*geometry["input"]):
                y = row * steps[0] - geometry["pads"][0][0] + half[0] - i
                x = column * steps[1] - geometry["pads"][1][0] + half[1] - j
                if abs(y) <= np.ceil(half[0]) + 1 and abs(x) <= np.ceil(half[1]) + 1:
                    reaches = row in window["rows"] and column in window["cols"]
                    dots.append({"x": x, "y": y, "kind": "reaches" if reaches else "near"})
            top, left = min(max(i - 2, 0), high - 5), min(max(j - 3, 0), wide - 6)
            grid = counts[top : top + 5, left : left + 6]
            kinds = np.where(
                grid == middle.max(), "most", np.where(grid <= middle.min(), "fewest", "some")
            )
            rows, columns = ({each for each in window[a] if each >= 0} for a in ("rows", "cols"))
            cases.append(
                {
                    "geometry": geometry,
                    "i": i,
                    "j": j,
                    "corner": [top, left],
                    "counts": grid.tolist(),
                    "kinds": kinds.tolist(),
                    "neighbour": dict(zip(("i", "j", "where"), (other or beside)[0], strict=True)),
                    "dots": dots,
                    "path": f"Followed back: {len(rows)} × {len(columns)} of z."
                    if rows and columns
                    else "Followed back: nothing of z reaches it.",
                    "beam": worked_beam(geometry, i, j),
                }
            )
    return cases


FACES = (60.0, -40.0, 0.0, 80.0, 10.0, 50.0), (180.5, -90.25, 0.0, 240.0, 5.5, 300.0)


def worked_beam(geometry, i, j):
    """The input pixel whose stamp covers an output pixel most centrally, by trying all, on faces.

    The faces are large: no side is as short as the least.
    """
    steps, gaps, kernel = (geometry[name] for name in ("strides", "dilations", "kernel"))
    high, wide = geometry["output"]
    best = None
    for row, column in np.ndindex(*geometry["input"]):
        rows = [row * steps[0] + d * gaps[0] - geometry["pads"][0][0] for d in range(kernel[0])]
        columns = [
            column * steps[1] + d * gaps[1] - geometry["pads"][1][0] for d in range(kernel[1])
        ]
        off = abs(np.mean(rows) - i), abs(np.mean(columns) - j)
        if i in rows and j in columns and (best is None or off < best[0]):
            best = off, row, column, rows, columns
    if best is None:
        return None
    _, row, column, rows, columns = best
    ends = (
        (row / 6, (row + 1) / 6, column / 9, (column + 1) / 9),
        (
            *(max(rows[0], 0) / high, min(rows[-1] + 1, high) / high),
            *(max(columns[0], 0) / wide, min(columns[-1] + 1, wide) / wide),
        ),
    )
    pixel, patch = (
        [
            [round(a * u + e, 2), round(b * u + d * v + f, 2)]
            for u, v in ((left, top), (right, top), (right, bottom), (left, bottom))
        ]
        for (a, b, _, d, e, f), (top, bottom, left, right) in zip(FACES, ends, strict=True)
    )
    return {"at": row * 9 + column, "pixel": pixel, "patch": patch}


# fmt: off
NUMBERS = {
    "read": [
        ["0", 0], ["-0", 0], [" −0.25 ", -0.25], ["+1e0", 1], [".5", 0.5], ["5.", 5],
        ["1E-3", 0.001], ["\t7\r\n", 7], ["1000000", 1e6], ["1000001", None], ["1_0", None],
        ["\uff11", None],
        ["nan", None], ["inf", None], ["", None], ["-", None], ["0x10", None], ["1,5", None],
        ["\u00a01", None],
        ["1e400", None], ["--1", None], ["1 2", None], [".", None],
        # What word processors make of a minus: hyphens, figure and en dash, small and wide ones.
        ["\u20101", -1], ["\u20111", -1], ["\u20121", -1], ["\u20130.5", -0.5], ["\ufe631", -1],
        ["\uff0d1", -1], ["1e\u20133", 0.001], ["\u20141", None], ["\u20131\u20132", None],
        ["0,5", None], ["1\u202f000", None], ["1\u200b", None], ["\u0665", None], ["\u00bd", None],
    ],
    # A field that holds one number reads a decimal comma; thousands are not told from decimals.
    "own": [
        ["0,5", 0.5], ["\u22120,25", -0.25], ["\u20131,5", -1.5], [",5", 0.5], ["+2,75", 2.75],
        [" 1,5 ", 1.5], ["0,125", 0.125], ["1,5e-3", 0.0015], ["12,3456", 12.3456], ["0.5", 0.5],
        ["1,234", None], ["-12,500", None], ["1,234,567", None], ["1,234.5", None],
        ["1,2,3", None], ["0,,5", None],
        ["0,5,", None], ["5,", None], [",", None], ["1, 5", None], ["1.234,5", None],
    ],
    "named": [
        ["1/3", "no fractions"], ["1,2,3", ""], ["abc", ""], ["0,5", "a point, not a comma"],
        ["1,234", "a point before decimals and nothing between thousands"],
        ["1,234.5", "a point before decimals and nothing between thousands"],
        ["\u00a01", "no character U+00A0, which cannot be seen"],
        ["1\u202f000", "no character U+202F, which cannot be seen"],
        ["1\u200b", "no character U+200B, which cannot be seen"],
        ["\ufeff1", "no character U+FEFF, which cannot be seen"],
        ["\u30001", "no character U+3000, which cannot be seen"],
        ["\uff11.5", "no “１”"], ["\u0665", "no “٥”"], ["\u00bd", "no “½”"], ["2\u00b2", "no “²”"],
        ["\u20141", "no “—”"], ["\u20151", "no “―”"],
    ],
    "plain": [
        [1e-07, "0.0000001"], [2.0, "2"], [-0.25, "-0.25"], [1e6, "1000000"], [0.1, "0.1"],
        [-1.5e-09, "-0.0000000015"], [123456.789, "123456.789"], [0, "0"],
    ],
    "field": [
        [-0.05, "−0.05"], [1 / 9, "0.1111"], [-123456.5, "−123456.5"], [0.0001234, "0.000123"],
        [1e-07, "1e−07"], [-4.391e-05, "−0.0000439"], [9.996e-06, "0.00001"], [1.5, "1.5"],
        [2 / 3, "0.6667"], [100000, "100000"], [-1 / 3, "−0.3333"],
        [0.99999, "1"],
    ],
}
TINTS = [
    [0, 1, "z"], [0.06, 1, "z"], [0.0625, 1, "p1"], [-0.0625, 1, "n1"], [1, 1, "p8"], [-3, 1, "n8"],
    [0.1, 0.2, "p4"], [-0.05, 0.2, "n2"], [51, 255, "p2"],
]
PATCHES = [  # numbers, columns, range; of every tint its squares
    [
        [1, 1, 0, -1, -1, -1], 3, 1,
        {"p8": "M0 0h2v1h-2z", "z": "M2 0h1v1h-1z", "n8": "M0 1h3v1h-3z"},
    ],
    [
        [0.5, 0, 0, 0.5], 2, 1,
        {"p4": "M0 0h1v1h-1zM1 1h1v1h-1z", "z": "M1 0h1v1h-1zM0 1h1v1h-1z"},
    ],
    [[2], 1, 2, {"p8": "M0 0h1v1h-1z"}],
]
LEVELS = [[0, "g0 dark"], [15, "g0 dark"], [127, "g7 dark"], [128, "g8"], [255, "g15"]]
# fmt: on


def worked_colours():
    """RGBA of indices 0…254: alpha grows with the distance from 127; and some planes' indices."""
    table = palette()
    return {
        "palette": table.tobytes().hex(),
        "indices": [0, 127, 254, 64, 200, 1, 126, 128],
        "rgba": [table[at].tolist() for at in (0, 127, 254, 64, 200, 1, 126, 128)],
    }


def worked_differences():
    """Bytes of a picture, and each one's difference from what its neighbours would foretell."""
    rows = [[7, 9, 255, 0, 127], [8, 10, 0, 254, 127], [200, 1, 13, 77, 128]]

    def at(i, j):
        return rows[i][j] if i >= 0 and j >= 0 else 0

    found = [
        [(at(i, j) - at(i, j - 1) - at(i - 1, j) + at(i - 1, j - 1)) % 256 for j in range(5)]
        for i in range(3)
    ]
    return {"bytes": rows, "differences": found}


LEDGERS = [
    (
        ([0.5, -0.25, 0.0, 1.0], -0.5, [True] * 4),
        "2 of 4 say yes, loudest 3 (+1.000); 1 says no: 1 (−0.250); 1 adds nothing.",
    ),
    (
        ([-1.0, -2.0, 0.25], 0.75, [True] * 3),
        "1 of 3 says yes: 2 (+0.250); 2 say no, loudest 1 (−2.000).",
    ),
    (
        ([0.0] * 4, 0.0, [True, False, True, False]),
        "None says yes; none says no; 2 add nothing; 2 take no part.",
    ),
    (
        ([0.0, -2.0, 0.25], 0.0, [False, True, True]),
        "1 of 2 says yes: 2 (+0.250); 1 says no: 1 (−2.000); 1 takes no part.",
    ),
]


def worked_ledger():
    """Bars between 6 and 84, the running sum having room: by a plain look at every level."""
    cases = []
    for (subtotals, bias, adds), voices in LEDGERS:
        levels = [sum(subtotals[: count + 1]) for count in range(len(subtotals))]
        total = sum(subtotals) + bias
        every = [0.0, bias, total, *subtotals, *levels]
        unit = 78 / (max(every) - min(every)) if any(every) else 0.0
        zero = 6 + max(every) * unit
        bars = [
            {
                "y": round(zero - max(value, 0) * unit, 4),
                "height": round(abs(value) * unit, 4),
                "sign": "nothing" if value == 0 else "for" if value > 0 else "against",
            }
            for value in (*subtotals, bias, total)
        ]
        said = {"subtotals": subtotals, "bias": bias, "voices": voices, "adds": adds}
        cases.append({**said, "zero": round(zero, 4), "bars": bars})
    return cases


def worked_preview():
    """Colour indices of what channels add and of their output, by plain loops over levels."""
    rng = np.random.default_rng(11)
    cases = []
    for kernel, pads, name, bias, channels, strides, dilations in (
        ([3, 3], [[1, 1], [1, 1]], "identity", 0.0, 3, [1, 1], [1, 1]),
        ([5, 5], [[2, 2], [2, 2]], "relu", -0.25, 3, [1, 1], [1, 1]),
        ([2, 4], [[0, 1], [1, 2]], "tanh", 0.5, 3, [1, 1], [1, 1]),
        ([3, 1], [[0, 0], [0, 0]], "gelu", 0.1, 1, [1, 1], [1, 1]),
        ([1, 1], [[2, 0], [0, 3]], "leaky", -0.1, 2, [1, 1], [1, 1]),
        ([5, 5], [[2, 2], [2, 2]], "relu", 0.1, 3, [2, 2], [1, 1]),
        ([2, 3], [[4, 1], [0, 7]], "identity", 0.2, 2, [1, 3], [2, 3]),
        ([3, 2], [[0, 0], [0, 0]], "relu", 0.0, 2, [4, 1], [3, 4]),
    ):
        size = [9, 11]
        spans = [(kernel[a] - 1) * dilations[a] + 1 for a in (0, 1)]
        output = [(size[a] + sum(pads[a]) - spans[a]) // strides[a] + 1 for a in (0, 1)]
        levels = rng.integers(0, 256, (channels, *size)).tolist()
        kernels = rng.normal(size=(channels, *kernel)).round(2).tolist()
        steps = (strides, dilations)
        partials = [
            worked_partial(levels[q], kernels[q], pads, output, *steps) for q in range(channels)
        ]
        sums = [
            [bias + sum(p[i][j] for p in partials) for j in range(output[1])]
            for i in range(output[0])
        ]
        whole = [[activated(name, value) for value in row] for row in sums]
        geometry = {"input": size, "kernel": kernel, "strides": strides, "pads": pads}
        cases.append(
            {
                "geometry": {**geometry, "dilations": dilations, "mode": "zeros", "output": output},
                "levels": [list(itertools.chain(*plane)) for plane in levels],
                "kernels": [list(itertools.chain(*rows)) for rows in kernels],
                "bias": bias,
                "activation": name,
                "range": 2,
                "partials": [worked_indices(partial, 2) for partial in partials],
                "output": worked_indices(whole, 2),
            }
        )
    return cases


def worked_learning():
    """Two channels of one row of two weights that learn, step by step: no power is taken."""
    turn = [[0.6, -0.8, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 0.28, 0.96], [0, 0, -0.96, 0.28]]
    values, ends, means = [0.0, 0.02, 0.5, 1.1], [0.4, 1.5, -0.7, 0.25], [0.5, 0.25, 0.5, 0.125]
    missing, level, floor, four = [0.0, -1.5, 0.75, 0.5], 0.2, 0.003, range(4)
    spread = [[sum(turn[a][e] * values[e] * turn[b][e] for e in four) for b in four] for a in four]
    goal = [sum(turn[a][e] * ends[e] for e in four) for a in four]
    start = [goal[a] + sum(turn[a][e] * missing[e] for e in four) for a in four]
    cases = []
    for rate, last in ((0.8, 400), (0.95, 7)):
        weights, stands = start, []
        for taken in range(31):
            away = [weights[a] - goal[a] for a in four]
            slope = [2 * sum(spread[a][b] * away[b] for b in four) for a in four]
            loss = floor + sum(away[a] * slope[a] / 2 for a in four)
            bias = level - sum(means[a] * weights[a] for a in four)
            own = [[numbers[q::2] for q in (0, 1)] for numbers in (weights, slope)]
            if taken <= last:
                said = {"step": taken, "loss": loss, "bias": bias}
                stands.append(said | {"weights": own[0], "gradient": own[1]})
            weights = [weights[a] - rate * slope[a] for a in four]
        way = {"rate": rate, "level": level, "floor": floor, "last": last, "means": means}
        way |= {"values": values, "vectors": turn, "ends": ends, "missing": missing}
        cases.append({"way": way | {"target": {"kernels": [[], []]}}, "stands": stands})
    return rounded(cases)


def rounded(said):
    if isinstance(said, dict):
        return {name: rounded(each) for name, each in said.items()}
    if isinstance(said, list):
        return [rounded(each) for each in said]
    return round(said, 9)


def worked_partial(levels, kernel, pads, output, strides=(1, 1), dilations=(1, 1)):
    """One channel's part, from the definition."""
    found = [[0.0] * output[1] for _ in range(output[0])]
    for i, j in itertools.product(range(output[0]), range(output[1])):
        for di, dj in itertools.product(range(len(kernel)), range(len(kernel[0]))):
            row = strides[0] * i + dilations[0] * di - pads[0][0]
            column = strides[1] * j + dilations[1] * dj - pads[1][0]
            if 0 <= row < len(levels) and 0 <= column < len(levels[0]):
                found[i][j] += levels[row][column] / 255 * kernel[di][dj]
    return found


def activated(name, value):
    """An activation from its definition."""
    return {
        "identity": value,
        "relu": max(value, 0.0),
        "tanh": math.tanh(value),
        "leaky": value if value > 0 else value / 100,
        "gelu": value * (1 + math.erf(value / math.sqrt(2))) / 2,
    }[name]


def worked_indices(plane, extent):
    return [127 + round(127 * min(max(value / extent, -1), 1)) for row in plane for value in row]


WORKED = {
    "geometry.json": worked_geometry,
    "reach.json": worked_reach,
    "numbers.json": lambda: NUMBERS,
    "tints.json": lambda: {"tints": TINTS, "levels": LEVELS, "patches": PATCHES},
    "colours.json": worked_colours,
    "differences.json": worked_differences,
    "ledger.json": worked_ledger,
    "preview.json": worked_preview,
    "learning.json": worked_learning,
}


@pytest.mark.parametrize("name", WORKED)
def test_the_file_is_up_to_date(name):
    assert json.loads((FIXTURES / name).read_text(encoding="utf-8")) == json.loads(
        json.dumps(WORKED[name]())
    )


def test_who_says_yes_and_no_is_said_alike():
    for (subtotals, _, adds), voices in LEDGERS:
        assert voices_of(subtotals, adds) == voices


def engines(said):
    """The engine's geometry of the sizes that a fixture says."""
    kind = TransposedGeometry if said.get("transposed") else Geometry
    return kind(
        tuple(said["input"]),
        tuple(said["kernel"]),
        tuple(said["strides"]),
        tuple(map(tuple, said["pads"])),
        tuple(said["dilations"]),
        said["mode"],
        tuple(said["output"]),
    )


def test_what_reaches_a_pixel_is_counted_alike():
    for case in worked_reach():
        shape, at, (top, left) = engines(case["geometry"]), (case["i"], case["j"]), case["corner"]
        assert reach.corner(shape, *at) == (top, left)
        assert reach.neighbour(shape, *at) == tuple(case["neighbour"].values())
        dots = [asdict(dot) for dot in reach.dots_around(shape, *at) if dot.kind != "none"]
        assert {dot.pop("tint") for dot in dots} == {""}  # values are the page's alone
        assert dots == case["dots"]
        for row, (counts, kinds) in enumerate(zip(case["counts"], case["kinds"], strict=True)):
            for column, (count, kind) in enumerate(zip(counts, kinds, strict=True)):
                place = top + row, left + column
                assert (reach.count_at(shape, *place), reach.kind_at(shape, *place)) == (
                    count,
                    kind,
                )
        assert reach.path_words([shape], ["z"], *at) == case["path"]


def test_a_beam_leads_from_the_input_pixel_whose_stamp_is_nearest():
    for case in worked_reach():
        shape, expected = engines(case["geometry"]), case["beam"]
        stamp = stamp_of(shape, case["i"], case["j"])
        if expected is None:
            assert stamp is None
            continue
        assert stamp.pixel.row * 9 + stamp.pixel.column == expected["at"]
        beam = beam_of(stamp, (shape.input_size, shape.output_size), FACES)
        np.testing.assert_allclose(beam.pixel, expected["pixel"], atol=0.011)
        np.testing.assert_allclose(beam.patch, expected["patch"], atol=0.011)
    assert any(case["beam"] is None for case in worked_reach())


def test_the_engine_finds_the_same_windows():
    for case in worked_geometry():
        geometry = engines(case["geometry"])
        for window in case["windows"]:
            found = geometry.window_of(window["i"], window["j"])
            assert list(found.rows) == window["rows"]
            assert list(found.cols) == window["cols"]
            assert list(found.source_rows) == window["sourceRows"]
            assert list(found.source_cols) == window["sourceCols"]
            assert list(found.row_taps) == window["rowTaps"]
            assert list(found.col_taps) == window["colTaps"]
        for fed in case["feeds"]:
            assert geometry.outputs_of(fed["row"], fed["col"]) == tuple(
                (i, j, di, dj) for i, di in fed["rows"] for j, dj in fed["cols"]
            )


@pytest.mark.parametrize(("text", "value"), NUMBERS["read"])
def test_numbers_are_read_as_strictly_here(text, value):
    if value is None:
        with pytest.raises(InvalidValue):
            number(text, field="w.0.0", limit=1e6)
    else:
        assert number(text, field="w.0.0", limit=1e6) == value


@pytest.mark.parametrize(("text", "value"), NUMBERS["own"])
def test_a_field_of_one_number_reads_a_decimal_comma(text, value):
    if value is None:
        with pytest.raises(InvalidValue):
            number(with_point(text), field="bias", limit=1e6)
    else:
        assert number(with_point(text), field="bias", limit=1e6) == value


@pytest.mark.parametrize(("text", "words"), NUMBERS["named"])
def test_what_looks_like_a_number_is_named(text, words):
    with pytest.raises(InvalidValue) as caught:
        number(text, field="bias", limit=1e6)
    said = caught.value.remedy
    assert said.startswith(f"Write {words}" if words else "Write a decimal number")


def test_numbers_are_written_alike():
    assert [plain(value) for value, _ in NUMBERS["plain"]] == [text for _, text in NUMBERS["plain"]]
    assert [weight_text(value) for value, _ in NUMBERS["field"]] == [
        text for _, text in NUMBERS["field"]
    ]


@pytest.mark.parametrize(("numbers", "columns", "extent", "drawn"), PATCHES)
def test_pictures_of_kernels_are_drawn_alike(numbers, columns, extent, drawn):
    values = np.array(numbers, float).reshape(-1, columns)
    tones = np.array([step(value, extent) for value in numbers]).reshape(values.shape)
    weights = tuple(tuple(Weight("", "", 0, tone, "") for tone in row) for row in tones.tolist())
    kernel = Kernel("w.0.0", "", "", weights, "", "", pictured=True)
    assert {tint(tone): d for tone, d in kernel.patches} == drawn


def test_tints_are_chosen_alike():
    assert [tint(step(value, extent)) for value, extent, _ in TINTS] == [name for *_, name in TINTS]
    assert [level_kind(level) for level, _ in LEVELS] == [kind for _, kind in LEVELS]


def test_differences_are_the_same_there():
    worked = worked_differences()
    found = differences(np.array(worked["bytes"], np.uint8))
    assert found.tolist() == worked["differences"]


def test_the_ledger_is_drawn_alike():
    for case in worked_ledger():
        found = ledger(case["subtotals"], case["bias"])
        assert found.zero == pytest.approx(case["zero"], abs=0.006)
        for bar, worked in zip(found.every, case["bars"], strict=True):
            assert (bar.y, bar.height) == pytest.approx((worked["y"], worked["height"]), abs=0.006)
            assert bar.sign == worked["sign"]


def test_what_is_drawn_ahead_is_the_engines_within_a_level():
    for case in worked_preview():
        size, kernel, pads, found = (
            case["geometry"][name] for name in ("input", "kernel", "pads", "output")
        )
        x = np.moveaxis(np.array(case["levels"]).reshape(-1, *size), 0, 2) / 255
        filters = np.moveaxis(np.array(case["kernels"]).reshape(-1, *kernel), 0, 2)[..., None]
        padding = tuple(map(tuple, pads))
        steps = {name: tuple(case["geometry"][name]) for name in ("strides", "dilations")}
        parts = partials(x, filters, k=0, padding=padding, **steps)
        whole = activation(case["activation"])(parts.sum(2) + case["bias"])
        assert list(whole.shape) == found
        for q, worked in enumerate(case["partials"]):
            apart = indices(parts[..., q], case["range"]).astype(int).ravel() - worked
            assert abs(apart).max() <= 1
        assert abs(indices(whole, case["range"]).astype(int).ravel() - case["output"]).max() <= 1


def test_zero_is_transparent_and_the_ends_are_not():
    colours = worked_colours()
    (zero,) = indices(np.zeros((1, 1)), 1.0).ravel().tolist()
    alpha = dict(zip(colours["indices"], (rgba[3] for rgba in colours["rgba"]), strict=True))
    assert alpha[zero] == 0
    assert alpha[0] > 250
    assert alpha[254] > 250


if __name__ == "__main__":
    for file, work in WORKED.items():
        lines = json.dumps(work(), ensure_ascii=False)
        (FIXTURES / file).write_text(lines + "\n", encoding="utf-8")
