"""The engine beside PyTorch and OpenCV, or beside another checkout of this project, as a table.

``python -m tests.benchmarks.engine [--against FOLDER] [--seconds S] [words in a case's name …]``

Every contender computes in one thread of a process of its own checkout (ours has the peers with
it), without OPENBLAS_* variables, which can force an older kernel.  The contenders take turns, one
beginning after the other in each round, and each is warmed before it is timed; the clock is the
processor time of its thread, so that other programs' turns do not count, though their use of shared
caches does.  Printed is the median of each contender's rounds, and of the rounds' ratios.

The ratios depend on the processor: its GFLOP/s in a product of NumPy's are printed with them.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import geometric_mean, median

import numpy as np

Contender = Callable[[], object]
Contenders = dict[str, Contender]
OURS, OTHER = "multiconv", "the other checkout"
_LEAST = 2e-3  # Seconds that a turn takes at least, of as many calls as that needs.
_ROUNDS = 5, 41
_PATIENCE = 1.5  # Seconds a call from which a peer is left out.


def partials_case(size: tuple[int, int], side: int, **how: int) -> Contenders:
    """Three partials and their sum."""
    import multiconv

    rng = np.random.default_rng(0)
    planes = rng.random((3, *size), np.float32)
    kernels = rng.standard_normal((3, side, side)).astype(np.float32)
    x, filters = planes.transpose(1, 2, 0), kernels.transpose(1, 2, 0)[..., np.newaxis]

    def ours():
        added = multiconv.partials(x, filters, 0, **how)
        total = added[..., 0] + added[..., 1]
        total += added[..., 2]
        return total

    def of_torch(run):
        added = run()
        total = added[:, 0] + added[:, 1]
        total += added[:, 2]
        return total

    contenders = {OURS: ours}
    if size[0] * size[1] * side**2 < 3e8:
        runs = torch_layer(planes, kernels[:, np.newaxis], groups=3, **how)
        contenders |= {name: lambda run=run: of_torch(run) for name, run in runs.items()}
    if not how and has("cv2"):
        import cv2

        def opencv():
            added = [
                cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_CONSTANT)
                for plane, kernel in zip(planes, kernels, strict=True)
            ]
            total = added[0] + added[1]
            total += added[2]
            return total

        contenders["OpenCV"] = opencv
    return contenders


def plane_case(size: int, side: int) -> Contenders:
    """One plane, as the page asks for it after one changed weight."""
    from multiconv.engine.conv import partial
    from multiconv.engine.geometry import geometry

    rng = np.random.default_rng(0)
    plane = rng.random((size, size), np.float32)
    kernel = rng.standard_normal((side, side)).astype(np.float32)
    g = geometry(plane.shape, kernel.shape)
    contenders = {OURS: lambda: partial(plane, kernel, g)}
    contenders |= torch_layer(plane[np.newaxis], kernel[np.newaxis, np.newaxis])
    if has("cv2"):
        import cv2

        edge = cv2.BORDER_CONSTANT
        contenders["OpenCV"] = lambda: cv2.filter2D(plane, -1, kernel, borderType=edge)
    return contenders


def layer_case(side: int, c_in: int, c_out: int, kernel: int, **how: int) -> Contenders:
    """A whole layer, of a picture that lies pixel by pixel."""
    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((side, side, c_in), np.float32)
    filters = rng.standard_normal((kernel, kernel, c_in, c_out)).astype(np.float32)
    theirs = torch_layer(x.transpose(2, 0, 1), filters.transpose(3, 2, 0, 1), **how)
    return {OURS: lambda: multiconv.conv2d(x, filters, **how)} | theirs


def transposed_case() -> Contenders:
    """A generator's last layer."""
    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((32, 32, 128), np.float32)
    filters = rng.standard_normal((5, 5, 3, 128)).astype(np.float32)
    return {OURS: lambda: multiconv.conv2d_transpose(x, filters, strides=2)}


def thumbnails_case() -> Contenders:
    """The means of 64 outputs, and of a layer as large."""
    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((512, 512, 3), np.float32)
    filters = rng.standard_normal((3, 3, 3, 64)).astype(np.float32)
    return {
        OURS: lambda: multiconv.thumbnails(x, filters, 4),
        "the whole layer": lambda: multiconv.conv2d(x, filters),
    }


def tiny_case(kernel: int, c_in: int, c_out: int, share: float) -> Contenders:
    """A layer of which such a share of inputs lies below the smallest normal number."""
    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((256, 256, c_in), np.float32)
    filters = rng.standard_normal((kernel, kernel, c_in, c_out)).astype(np.float32)
    tiny = np.where(rng.random(x.shape) < share, x * np.float32(1e-39), x)
    return {
        OURS: lambda: multiconv.conv2d(tiny, filters),
        "ordinary inputs": lambda: multiconv.conv2d(x, filters),
    }


def torch_layer(planes, weights, *, groups=1, strides=1, dilations=1, padding=None) -> Contenders:
    """PyTorch's layer in both of its layouts, where PyTorch is installed."""
    if not has("torch"):
        return {}
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    pad = weights.shape[-1] // 2 * dilations if padding is None else padding
    contenders = {}
    for layout, name in ((torch.contiguous_format, "planes"), (torch.channels_last, "pixels")):
        x = torch.from_numpy(np.ascontiguousarray(planes))[np.newaxis]
        x = x.contiguous(memory_format=layout)
        own = torch.from_numpy(np.ascontiguousarray(weights)).contiguous(memory_format=layout)
        contenders[f"PyTorch, {name}"] = lambda x=x, own=own: torch.nn.functional.conv2d(
            x, own, padding=pad, stride=strides, dilation=dilations, groups=groups
        )
    return contenders


def has(library: str) -> bool:
    """Tell whether a peer is installed."""
    return importlib.util.find_spec(library) is not None


def cases() -> Iterator[tuple[str, Callable[[], Contenders]]]:
    """Yield each case's name and what makes its contenders."""
    for size in ((64, 64), (160, 160), (256, 256), (512, 512), (1024, 1024), (3000, 4000)):
        for side in (3, 5, 7, 11, 15, 31) if size[0] < 3000 else (3, 7, 11, 31):
            name = f"partials {size[0]} × {size[1]}, {side} × {side}"
            yield name, lambda s=size, k=side: partials_case(s, k)
    for at, side in ((160, 3), (160, 5), (256, 3), (256, 7), (512, 3)):
        yield f"one plane {at} × {at}, {side} × {side}", lambda s=at, k=side: plane_case(s, k)
    for word in ("strides", "dilations"):
        for side in (3, 5):
            name = f"partials 512 × 512, {side} × {side}, {word} 2"
            yield name, lambda k=side, h={word: 2}: partials_case((512, 512), k, **h)
        name = f"layer 3 → 16 at 512 × 512, 3 × 3, {word} 2"
        yield name, lambda h={word: 2}: layer_case(512, 3, 16, 3, **h)
    for shape in (
        (256, 3, 4, 3),
        (1024, 3, 4, 3),
        (256, 3, 16, 3),
        (256, 3, 16, 7),
        (256, 3, 64, 3),
        (256, 3, 64, 7),
        (128, 16, 16, 3),
        (128, 16, 32, 3),
        (112, 32, 32, 3),
        (56, 64, 64, 3),
        (56, 64, 64, 1),
        (28, 128, 128, 3),
        (28, 128, 256, 3),
        (28, 256, 256, 3),
    ):
        side, c_in, c_out, kernel = shape
        many = "many channels, " if c_in >= 16 else ""
        name = f"{many}layer {c_in} → {c_out} at {side} × {side}, {kernel} × {kernel}"
        yield name, lambda s=shape: layer_case(*s)
    # The face network's, over a picture of 400².
    for side, c_in, c_out, kernel, step, pad in (
        (400, 3, 16, 5, 2, 0),
        (198, 16, 32, 5, 2, 0),
        (97, 32, 32, 5, 2, 0),
        (47, 32, 45, 5, 1, 2),
        (47, 45, 45, 5, 1, 2),
        (47, 45, 1, 9, 1, 4),
    ):
        name = f"many channels, faces {c_in} → {c_out} at {side} × {side}, {kernel} × {kernel}"
        how = {"strides": step, "padding": pad}
        yield name, lambda s=(side, c_in, c_out, kernel), h=how: layer_case(*s, **h)
    yield "transposed 128 → 3, 32 to 64, 5 × 5", transposed_case
    for kernel, c_in, c_out in ((3, 3, 16), (11, 1, 1), (1, 16, 16), (17, 3, 4)):
        for share in (0.01, 1.0):
            name = f"tiny, {share:.0%} of {c_in} → {c_out}, {kernel} × {kernel}"
            how = kernel, c_in, c_out, share
            yield name, lambda h=how: tiny_case(*h)
    yield "64 thumbnails of 512 × 512", thumbnails_case


def work() -> None:
    """Answer for one checkout: a case's contenders, or the seconds of so many calls of one."""
    made = dict(cases())
    name, contenders = "", {}
    for line in sys.stdin:
        asked, who, times = line.rstrip("\n").split("\t")
        if asked != name:
            name, contenders = asked, made[asked]()
            if has("cv2"):
                import cv2

                cv2.setNumThreads(1)
        if not who:
            print("\t".join(contenders), flush=True)
            continue
        contenders[who]()
        start = time.thread_time()
        for _ in range(int(times)):
            contenders[who]()
        print((time.thread_time() - start) / int(times), flush=True)


class Checkout:
    """A process that computes with the project as it lies in a folder."""

    def __init__(self, folder: Path) -> None:
        clean = {key: v for key, v in os.environ.items() if not key.startswith("OPENBLAS_")}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--work"],
            env=clean | {"PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )

    def ask(self, case: str, who: str = "", times: int = 1) -> str:
        self._process.stdin.write(f"{case}\t{who}\t{times}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")

    def seconds(self, case: str, who: str, times: int = 1) -> float:
        return float(self.ask(case, who, times))


def measured(case: str, here: Checkout, other: Checkout | None, patience: float):
    """Return each contender's seconds a call, round by round."""
    turns = {who: (here, who) for who in here.ask(case).split("\t")}
    if other:
        turns = {OURS: (here, OURS), OTHER: (other, OURS)}
        other.ask(case)
    once = {who: one.seconds(case, own) for who, (one, own) in turns.items()}
    turns = {who: turn for who, turn in turns.items() if once[who] < _PATIENCE or who == OURS}
    times = {who: max(1, int(_LEAST / once[who])) for who in turns}
    a_round = sum(once[who] * (times[who] + 1) for who in turns)
    rounds = int(min(max(patience / a_round, _ROUNDS[0]), _ROUNDS[1]))
    found = {who: np.zeros(rounds) for who in turns}
    names = list(turns)
    for at in range(rounds):
        first = at % len(names)
        for who in names[first:] + names[:first]:
            one, own = turns[who]
            found[who][at] = one.seconds(case, own, times[who])
    return found


def machine() -> str:
    """Return the processor, its GFLOP/s in a product of NumPy's, and the libraries' versions."""
    from threadpoolctl import threadpool_info, threadpool_limits

    one = np.random.default_rng(0).random((512, 512), np.float32)
    taken = []
    with threadpool_limits(1):
        for _ in range(8):
            start = time.thread_time()
            np.matmul(one, one, out=np.empty_like(one))
            taken.append(time.thread_time() - start)
    blas = ", ".join(f"{b['version']} {b.get('architecture')}" for b in threadpool_info())
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    speed = 2 * 512**3 / min(taken) / 1e9
    return f"{cpu}; NumPy {np.__version__} (BLAS {blas}), {speed:.0f} GFLOP/s; one thread, float32"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", type=Path, help="another checkout of this project")
    parser.add_argument("--seconds", type=float, default=8.0, help="for each case")
    parser.add_argument("words", nargs="*", help="that a case's name must hold")
    asked = parser.parse_args()
    here = Checkout(Path(__file__).resolve().parents[2])
    other = Checkout(asked.against.resolve()) if asked.against else None
    print(f"{machine()}; {time.strftime('%Y-%m-%d')}.\n")
    peers = [OTHER] if other else ["PyTorch", "OpenCV", "the whole layer", "ordinary inputs"]
    print(f"| case | ms | {' | '.join(f'÷ {peer}' for peer in peers)} |")
    print(f"|---|{'--:|' * (len(peers) + 1)}")
    ratios: dict[str, list[float]] = {}
    for name, _ in cases():
        if not all(word in name for word in asked.words):
            continue
        found = measured(name, here, other, asked.seconds)
        own, cells = found[OURS], []
        for peer in peers:
            theirs = [rounds for who, rounds in found.items() if who.startswith(peer)]
            best = min(theirs, key=np.median, default=None)
            cells.append("" if best is None else f"{median(own / best):.2f}")
            if best is not None:
                ratios.setdefault(f"{name.split()[0]}, ÷ {peer}", []).append(median(own / best))
        print(f"| {name} | {median(own) * 1e3:.3f} | {' | '.join(cells)} |", flush=True)
    print()
    for kind, values in ratios.items():
        print(f"{kind}: geometric mean {geometric_mean(values):.2f}, largest {max(values):.2f}.")


if __name__ == "__main__":
    if sys.argv[1:] == ["--work"]:
        work()
    else:
        main()
