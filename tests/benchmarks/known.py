"""What it costs to tell a browser that it has the answer already, in processor time.

``python -m tests.benchmarks.known`` prints for each address the ms of the answer and of its 304,
through Flask's test client: medians, of a process that has answered the same before.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from multiconv.web import create_app
from tests.benchmarks.network import spent

ROUNDS = 25
PATHS = (
    *("/?", "/maps/sum.png?", "/maps/sum.npy?", "/diagram.svg?", "/stage.svg?"),
    *("/api/experiment?", "/api/probe?", "/api/planes?", "/multiconv.npz?", "/film/sum.gif?"),
)
LAYER = "network=faces&layer=7"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        client = create_app(store_folder=Path(folder)).test_client()
        file = io.BytesIO()
        noise = np.random.default_rng(1).integers(0, 256, (400, 500, 3), np.uint8)
        Image.fromarray(noise).save(file, "PNG")
        file.seek(0)
        accept = {"Accept": "application/json"}
        sent = client.post("/images", data={"image": (file, "p.png")}, headers=accept)
        asked = [path + "size=160" for path in PATHS]
        asked += [path + LAYER for path in PATHS if "/film" not in path]
        asked.append(f"/maps/sum.png?image={sent.json['id']}" if sent.json else "/")
        print("| address | answer, ms | 304, ms |")
        print("|---|---:|---:|")
        for path in asked:
            headers = {"Accept-Encoding": "gzip"}
            first = client.get(path, headers=headers)
            known = {**headers, "If-None-Match": first.headers.get("ETag", "")}
            status = client.get(path, headers=known).status_code

            def whole(path: str = path, headers: dict[str, str] = headers) -> object:
                return client.get(path, headers=headers).data

            def again(path: str = path, known: dict[str, str] = known) -> object:
                return client.get(path, headers=known).data

            told = f"{spent(again, ROUNDS):.2f}" if status == 304 else f"none: {status}"
            print(f"| {path[:46]} | {spent(whole, ROUNDS):.2f} | {told} |", flush=True)


if __name__ == "__main__":
    main()
