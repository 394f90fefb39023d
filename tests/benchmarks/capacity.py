"""How many people a server is enough for, from what an answer costs.

``python -m tests.benchmarks.capacity [SECONDS] [OTHER CHECKOUT]`` prints, in one run and by turns:

- `/api/planes` as an edit asks for them (two maps, weights that nobody asked for before), at 160²
  and 256², by one process and by two workers: answers a second, and milliseconds of all processes
  of the server for each;
- a settle, the figure part of the page and its maps, in the same milliseconds;
- what is answered at four times the rate that two workers manage at best, a second and for each
  second that the server had of the processors, since what asks works on the same ones;
- from these, what 300 and 10,000 people need.
"""

from __future__ import annotations

import contextlib
import http.client
import math
import os
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.load import experiments, machine
from tests.benchmarks.settle import PART, pictures
from tests.web.ending import launched
from tests.web.server import HOST, ROOT

CLIENTS, ROUNDS, WORKERS = 8, 3, 2
SIZES = (160, 256)
SETTLES = 40
TIMES_TOO_MANY = 4
PLACES = 400
"""Requests under way at once where too many ask."""
DRAGGING, ASKED_A_SECOND, DRAG = 0.1, 10, 3.0
"""Who drags at any moment, what each asks for, and the seconds after which one rests (a settle)."""
BUSY = 0.7
"""How busy a core may be for answers to stay quick."""
MIB_A_WORKER = 350
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Running:
    """A server and its processes."""

    name: str
    first: int
    port: int

    def seconds(self) -> float:
        """What its processes have had of the processors so far."""
        return sum(self._seconds(pid) for pid in self._family(self.first))

    def _family(self, pid: int) -> Iterator[int]:
        yield pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from self._family(int(child))

    def _seconds(self, pid: int) -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextlib.contextmanager
def servers(folder: Path, other: str) -> Iterator[list[Running]]:
    """One process by waitress, of another checkout too, and workers by granian."""
    many = f"{WORKERS} workers"
    kinds: dict[str, tuple[str, list[str]]] = {
        **({f"one process of {Path(other).name}": (other, [])} if other else {}),
        "one process": (str(ROOT), []),
        many: (str(ROOT), ["serve", "--workers", str(WORKERS)]),
    }
    with contextlib.ExitStack() as stack, (folder / "log").open("w") as log:
        found: list[Running] = []
        for name, (root, words) in kinds.items():
            store = folder / str(len(found))
            command = [sys.executable, f"{root}/app.py", *words, "--port", "0"]
            environment = {**os.environ, "PYTHONPATH": root}
            started = launched([*command, "--store", str(store)], stderr=log, env=environment)
            process, port = stack.enter_context(started)
            found.append(Running(name, process.pid, port))
        yield found


def asked_for(port: int, size: int, until: float, counted: Counter[int]) -> None:
    """Ask for planes over one connection until a time, and count the answers by their status."""
    chance = random.Random()  # noqa: S311  (weights that nobody asked for before)
    with socket.create_connection((HOST, port), 30) as sock, sock.makefile("rb") as answers:
        while time.perf_counter() < until:
            weights = ",".join(f"{chance.uniform(-1, 1):.5f}" for _ in range(9))
            query = f"size={size}&maps=partial-1,output-0&range=1&w.1.0={weights}"
            sock.sendall(f"GET /api/planes?{query} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            status, length = int(answers.readline().split()[1]), 0
            while line := answers.readline().strip():
                name, _, value = line.lower().partition(b":")
                length = int(value) if name == b"content-length" else length
            answers.read(length)
            counted[status] += 1


def in_threads(work: Callable[[], None], many: int) -> None:
    """Do so many at once, and wait for all."""
    threads = [threading.Thread(target=work) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def planes(server: Running, size: int, seconds: float) -> tuple[float, float]:
    """Answers a second, and the server's milliseconds for each."""
    counted: Counter[int] = Counter()
    before, began = server.seconds(), time.perf_counter()
    in_threads(lambda: asked_for(server.port, size, began + seconds, counted), CLIENTS)
    assert set(counted) == {200}, counted
    took = time.perf_counter() - began
    return counted[200] / took, 1e3 * (server.seconds() - before) / counted[200]


def fetched(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """The status and body of an answer; 0 if there was none."""
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def status_of(port: int, path: str) -> int:
    """The status of an answer, read to its end, 0 if there was none; asked with as little work.

    Who asks works on the server's own cores here.
    """
    try:
        with socket.create_connection((HOST, port), 30) as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            first = answer = sock.recv(2**16)
            while answer:
                answer = sock.recv(2**16)
    except OSError:
        return 0
    return int(first.split(b" ", 2)[1]) if first else 0


def settles(server: Running, size: int) -> float:
    """The server's milliseconds for a settle: the figure, and maps that were not shown before."""
    shown: set[str] = set()
    before = 0.0
    for at in range(SETTLES + 3):
        if at == 3:  # what is made once is made
            before = server.seconds()
        weights = ",".join(f"{0.1 + (at + tap) / 4000:.5f}" for tap in range(9))
        _, body = fetched(server.port, f"/?size={size}&w.0.0={weights}", **PART)
        wanted = pictures(body.decode()) - shown
        assert all(fetched(server.port, path)[0] == 200 for path in wanted)
        shown |= wanted
    return 1e3 * (server.seconds() - before) / SETTLES


@dataclass
class Goodput:
    """How requests were answered, in how many seconds, and what the server had of the cores."""

    found: Counter[int]
    took: float
    worked: float

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return self.found[200] / self.took

    @property
    def yielded(self) -> float:
        """Right answers for each second of a core's work."""
        return self.found[200] / self.worked


def answered(server: Running, ask: Callable[[Counter[int]], None], many: int) -> Goodput:
    """What so many threads were answered."""
    found: Counter[int] = Counter()
    before, began = server.seconds(), time.perf_counter()
    in_threads(partial(ask, found), many)
    return Goodput(found, time.perf_counter() - began, server.seconds() - before)


def goodput(server: Running, seconds: float) -> tuple[Goodput, Goodput]:
    """What is answered at best, and at four times that rate."""
    ahead = iter(experiments(random.randrange(10**6)))  # noqa: S311  (a load, no secret)
    lock = threading.Lock()

    def in_turn(found: Counter[int]) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            with lock:
                path = next(ahead)
            found[status_of(server.port, path)] += 1

    answered(server, in_turn, CLIENTS)  # first what is made once
    best = answered(server, in_turn, CLIENTS)
    rate = TIMES_TOO_MANY * best.rate
    began = time.perf_counter()
    turn = iter(range(int(rate * seconds)))

    def keep_pace(found: Counter[int]) -> None:
        while True:
            with lock:
                at = next(turn, None)
                path = next(ahead, "/")
            if at is None:
                return
            time.sleep(max(0.0, began + at / rate - time.perf_counter()))
            found[status_of(server.port, path)] += 1

    return best, answered(server, keep_pace, PLACES)


def needed(people: int, planes_ms: float, settle_ms: float) -> str:
    """What so many people need."""
    each = DRAGGING * (ASKED_A_SECOND * planes_ms + settle_ms / DRAG) / 1e3
    cores = people * each / BUSY
    whole, drag = math.ceil(cores), people * DRAGGING
    return (
        f"{people:,} people: {drag:,.0f} drag, {drag * ASKED_A_SECOND:,.0f} answers a second, "
        f"{people * each:.1f} cores' work, so {whole:,} cores and as many workers, "
        f"{whole * MIB_A_WORKER / 1024:.1f} GiB"
    )


def main(seconds: float = 5.0, other: str = "") -> None:
    """Measure and print."""
    print(machine(), f"load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), other) as running:
        *_, one, many = running
        costs = {}
        for size in SIZES:
            found: dict[str, list[tuple[float, float]]] = {server.name: [] for server in running}
            for server in running:
                planes(server, size, 1.0)
            for _ in range(ROUNDS):
                for server in running:
                    found[server.name].append(planes(server, size, seconds))
            rates = {n: statistics.median(r for r, _ in each) for n, each in found.items()}
            costs[size] = {n: statistics.median(c for _, c in each) for n, each in found.items()}
            told = "; ".join(
                f"{name} {rates[name]:.0f}/s, {costs[size][name]:.1f} ms" for name in rates
            )
            ratio = rates[many.name] / rates[one.name]
            print(f"/api/planes at {size}²: {told}; × {ratio:.2f}", flush=True)
        resting = {size: settles(many, size) for size in SIZES}
        for size, cost in resting.items():
            print(f"a settle at {size}²: {cost:.1f} ms", flush=True)
        best, over = goodput(many, 2 * seconds)
        counted = ", ".join(f"{status}: {count:,}" for status, count in sorted(over.found.items()))
        print(
            f"different experiments: {best.rate:.0f}/s at best, {over.rate:.0f}/s of "
            f"{TIMES_TOO_MANY} times as many ({over.rate / best.rate:.2f}; {counted}); for each "
            f"second of a core {best.yielded:.0f} and {over.yielded:.0f} "
            f"({over.yielded / best.yielded:.2f})"
        )
        for people in (300, 10_000):
            print(needed(people, costs[SIZES[-1]][many.name], resting[SIZES[-1]]))


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else 5.0, *sys.argv[2:3])
