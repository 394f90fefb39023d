"""What a page's settle costs the server: ``python -m tests.benchmarks.settle [OTHER CHECKOUT …]``.

A settle is what the browser asks for once an edit rests: the figure part of the page, and every
picture of it that the page before did not show.  Each checkout answers in a process of its own, in
turns with the others, so that a slow moment of the machine falls on all alike; the figures are
medians of processor time at 160² (of the answers alone, without a server around them).  A checkout
that does not know the part answers the whole page.
"""

from __future__ import annotations

import html
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EDITS = 24
ROUNDS = 3
PART = {"Multiconv-Part": "figure"}


def pictures(text: str) -> set[str]:
    """Return the addresses of the maps that a page shows; histograms wait until they are seen."""
    found = re.findall(r'<(?:img|input|image)\b[^>]* (?:src|href)="(/maps/[^"]*\.png[^"]*)"', text)
    return {html.unescape(address) for address in found}


def answer() -> None:
    """Answer settles, one a line that is read: the milliseconds of the part, and of its maps."""
    from multiconv.web import create_app

    client = create_app({"TESTING": True}, store_folder=Path(tempfile.mkdtemp())).test_client()
    shown: set[str] = set()
    for line in sys.stdin:
        query = line.strip()
        start = time.process_time()
        page = client.get(f"/?{query}", headers=PART)
        part = time.process_time()
        wanted = pictures(page.text) - shown
        asked = time.process_time()
        for address in wanted:
            assert client.get(address).status_code == 200
        maps = time.process_time()
        shown |= wanted
        print(1e3 * (part - start), 1e3 * (maps - asked), len(wanted), flush=True)


def main(checkouts: list[Path]) -> None:
    """Print a line for each checkout."""
    running = [
        subprocess.Popen(
            [sys.executable, __file__, "--answer"],
            cwd=root,
            env={"PYTHONPATH": str(root), "PATH": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for root in checkouts
    ]
    found: list[list[tuple[float, ...]]] = [[] for _ in running]
    for at in range(ROUNDS * EDITS):
        # Weights that leave the range of colours as it is, as most edits do.
        weights = ",".join(f"{0.1 + (at + tap) / 4000:.5f}" for tap in range(9))
        for each, process in zip(found, running, strict=True):
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"w.0.0={weights}&k=0\n")
            process.stdin.flush()
            each.append(tuple(map(float, process.stdout.readline().split())))
    for root, each in zip(checkouts, found, strict=True):
        part, maps, count = (statistics.median(column) for column in zip(*each[3:], strict=True))
        whole = statistics.median(part + maps for part, maps, _ in each[3:])
        print(
            f"{root.name:20} figure {part:5.1f} ms, {count:.0f} maps {maps:5.1f} ms, "
            f"together {whole:5.1f} ms"
        )
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["--answer"]:
        answer()
    else:
        main([ROOT, *(Path(name).resolve() for name in sys.argv[1:])])
