"""Thirty browsers' worth of dragging at once: is everyone served alike, and how soon?

``python -m tests.benchmarks.classroom [BROWSERS] [SECONDS]``.  Each client behaves as the page
does while a weight is dragged: a new value every 1/60 s, one request under way, the newest value
waiting; two maps at 160², over one kept connection.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.benchmarks.load import machine
from tests.web.server import HOST, serving

FRAME = 1 / 60


def dragged(host: str, client: int, until: float, times: list[float], refused: list[int]) -> None:
    """Drag one weight until the time is over; note each answer's seconds, or its status."""
    connection = http.client.HTTPConnection(host, timeout=30)
    change = 0
    while (start := time.perf_counter()) < until:
        change += 1
        weights = f"0,0,0,0,{client + change / 10_000:.4f},0,0,0,0"
        query = f"maps=partial-1,output-0&range=1&w.1.0={weights}"
        connection.request("GET", f"/api/planes?{query}")
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            times.append(time.perf_counter() - start)
        else:
            refused.append(answer.status)
        time.sleep(max(0.0, FRAME - (time.perf_counter() - start)))
    connection.close()


def main(browsers: int = 30, seconds: float = 20) -> None:
    """Run the classroom and print a line for the README."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "store") as server:
        host = f"{HOST}:{server.port}"
        times: list[list[float]] = [[] for _ in range(browsers)]
        refused: list[int] = []
        until = time.perf_counter() + seconds
        threads = [
            threading.Thread(target=dragged, args=(host, client, until, times[client], refused))
            for client in range(browsers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    counts = [len(one) for one in times]
    every = sorted(second for one in times for second in one)
    p95 = every[int(0.95 * (len(every) - 1))]
    print(machine())
    print(
        f"{browsers} at once for {seconds:.0f} s: {sum(counts):,} answers, {len(refused)} refused; "
        f"median {1000 * statistics.median(every):.0f} ms, p95 {1000 * p95:.0f} ms, "
        f"largest {1000 * every[-1]:.0f} ms; {min(counts)} to {max(counts)} pictures each"
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
