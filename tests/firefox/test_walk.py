"""The app in Firefox: node leads Debian's through what a visitor does (`walk.mjs`)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser.harness import PATIENCE_MS, ROOT, serving

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
STEPS = ["load", "type", "drag", "pin", "step", "undo", "share", "upload", "deep", "dark", "phone"]


@pytest.mark.skipif(not FIREFOX, reason="no Firefox is installed: the walk in it did not run")
@pytest.mark.skipif(
    not (shutil.which("node") and (ROOT / "node_modules" / "puppeteer-core").exists()),
    reason="node or puppeteer-core (npm ci) is missing: the walk in Firefox did not run",
)
def test_a_visitor_walks_through_in_firefox(tmp_path: Path) -> None:
    picture = tmp_path / "beach.png"
    noise = np.random.default_rng(3).integers(0, 256, (90, 120, 3), np.uint8)
    Image.fromarray(noise).save(picture)
    with serving(tmp_path) as address:
        command = ["node", str(ROOT / "tests" / "firefox" / "walk.mjs"), str(FIREFOX), address]
        done = subprocess.run(
            [*command, str(picture)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=5 * PATIENCE_MS / 1000,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split() == STEPS
