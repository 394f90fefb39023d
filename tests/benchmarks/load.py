"""The server under load: different experiments at a steady rate, four times too many, very many.

``python -m tests.benchmarks.load [SECONDS] [RENDERS]`` prints figures for the README; 60 seconds
and 10,000 renders if left out.  An experiment is its page or one of its maps, none asked twice.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.web.server import Server, serving

RATE = 25
CLIENTS = 128
KINDS = (
    "/",
    "/maps/sum.png",
    "/maps/output-0.png",
    "/api/experiment",
    "/api/probe",
    "/diagram.svg",
)
SAMPLES = ("portrait", "coffee", "cat", "discs", "edge", "gratings")


@dataclass
class Run:
    """What came of a run: (status, seconds from when it was due) of each request."""

    answers: list[tuple[int, float]] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def statuses(self) -> str:
        """How often each status was answered; 0 stands for none."""
        counted = Counter(status for status, _ in self.answers)
        return ", ".join(f"{status}: {count:,}" for status, count in sorted(counted.items()))

    def seconds(self) -> list[float]:
        """The times of the answers that were 200."""
        return [seconds for status, seconds in self.answers if status == 200]


def machine() -> str:
    """The machine in a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}"


def percentile(values: Sequence[float], at: float) -> float:
    """The value below which so many in a hundred lie; the largest for 100."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * at / 100))] if ordered else float("nan")


def experiments(seed: int) -> list[str]:
    """Endless different experiments, as addresses."""
    chance = random.Random(seed)  # noqa: S311  (to repeat a load, not to hide one)
    found = []
    for at in range(100_000):
        weights = ",".join(f"{chance.uniform(-1, 1):.4f}" for _ in range(9))
        image, path = chance.choice(SAMPLES), KINDS[at % len(KINDS)]
        found.append(f"{path}?image=sample:{image}&w.{chance.randrange(3)}.0={weights}")
    return found


def asked(server: Server, address: str) -> int:
    """The status of one request; 0 if there was no answer."""
    try:
        return server.get(address, timeout=20)[0]
    except OSError:
        return 0


def steady(server: Server, rate: float, seconds: float, seed: int) -> Run:
    """Ask at a rate, whatever the answers; times count from when each was due."""
    run, addresses, lock = Run(), experiments(seed), threading.Lock()

    def one(address: str, due: float) -> None:
        status = asked(server, address)
        with lock:
            run.answers.append((status, time.perf_counter() - due))

    with ThreadPoolExecutor(CLIENTS) as pool:
        began = time.perf_counter()
        for at in range(int(rate * seconds)):
            due = began + at / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            pool.submit(one, addresses[at], due)
            if at % int(rate) == 0:
                run.memory.append(server.status("VmRSS") / 1024)
    return run


def recovery(server: Server) -> float:
    """Seconds until ten requests in a row are answered with 200, each within 500 ms."""
    began, right = time.perf_counter(), 0
    addresses = iter(experiments(77))
    while right < 10:
        started = time.perf_counter()
        good = asked(server, next(addresses)) == 200 and time.perf_counter() - started < 0.5
        right = right + 1 if good else 0
    return time.perf_counter() - began


def many(server: Server, renders: int) -> Run:
    """Ask for very many different experiments, four at a time, as fast as they come."""
    run, addresses = Run(), experiments(5)[:renders]
    with ThreadPoolExecutor(4) as pool:
        step = max(1, renders // 20)
        for at in range(0, renders, step):
            answers = pool.map(lambda address: asked(server, address), addresses[at : at + step])
            run.answers += [(status, 0.0) for status in answers]
            run.memory.append(server.status("VmRSS") / 1024)
            run.files.append(server.open_files())
    return run


def told(values: Sequence[float]) -> str:
    """First, middle and last of a row of values."""
    return f"{values[0]:.0f} → {values[len(values) // 2]:.0f} → {values[-1]:.0f}"


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    seconds = float(arguments[0]) if arguments else 60.0
    renders = int(arguments[1]) if len(arguments) > 1 else 10_000
    print(machine())
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "store") as server:
        steady(server, RATE, 3, seed=1)  # what is made once
        run = steady(server, RATE, seconds, seed=2)
        times = [f"{percentile(run.seconds(), at) * 1000:.0f}" for at in (50, 99, 100)]
        print(f"{RATE} different experiments a second for {seconds:g} s: {run.statuses()}; "
              f"median {times[0]} ms, p99 {times[1]} ms, largest {times[2]} ms; "
              f"memory {told(run.memory)} MiB", flush=True)  # fmt: skip
        run = steady(server, 4 * RATE, seconds, seed=3)
        after = recovery(server)
        times = [f"{percentile(run.seconds(), at) * 1000:.0f}" for at in (50, 99)]
        print(f"{4 * RATE} a second for {seconds:g} s: {run.statuses()}; the 200s with median "
              f"{times[0]} ms, p99 {times[1]} ms; memory {told(run.memory)} MiB; "
              f"as before after {after:.1f} s", flush=True)  # fmt: skip
        run = many(server, renders)
        print(f"{renders:,} renders: {run.statuses()}; memory {told(run.memory)} MiB, "
              f"open files {told(run.files)}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
