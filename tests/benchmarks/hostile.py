"""How much processor time the named bombs take: `python -m tests.benchmarks.hostile`.

The decoder's process itself is measured, as the system counts it; the least of three.
"""

from __future__ import annotations

import os
from pathlib import Path

from multiconv.errors import MultiConvError
from multiconv.experiment.model import LIMITS
from multiconv.imaging.sandbox import IsolatedDecoder
from tests.imaging.hostile import BOMBS, SAMPLE, bases, hostile

TIMES = 3
MOST = 1.5


def processor_seconds(decoder: IsolatedDecoder) -> float:
    """Of the decoder's process, as Linux counts them."""
    stat = Path(f"/proc/{decoder._process.child.pid}/stat").read_text()  # type: ignore[union-attr]  # it has begun
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cost(decoder: IsolatedDecoder, body: bytes) -> tuple[float, str]:
    """The least seconds of a few, and what came of it."""
    least, came = float("inf"), ""
    for _ in range(TIMES):
        before = processor_seconds(decoder)
        try:
            height, width, _ = decoder.decoded(body).pixels.shape
            came = f"{width} × {height}"
        except MultiConvError as error:
            came = error.problem
        least = min(least, processor_seconds(decoder) - before)
    return least, came


def main() -> None:
    decoder = IsolatedDecoder(LIMITS, seconds=60)
    decoder.decoded(bases()["PNG RGB"])
    costs = {}
    for name, made in BOMBS.items():
        body = made()
        costs[name], came = cost(decoder, body)
        print(f"{costs[name]:5.2f} s  {len(body) / 1e6:6.2f} MB  {name}: {came:.70}")
    slowest = max((cost(decoder, hostile(i)[1])[0], hostile(i)[0]) for i in SAMPLE)
    print(f"{slowest[0]:5.2f} s  the slowest of {len(SAMPLE)} generated files: {slowest[1]}")
    over = [name for name, seconds in costs.items() if seconds >= MOST]
    print(f"all under {MOST} s" if not over else f"over {MOST} s: {', '.join(over)}")
    decoder.close()


if __name__ == "__main__":
    main()
