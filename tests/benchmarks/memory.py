"""Ten people in ten layers of the face network at 400²: how much memory the server takes.

``python -m tests.benchmarks.memory [SECONDS]``.  Each has a picture and a layer, and in turn opens
the page, the drawing and the sheet of all partials, points at pixels, and drags a weight.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.benchmarks.load import machine
from tests.web.server import Server, serving

PEOPLE = (
    *(("portrait", 1), ("cat", 2), ("coffee", 3), ("portrait", 4), ("cat", 5)),
    *(("coffee", 6), ("portrait", 7), ("cat", 7), ("coffee", 5), ("portrait", 3)),
)
"""Each one's picture and layer."""


def visited(server: Server, who: int, until: float, statuses: list[int]) -> None:
    """Work in one layer until the time is over; note every answer's status."""
    image, layer = PEOPLE[who]
    base = f"network=faces&image=sample:{image}&size=400&layer={layer}"
    name = f"{layer}.w" if layer > 1 else "w"
    change = 0
    while time.perf_counter() < until:
        change += 1
        query = f"{base}&{name}.0.0.1.1={who / 10 + change / 10_000:.4f}"
        asked = (
            f"/?{query}",
            f"/maps/partials.png?{query}",
            f"/stage.svg?{query}",
            *(f"/api/probe?{query}&i={at}&j={at}" for at in range(5)),
            f"/api/planes?{query}&maps=partial-0,output-0,rest" if layer > 1 else f"/?{base}",
        )
        statuses.extend(server.get(each)[0] for each in asked)


def main(seconds: float = 30) -> None:
    """Run the ten and print a line for the figures."""
    print(machine())
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "store") as server:
        server.get("/")
        before = server.status("VmRSS") / 1024
        statuses: list[int] = []
        until = time.perf_counter() + seconds
        threads = [
            threading.Thread(target=visited, args=(server, who, until, statuses))
            for who in range(len(PEOPLE))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        now, peak = (server.status(name) / 1024 for name in ("VmRSS", "VmHWM"))
    told = {status: statuses.count(status) for status in sorted(set(statuses))}
    print(f"{len(PEOPLE)} people for {seconds:.0f} s: {told}; {before:.0f} MiB before, ", end="")
    print(f"{now:.0f} after, {peak:.0f} at most")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
