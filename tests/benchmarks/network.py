"""The face network: all of it, opening a layer, a changed weight, in processor time.

``python -m tests.benchmarks.network`` prints medians of ms, at 400, 512 and 640 pixels.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import parse_qsl

import numpy as np
from PIL import Image

from multiconv.experiment.link import prefix, read
from multiconv.experiment.model import Experiment
from multiconv.imaging.samples import SAMPLES
from multiconv.networks.shipped import network
from multiconv.store.blobs import FolderBlobs
from multiconv.store.pictures import Store
from multiconv.tracing.pictures import levels_of
from multiconv.tracing.trace import Tracer

ROUNDS = 15
CHANGES = count(1)


def of(query: str) -> Experiment:
    """Return the experiment of a link."""
    return read(parse_qsl(query), networks=network)


def spent(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median of the processor's ms for some work."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(1000 * (time.process_time() - start))
    return median(found)


def run_whole(store: Store, experiment: Experiment) -> None:
    """Run all seven layers, nothing being kept."""
    Tracer(store).outputs_of(experiment, 7)


def print_layers(tracer: Tracer, faces: str) -> None:
    """Print what opening each layer and changing one weight of it take, all else kept."""
    for n in range(1, 8):
        query = f"{faces}&layer={n}"
        there = of(query)
        tracer.trace(there)

        def changed(weight: str = f"{query}&{prefix(n)}w.0.0.1.1=") -> Experiment:
            return of(f"{weight}{next(CHANGES) / 1000}")

        opened = spent(partial(tracer.trace, there))
        edited = spent(lambda: tracer.trace(changed()))
        ended = spent(lambda: tracer.outputs_of(changed(), 7))
        print(f"  {n}: opened {opened:.1f}, changed {edited:.1f}, to the end {ended:.1f}")


def main() -> None:
    """Print the table: of the portrait, and of a larger copy, since no picture is enlarged."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(FolderBlobs(Path(folder)), 2**24)
        large = Image.fromarray(SAMPLES["portrait"].pixels()).resize((800, 800))
        name = store.put(np.asarray(large))
        for size, picture in ((400, ""), (512, ""), (640, f"&image={name}")):
            faces = f"network=faces&size={size}{picture}"
            start = of(faces)
            read_alone = spent(partial(levels_of, start.source, store))
            whole = spent(partial(run_whole, store, start))
            print(f"size {size}: picture {read_alone:.1f}, it and all layers {whole:.1f}; of layer")
            tracer = Tracer(store)
            tracer.outputs_of(start, 7)
            print_layers(tracer, faces)


if __name__ == "__main__":
    main()
