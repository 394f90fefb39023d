"""The engine beside PyTorch, OpenCV, SciPy and plain NumPy, one thread each, as a table.

Run it with ``python tests/benchmarks/engine.py [words that a case's name must hold]``.  It measures
in a child process without OPENBLAS_* variables, which can force an older kernel.  In each round
every library runs in turn, from another one on each time, twice to warm its memory and the caches
and once by the clock; what is printed is the median of the rounds' ratios, so that a slow moment of
the machine falls on all alike.  The clock is the processor time of this one thread, in which all of
them compute: the turns of other programs do not count, though their use of shared caches does.

The ratios depend on the processor.  The products here are limited by its multiply-adds, so the
GFLOP/s of a product of NumPy's and of PyTorch's are measured in the same run and printed: a
processor that runs AVX-512 instructions in two halves reached about 105 of NumPy's, where the
targets were set on one that reached 214: the zeros of the bands cost twice as much there.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

Contender = Callable[[], object]
PEERS = ("PyTorch", "OpenCV", "SciPy", "plain NumPy")
_SECONDS, _ROUNDS, _PATIENCE = 8.0, (5, 60), 0.7


def plain_partials(planes, kernels):
    """Return the partials' sum by shifting and adding whole planes."""
    side = kernels.shape[-1]
    height, width = planes.shape[1:]
    padded = np.pad(planes, ((0, 0), *((side // 2, side // 2),) * 2))
    total = np.zeros((height, width), planes.dtype)
    for q, di, dj in np.ndindex(*kernels.shape):
        total += padded[q, di : di + height, dj : dj + width] * kernels[q, di, dj]
    return total


def partials_case(size: tuple[int, int], side: int, **how: int) -> dict[str, Contender]:
    import cv2
    import torch
    from scipy import ndimage, signal

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

    stride, dilation = how.get("strides", 1), how.get("dilations", 1)
    pad = side // 2 * dilation
    weights = torch.from_numpy(kernels)[:, np.newaxis]
    stacked = torch.from_numpy(planes)[np.newaxis]

    def pytorch(tensor):
        def run():
            added = torch.nn.functional.conv2d(
                tensor, weights, padding=pad, stride=stride, dilation=dilation, groups=3
            )
            total = added[:, 0] + added[:, 1]
            total += added[:, 2]
            return total

        return run

    def opencv():
        added = [
            cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_CONSTANT)
            for plane, kernel in zip(planes, kernels, strict=True)
        ]
        total = added[0] + added[1]
        total += added[2]
        return total

    def scipy():
        one = ndimage.correlate if side < 13 else signal.oaconvolve
        arguments = {"mode": "constant"} if side < 13 else {"mode": "same"}
        return sum(one(p, k, **arguments) for p, k in zip(planes, kernels, strict=True))

    contenders = {"multiconv": ours}
    if how or size[0] * size[1] * side**2 < 3e8:
        last = stacked.contiguous(memory_format=torch.channels_last)
        contenders |= {"PyTorch, planes": pytorch(stacked), "PyTorch, pixels": pytorch(last)}
    if not how:
        contenders |= {"OpenCV": opencv, "SciPy": scipy}
        contenders["plain NumPy"] = lambda: plain_partials(planes, kernels)
    return contenders


def plane_case(size: int, side: int) -> dict[str, Contender]:
    """One plane, as the page asks for it after one changed weight."""
    import cv2
    import torch

    from multiconv.engine.conv import partial
    from multiconv.engine.geometry import geometry

    rng = np.random.default_rng(0)
    plane = rng.random((size, size), np.float32)
    kernel = rng.standard_normal((side, side)).astype(np.float32)
    shape = geometry(plane.shape, kernel.shape)
    tensor, weights = torch.from_numpy(plane)[None, None], torch.from_numpy(kernel)[None, None]
    return {
        "multiconv": lambda: partial(plane, kernel, shape),
        "PyTorch": lambda: torch.nn.functional.conv2d(tensor, weights, padding=side // 2),
        "OpenCV": lambda: cv2.filter2D(plane, -1, kernel, borderType=cv2.BORDER_CONSTANT),
    }


def layer_case(side: int, c_in: int, c_out: int, kernel: int, **how: int) -> dict[str, Contender]:
    import torch

    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((side, side, c_in), np.float32)
    filters = rng.standard_normal((kernel, kernel, c_in, c_out)).astype(np.float32)
    planes = torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))[np.newaxis]
    weights = torch.from_numpy(np.ascontiguousarray(filters.transpose(3, 2, 0, 1)))
    stride, dilation = how.get("strides", 1), how.get("dilations", 1)

    def pytorch(memory_format):
        tensor = planes.contiguous(memory_format=memory_format)
        own = weights.contiguous(memory_format=memory_format)
        return lambda: torch.nn.functional.conv2d(
            tensor, own, padding=kernel // 2 * dilation, stride=stride, dilation=dilation
        )

    return {
        "multiconv": lambda: multiconv.conv2d(x, filters, **how),
        "PyTorch, planes": pytorch(torch.contiguous_format),
        "PyTorch, pixels": pytorch(torch.channels_last),
    }


def transposed_case() -> dict[str, Contender]:
    import torch

    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((32, 32, 128), np.float32)
    filters = rng.standard_normal((5, 5, 3, 128)).astype(np.float32)
    planes = torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1)))[np.newaxis]
    weights = torch.from_numpy(np.ascontiguousarray(filters.transpose(3, 2, 0, 1)))

    def pytorch(memory_format):
        tensor = planes.contiguous(memory_format=memory_format)
        return lambda: torch.nn.functional.conv_transpose2d(
            tensor, weights, stride=2, padding=2, output_padding=1
        )

    return {
        "multiconv": lambda: multiconv.conv2d_transpose(x, filters, strides=2),
        "PyTorch, planes": pytorch(torch.contiguous_format),
        "PyTorch, pixels": pytorch(torch.channels_last),
    }


def thumbnails_case() -> dict[str, Contender]:
    import multiconv

    rng = np.random.default_rng(0)
    x = rng.random((512, 512, 3), np.float32)
    filters = rng.standard_normal((3, 3, 3, 64)).astype(np.float32)
    return {
        "multiconv": lambda: multiconv.thumbnails(x, filters, 4),
        "whole": lambda: multiconv.conv2d(x, filters),
    }


def cases() -> Iterator[tuple[str, Callable[[], dict[str, Contender]], int]]:
    """Yield each case's name, its contenders, and how many output pixels it makes."""
    for size in ((64, 64), (256, 256), (512, 512), (1024, 1024), (3000, 4000)):
        for side in (3, 5, 7, 11, 15, 31) if size[0] < 3000 else (3, 7, 11, 31):
            name = f"partials {size[0]} × {size[1]}, {side} × {side}"
            yield name, lambda s=size, k=side: partials_case(s, k), size[0] * size[1]
    for at, side in ((160, 3), (256, 3), (512, 3), (256, 7)):
        name = f"one plane {at} × {at}, {side} × {side}"
        yield name, lambda s=at, k=side: plane_case(s, k), at * at
    for word in ("strides", "dilations"):
        for side in (3, 5):
            name = f"partials 512 × 512, {side} × {side}, {word} 2"
            how = {word: 2}
            yield name, lambda k=side, h=how: partials_case((512, 512), k, **h), 512**2
        yield (
            f"3 → 16 at 512 × 512, 3 × 3, {word} 2",
            lambda h={word: 2}: layer_case(512, 3, 16, 3, **h),
            512**2,
        )
    for side, c_in, c_out, kernel in (
        (256, 3, 4, 3),
        (1024, 3, 4, 3),
        (256, 3, 16, 3),
        (256, 3, 16, 7),
        (256, 3, 64, 3),
        (256, 3, 64, 7),
        (56, 64, 64, 3),
        (28, 256, 256, 3),
    ):
        name = f"{c_in} → {c_out} at {side} × {side}, {kernel} × {kernel}"
        shape = (side, c_in, c_out, kernel)
        yield name, lambda s=shape: layer_case(*s), side * side
    yield "transposed 128 → 3, 32 to 64, 5 × 5", transposed_case, 64 * 64
    yield "64 thumbnails of 512 × 512", thumbnails_case, 128 * 128


def seconds(run: Contender) -> float:
    start = time.thread_time()
    run()
    return time.thread_time() - start


def warm_seconds(run: Contender) -> float:
    run()
    run()
    return seconds(run)


def gflops(product: Callable[[], object], side: int) -> float:
    """Return the GFLOP/s of a square product, the best of several."""
    return 2 * side**3 / min(warm_seconds(product) for _ in range(8)) / 1e9


def sgemm() -> str:
    """Return what this processor multiplies now, by NumPy's BLAS and by PyTorch's."""
    import torch

    from multiconv.engine.blas import one_blas_thread

    one = np.random.default_rng(0).random((512, 512), np.float32)
    tensor, into = torch.from_numpy(one), np.empty_like(one)
    with one_blas_thread():
        own = gflops(lambda: np.matmul(one, one, out=into), 512)
    theirs = gflops(lambda: tensor @ tensor, 512)
    return f"sgemm of 512²: NumPy {own:.0f} GFLOP/s, PyTorch {theirs:.0f}"


def measured(contenders: dict[str, Contender]) -> dict[str, np.ndarray]:
    """Return each contender's seconds, round by round, without those that take all day."""
    own = "multiconv"
    kept = {
        name: run for name, run in contenders.items() if seconds(run) < _PATIENCE or name == own
    }
    once = sum(warm_seconds(run) for run in kept.values())
    rounds = int(min(max(_SECONDS / once / 3, _ROUNDS[0]), _ROUNDS[1]))
    names = list(kept)
    times = {name: np.zeros(rounds) for name in names}
    for at in range(rounds):
        first = at % len(names)
        for name in names[first:] + names[:first]:
            times[name][at] = warm_seconds(kept[name])
    return times


def row(name: str, found: dict[str, np.ndarray]) -> str:
    own = found["multiconv"]
    cells = [name, f"{np.median(own) * 1e3:.2f}"]
    for peer in PEERS:
        theirs = [times for key, times in found.items() if key.startswith(peer)]
        best = min(theirs, key=np.median, default=None)
        cells.append("" if best is None else f"{np.median(own / best):.2f}")
    if "whole" in found:
        cells[0] += f" ({np.median(own / found['whole']):.2f} of the whole layer's time)"
    return f"| {' | '.join(cells)} |"


def main(words: list[str]) -> None:
    from multiconv.engine.blas import blas_libraries

    # Asked before the others bring libraries of their own.
    blas = ", ".join(f"{one['version']} {one.get('architecture')}" for one in blas_libraries())
    import cv2
    import scipy
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    cv2.setNumThreads(1)
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    print(f"{cpu}; NumPy {np.__version__} (BLAS {blas}), PyTorch {torch.__version__}, ", end="")
    print(f"OpenCV {cv2.__version__}, SciPy {scipy.__version__}; float32, one thread each.")
    print(f"{sgemm()}.\n")
    print(f"| case | ms | {' | '.join(f'÷ {peer}' for peer in PEERS)} |")
    print(f"|---|{'--:|' * 5}")
    per_pixel = {}
    for name, contenders, pixels in cases():
        if all(word in name for word in words):
            found = measured(contenders())
            per_pixel[name] = float(np.median(found["multiconv"])) / pixels
            print(row(name, found), flush=True)
    print(f"\nAt the end, {sgemm()}.")
    for side in (3, 7, 11, 31):
        sizes = [f"partials {size}, {side} × {side}" for size in ("256 × 256", "3000 × 4000")]
        if all(size in per_pixel for size in sizes):
            small, large = (per_pixel[size] * 1e9 for size in sizes)
            print(f"{side} × {side}: {small:.2f} ns a pixel at 256 × 256, {large:.2f} at ", end="")
            print(f"3000 × 4000: {large / small:.2f} times.")


if __name__ == "__main__":
    if "MULTICONV_BENCHMARK" in os.environ:
        main(sys.argv[1:])
    else:
        clean = {key: v for key, v in os.environ.items() if not key.startswith("OPENBLAS_")}
        here = str(Path(__file__).resolve().parents[2])
        clean |= {"MULTICONV_BENCHMARK": "1", "PYTHONPATH": here}
        sys.exit(subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=clean).returncode)
