"""Hundreds of slow and dripping clients, and how soon ``/healthz`` answers meanwhile.

``python -m tests.benchmarks.slow [CLIENTS]`` prints the figures; 900 clients if left out.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.load import machine, percentile
from tests.web.crowd import Crowd
from tests.web.server import serving


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    clients = int(arguments[0]) if arguments else 900
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "store") as server:
        with Crowd(server.port, clients) as crowd:
            first, *times = crowd.healthz_seconds(200)
            files, memory = server.open_files(), server.status("VmRSS") / 1024
        status, _ = server.get("/maps/sum.png")
    print(machine())
    print(f"{clients} slow and dripping clients: {files} open files, {memory:.0f} MiB")
    told = ", ".join(
        f"{name} {percentile(times, at) * 1000:.1f} ms"
        for name, at in (("median", 50), ("p99", 99), ("largest", 100))
    )
    print(f"/healthz, 199 new connections meanwhile: {told}; a map after them: {status}")
    print(f"/healthz in the queue behind all of them as they arrive at once: {first:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
