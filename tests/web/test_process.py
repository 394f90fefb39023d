"""What a process that serves sets for itself: log, files, memory that goes back when freed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

OTHER = """
import resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
from multiconv.web.process import served
app = served()
assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 128
assert app.test_client().get("/healthz?typed=1").status_code == 200
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it bounds no files")
def test_under_any_server_requests_are_logged_and_files_allowed(tmp_path: Path) -> None:
    environment = {**os.environ, "MULTICONV_STORE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", OTHER], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stderr)
    assert (line["path"], line["status"]) == ("/healthz", 200)


HELD = """
import sys, threading
from pathlib import Path
from multiconv.web.process import return_large_blocks

if sys.argv[1] == "told" and not return_large_blocks():
    raise SystemExit("no glibc")

# All at once, for each to have an arena of its own, as a server's threads do.
begun, freed, looked = (threading.Barrier(9) for _ in range(3))

def work():
    begun.wait()
    for _ in range(3):
        blocks = [bytearray(12 * 2**20) for _ in range(3)]
        last = bytearray(2**16)
        for block in blocks:
            block[::4096] = b"1" * len(block[::4096])
        del blocks, block
    freed.wait()
    looked.wait()

for _ in range(8):
    threading.Thread(target=work).start()
begun.wait()
freed.wait()
pages = int(Path("/proc/self/statm").read_text().split()[1])
looked.wait()
print(pages * 4096 // 2**20)
"""


def megabytes_held(how):
    done = subprocess.run([sys.executable, "-c", HELD, how], capture_output=True, text=True)
    if "no glibc" in done.stderr:
        pytest.skip("another C library")
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_freed_blocks_do_not_pile_up():
    assert megabytes_held("told") + 100 < megabytes_held("left alone")
