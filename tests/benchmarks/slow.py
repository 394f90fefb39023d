"""Hundreds of slow and dripping clients, and how soon ``/healthz`` answers meanwhile.

``python -m tests.benchmarks.slow [CLIENTS]`` prints the figures; 900 clients if left out.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.load import machine, percentile
from tests.web.crowd import Crowd
from tests.web.server import Server, serving

BURSTS = 5


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    clients = int(arguments[0]) if arguments else 900
    firsts = []
    for at in range(BURSTS):  # each with a new server, which has nothing left to do from before
        with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "store") as server:
            with Crowd(server.port, clients):
                firsts += healthz_seconds(server, 1)
                if at == BURSTS - 1:
                    times = healthz_seconds(server, 200)
                    files, memory = server.open_files(), server.status("VmRSS") / 1024
            status, _ = server.get("/maps/sum.png")
    print(machine())
    print(f"{clients} slow and dripping clients: {files} open files, {memory:.0f} MiB")
    print(f"/healthz, 200 new connections meanwhile: {told(times)}; a map after them: {status}")
    print(f"/healthz behind all of them as they arrive at once, {BURSTS} bursts: {told(firsts)}")


def healthz_seconds(server: Server, times: int) -> list[float]:
    """How long ``/healthz`` took, so many times, each over a new connection."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        status, _ = server.get("/healthz")
        found.append(time.perf_counter() - began)
        assert status == 200
        time.sleep(0.02)
    return found


def told(seconds: Sequence[float]) -> str:
    """The middle and the end of some times."""
    return ", ".join(
        f"{name} {percentile(seconds, at) * 1000:.1f} ms"
        for name, at in (("median", 50), ("p99", 99), ("largest", 100))
    )


if __name__ == "__main__":
    main(sys.argv[1:])
